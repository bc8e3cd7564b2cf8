"""Files of detections, in every format that they are recognised as."""

import json

import pytest

from platform.reporting.detections import FrameClock, read_detections
from platform.reporting.recording_names import RecordingNames
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.conventions import Kinds
from spotformer_core.metrics.scoring import Span

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO
RECORDINGS = {"006_1": "006", "006_2": "006", "007_1": "007"}
HEADER = "video,kind,onset,offset,score\n"
ONE = Span(recording="006_1", kind=MACRO, onset=1, offset=9)


def read(path, **options):
    return read_detections(path, names=RecordingNames(RECORDINGS, dataset="samm-lv"), **options)


def test_detections_come_in_the_order_of_the_file(write_detections):
    path = write_detections(HEADER + "006_2,micro,10,20,0.5\n006_1,macro,0,120,1\n")

    assert read(path).spans == (
        Span(recording="006_2", kind=MICRO, onset=10, offset=20),
        Span(recording="006_1", kind=MACRO, onset=0, offset=120),
    )


@pytest.mark.parametrize(
    "text",
    [
        "video,kind,onset,offset\n006_1,macro,1,9\n",
        "offset,score,onset,kind,video\n9,0.1,1,macro,006_1\n",
        "\ufeffVideo, Kind ,onset,offset\r\n 006_1 ,Macro, 1 ,9.0\r\n\r\n",
        'video,kind,onset,offset\n"006_1","macro","1","9"\n,,,\n',
        "video,kind,onset,offset,score\n006_1,macro,1,9,1e-05\n",
    ],
    ids=["no score", "any order", "spreadsheet", "quotes", "small score"],
)
def test_columns_may_stand_in_any_order_and_the_score_may_be_missing(write_detections, text):
    assert read(write_detections(text)).spans == (ONE,)


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("video,kind,onset,offset\n006_1,macro,1,9\n", "detections CSV"),
        ("vid,pred_onset,pred_offset,type\n006_1,1,9,mae\n", "MEGC submission"),
        ("vid,onset,offset,type\n006_1,1,9,MaE\n", "MEGC2023 submission"),
        ("subject,video,onset,offset,emotion,kind\n6,006_1,1,9,negative,macro\n", "STRS-Metric table"),
        ("subject,video,onset,offset,emotion,kind\n006,1,1,9,negative,macro\n", "STRS-Metric table"),
    ],
)
def test_the_format_is_recognised_from_the_header(write_detections, text, format_):
    detections = read(write_detections(text))

    assert detections.format == format_
    assert [(one.recording, one.kind, one.onset, one.offset) for one in detections.spans] == [("006_1", MACRO, 1, 9)]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        *((one, MACRO) for one in ("macro", "MaE", "mae", "Macro-expression", "macro_expressions", "MACRO EXPRESSION")),
        *((one, MICRO) for one in ("micro", "ME", "me", "micro-expression", "Micro - 1/2", "microexpression")),
    ],
)
def test_kinds_may_be_written_as_others_do(write_detections, written, kind):
    path = write_detections(f"video,kind,onset,offset\n006_1,{written},1,9\n")

    assert [one.kind for one in read(path).spans] == [kind]


def test_detections_may_begin_before_frame_0(write_detections):
    path = write_detections("video,kind,onset,offset\n006_1,macro,-34,33\n006_1,micro,-9,-3\n")

    assert [(one.onset, one.offset) for one in read(path).spans] == [(-34, 33), (-9, -3)]


def test_emotions_are_kept_as_they_are_written(write_detections):
    some = read(write_detections("video,kind,onset,offset,emotion\n006_1,macro,1,9,Happy\n"))
    none = read(write_detections("video,kind,onset,offset\n006_1,macro,1,9\n"))

    assert ([one.emotion for one in some.spans], some.have_emotions) == (["Happy"], True)
    assert ([one.emotion for one in none.spans], none.have_emotions) == ([None], False)


def test_without_a_kind_detections_have_none(write_detections):
    detections = read(write_detections("video,onset,offset\n006_1,1,9\n"), kinds=Kinds.IF_GIVEN)

    assert ([one.kind for one in detections.spans], detections.have_kinds) == ([None], False)


def test_where_no_kind_is_asked_for_none_is_looked_at(write_detections):
    detections = read(write_detections("video,kind,onset,offset\n006_1,expression,1,9\n"), kinds=Kinds.ANY)

    assert ([one.kind for one in detections.spans], detections.have_kinds) == ([None], False)


