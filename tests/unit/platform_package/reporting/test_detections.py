import pytest

from platform.reporting.detections import read_detections
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.scoring import Span

RECORDINGS = ("006_1", "006_2", "007_1")
HEADER = "video,kind,onset,offset,score\n"


def read(path):
    return read_detections(path, recordings=RECORDINGS)


def test_detections_come_in_the_order_of_the_file(write_detections):
    path = write_detections(HEADER + "006_2,micro,10,20,0.5\n006_1,macro,0,120,1\n")

    assert read(path) == (
        Span(recording="006_2", kind=ExpressionKind.MICRO, onset=10, offset=20),
        Span(recording="006_1", kind=ExpressionKind.MACRO, onset=0, offset=120),
    )


@pytest.mark.parametrize(
    "text",
    [
        "video,kind,onset,offset\n006_1,macro,1,9\n",
        "offset,score,onset,kind,video\n9,0.1,1,macro,006_1\n",
        "\ufeffVideo, Kind ,onset,offset\r\n 006_1 ,Macro, 1 ,9.0\r\n\r\n",
        'video,kind,onset,offset\n"006_1","macro","1","9"\n,,,\n',
    ],
    ids=["no score", "any order", "spreadsheet", "quotes"],
)
def test_columns_may_stand_in_any_order_and_the_score_may_be_missing(write_detections, text):
    assert read(write_detections(text)) == (Span(recording="006_1", kind=ExpressionKind.MACRO, onset=1, offset=9),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"must begin with the header video,kind,onset,offset\[,score\], got nothing"),
        ("\n", r"must begin with the header video,kind,onset,offset\[,score\], got nothing"),
        (HEADER, r"must have rows below its header, got none in .*\. A method that detects nothing"),
        ("video,onset,offset\n", r"columns of detections must be .*, got video,onset,offset in .*Missing: kind\."),
        ("video,kind,onset,offset,colour\n", r"Unknown: 'colour'\. Rename or remove columns"),
        ("video,kind,onset,offset,onset\n", r"columns .* got video,kind,onset,offset,onset"),
        ("006_1,macro,1,9\n", r"Missing: video, kind, onset, offset\. Unknown: '006_1'"),
        (HEADER + "006_1,macro,1\n", r"must have 5 values \(.*\), got 3 in line 2 of .*\. Correct the line"),
        (HEADER + "006_3,macro,1,9,1\n", r"recording of the annotations, got '006_3' in line 2 .*Did you mean '006_"),
        (HEADER + "zzz,macro,1,9,1\n", r"got 'zzz' in line 2 .*Names are as in the release, for instance 006_1, 006_2"),
        (HEADER + "006_1,makro,1,9,1\n", r"kind must be macro or micro, got 'makro' in line 2 .*Did you mean 'macro'"),
        (HEADER + "006_1,macro,9,1,1\n", r"offset must not be before onset, got onset 9 and offset 1 in line 2"),
        (HEADER + "006_1,macro,1,9,nan\n", r"score must be a finite number, got 'nan' in line 2 of"),
        (HEADER + "006_1,macro,1,9,\n", r"score must be a finite number, got '' in line 2 of"),
        (HEADER + "006_1,macro,inf,9,1\n", r"onset must be a frame number of the release, .*, got 'inf' in line 2"),
        (HEADER + "006_1,macro,-1,9,1\n", r"onset must be a frame number of the release, .*, got '-1' in line 2"),
        (HEADER + "006_1,macro,1.5,9,1\n", r"onset must be a frame number of the release, .*, got '1\.5' in line 2"),
        (HEADER + "006_1,macro,1,1e300,1\n", r"offset must be a frame number of the release, .*, got '1e300'"),
        (HEADER + "006_1,macro,1,x,1\n", r"offset must be a frame number of the release, .*, got 'x' in line 2"),
        (HEADER + '006_1,"macro,1,9,1\n', r"must be a csv file in UTF-8, got .*unexpected end of data"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_a_repair(write_detections, text, message):
    with pytest.raises(InvalidValueError, match=message):
        read(write_detections(text))


def test_the_line_is_counted_as_an_editor_does(write_detections):
    path = write_detections(HEADER + "006_1,macro,1,9,1\n\n006_1,macro,5,2,1\n")

    with pytest.raises(InvalidValueError, match="in line 4 of"):
        read(path)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(InvalidValueError, match=r"must be a csv file in UTF-8, got .*none\.csv .*No such file"):
        read(tmp_path / "none.csv")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00v", b"PK\x03\x04\x99\x88", b"video,kind\x00\n"])
def test_a_file_of_another_format_is_an_error(tmp_path, content):
    path = tmp_path / "detections.csv"
    path.write_bytes(content)

    with pytest.raises(InvalidValueError, match="detections"):
        read(path)