def test_seconds_become_frames_by_the_stated_rate_rounded_half_up(write_detections):
    path = write_detections("video,kind,onset,offset\n006_1,macro,0.5,1.0025\n006_1,micro,-0.1,0\n")

    spans = read(path, clock=FrameClock(rate=200)).spans
    from_1 = read(path, clock=FrameClock(rate=200, first_frame=1)).spans

    # 1.0025 s is frame 200.5.
    assert [(one.onset, one.offset) for one in spans] == [(100, 201), (-20, 0)]
    assert [(one.onset, one.offset) for one in from_1] == [(101, 202), (-19, 1)]


def test_activity_net_json_is_in_seconds(write_detections):
    results = {
        "006_1": [{"segment": [0.5, 1], "label": "macro", "score": 0.25}],
        "006_2": [],
        "007_1": [{"segment": [0, 0.25], "label": "ME", "score": 1}],
    }
    path = write_detections(json.dumps({"version": "1.3", "results": results, "external_data": {}}))

    detections = read(path, clock=FrameClock(rate=200))

    assert detections.format == "ActivityNet JSON"
    assert detections.spans == (
        Span(recording="006_1", kind=MACRO, onset=100, offset=200),
        Span(recording="007_1", kind=MICRO, onset=0, offset=50),
    )


def test_activity_net_json_without_a_rate_is_refused(write_detections):
    path = write_detections('{"results": {"006_1": [{"segment": [0.5, 1], "label": "macro"}]}}')

    with pytest.raises(InvalidValueError, match=r"ActivityNet JSON has seconds, .*Give --detections-fps RATE"):
        read(path)


def test_json_that_would_fill_the_memory_is_refused(write_detections, monkeypatch):
    monkeypatch.setattr("platform.reporting.detection_tables.MOST_JSON_CHARACTERS", 50)
    path = write_detections('{"results": {"006_1": [{"segment": [0.5, 1], "label": "macro"}]}}')

    with pytest.raises(InvalidValueError, match=r"must have at most 50 characters, got 65 in .*write a csv file"):
        read(path, clock=FrameClock(rate=30))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("[]", r'must be an object with "results"'),
        ('{"results": []}', r'must be an object with "results"'),
        ("{", r"must be ActivityNet JSON, got .*Expecting"),
        ('{"results": {"006_1": [], "006_1": []}}', r"'006_1' stands twice in an object"),
        ('{"results": {"006_1": {}}}', r"got another in the detections of '006_1' in"),
        ('{"results": {"006_1": [[1, 2]]}}', r"got another in detection 1 of '006_1' in"),
        (
            '{"results": {"006_1": [{"segment": [1]}]}}',
            r'with "segment": \[onset, offset\], got another in detection 1',
        ),
        (
            '{"results": {"006_1": [{"segment": [1, NaN]}]}}',
            r"offset must be a time in seconds, got nan in detection 1",
        ),
        ('{"results": {"006_1": [{"segment": [true, 2]}]}}', r"onset must be a time in seconds, got True in"),
        ('{"results": {"006_1": [{"segment": [1, 1e300]}]}}', r"offset must be a time in seconds, .*got 1e\+300 in"),
        ('{"results": {"006_1": [{"segment": [1, 2], "label": 7}]}}', r"kind must be macro or micro .*, got 7 in"),
        (
            '{"results": {"006_1": [{"segment": [1, 2], "label": "me"}, {"segment": [1, 2]}]}}',
            r'every detection or none must have "label", got 1 of 2 without it, the first detection 2 of \'006_1\'',
        ),
        ('{"results": {}}', r"must have rows below its header, got none"),
        ("[" * 100_000, r"must be ActivityNet JSON"),
    ],
)
def test_what_is_wrong_in_json_is_named_with_its_place(write_detections, document, message):
    with pytest.raises(InvalidValueError, match=message):
        read(write_detections(document), clock=FrameClock(rate=30))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"must begin with the header video,kind,onset,offset\[,score\], got nothing"),
        ("\n", r"must begin with the header video,kind,onset,offset\[,score\], got nothing"),
        (HEADER, r"must have rows below its header, got none in .*\. A method that detects nothing"),
        ("video,kind,offset\n", r"columns of detections must be .*, got video,kind,offset in .*Missing: onset\."),
        ("video,kind,onset,offset,colour\n", r"Unknown: 'colour'\. Rename or remove columns"),
        ("video,kind,onset,offset,onset\n", r"got video,kind,onset,offset,onset .*More than once: onset"),
        ("vid,pred_onset,pred_offset,kind\n", r"Missing: type\. Unknown: 'kind'"),
        ("006_1,macro,1,9\n", r"Missing: video, onset, offset\. Unknown: '006_1'"),
        (HEADER + "006_1,macro,1\n", r"must have 5 values \(.*\), got 3 in line 2 of .*\. Correct the line"),
        (HEADER + "006_3,macro,1,9,1\n", r"recording of the annotations, got '006_3' in line 2 .*Did you mean '006_"),
        (HEADER + "zzz,macro,1,9,1\n", r"got 'zzz' in line 2 .*Names are as in the release, for instance 006_1, 006_2"),
        (
            HEADER + "006_1,makro,1,9,1\n",
            r"kind must be macro or micro .*, got 'makro' in line 2 .*Did you mean 'macro'",
        ),
        (HEADER + "006_1,,1,9,1\n", r"kind must be macro or micro .*, got '' in line 2"),
        (HEADER + "006_1,macro,9,1,1\n", r"offset must not be before onset, got onset 9 and offset 1 in line 2"),
        (HEADER + "006_1,macro,-1,-9,1\n", r"offset must not be before onset, got onset -1 and offset -9 in line 2"),
        (HEADER + "006_1,macro,1,9,nan\n", r"score must be a finite number, got 'nan' in line 2 of"),
        (HEADER + "006_1,macro,1,9,\n", r"score must be a finite number, got '' in line 2 of"),
        (HEADER + "006_1,macro,inf,9,1\n", r"onset must be a whole frame number .*, got 'inf' in line 2"),
        (HEADER + "006_1,macro,1_0_0,900,1\n", r"onset must be a whole frame number .*, got '1_0_0' in line 2"),
        (HEADER + "006_1,macro,1.5,9,1\n", r"whole frame number .*, got '1\.5' in line 2 .*--detections-fps RATE"),
        (HEADER + "006_1,macro,1,1e300,1\n", r"offset must be a whole frame number .*, got '1e300'"),
        (HEADER + "006_1,macro,1,9999999999,1\n", r"offset must be .*at most 1000000000 frames, got '9999999999'"),
        (HEADER + "006_1,macro,1,x,1\n", r"offset must be a whole frame number .*, got 'x' in line 2"),
        (HEADER + '006_1,"macro,1,9,1\n', r"must be a csv file in UTF-8, got .*unexpected end of data"),
        ("subject,video,onset,offset,emotion\n7,006_1,1,9,x\n", r"got '006_1' of subject '7' in line 2"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_a_repair(write_detections, text, message):
    with pytest.raises(InvalidValueError, match=message):
        read(write_detections(text))


def test_the_line_is_counted_as_an_editor_does(write_detections):
    path = write_detections(HEADER + "006_1,macro,1,9,1\n\n006_1,macro,5,2,1\n")

    with pytest.raises(InvalidValueError, match="in line 4 of"):
        read(path)


def test_every_mistake_is_told_at_once_and_beyond_ten_they_are_counted(write_detections):
    path = write_detections(HEADER + "006_1,makro,1,9,1\nzzz,macro,1,9,1\n" + "006_1,macro,5,2,1\n" * 20)

    with pytest.raises(InvalidValueError) as raised:
        read(path)

    lines = str(raised.value).splitlines()
    assert [line.split(" must")[0] for line in lines[:3]] == ["kind", "video", "offset"]
    assert len(lines) == 11
    assert lines[-1].startswith("12 problems more in ")


@pytest.mark.parametrize(
    "text",
    [
        HEADER + f"{'x' * 100_000},macro,1,9,1\n",
        HEADER + f"006_1,{'x' * 100_000},1,9,1\n",
        HEADER + f"006_1,macro,{'9' * 100_000},9,1\n",
        HEADER + f"006_1,macro,1,9,{'x' * 100_000}\n",
        ",".join(f"column{number}" for number in range(10_000)) + "\n",
        HEADER + "x" * 200_000,
        json.dumps({"results": {"y" * 100_000: [{"segment": [1, 2], "label": "me"}]}}),
        json.dumps({"results": {"006_1": [{"segment": [1, 2], "label": "y" * 100_000}]}}),
        json.dumps({"results": {"006_1": [{"segment": [["y"] * 100_000, 2], "label": "me"}]}}),
        '{"results": {"' + "y" * 100_000,
    ],
)
def test_what_is_refused_is_echoed_in_a_few_lines(write_detections, text):
    with pytest.raises(InvalidValueError) as raised:
        read(write_detections(text), clock=FrameClock(rate=30))

    assert len(str(raised.value).replace(str(write_detections("")), "")) < 1000
    assert "x" * 201 not in str(raised.value)
    assert "y" * 201 not in str(raised.value)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(InvalidValueError, match=r"must be a csv file in UTF-8, got .*none\.csv .*No such file"):
        read(tmp_path / "none.csv")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00v", b"PK\x03\x04\x99\x88", b"video,kind\x00\n"])
def test_a_file_of_another_format_is_an_error(tmp_path, content):
    path = tmp_path / "detections.csv"
    path.write_bytes(content)

    with pytest.raises(InvalidValueError, match="detections"):
        read(path)
