"""Files of detections that somebody else wrote: whatever they hold, they are read or refused in a few lines."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform.reporting.detections import FrameClock, read_detections
from platform.reporting.recording_names import RecordingNames
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import MOST_ECHOED, InvalidValueError, echoed, require
from spotformer_core.metrics.scoring import Span

NAMES = RecordingNames({"006_1": "006", "006_2": "006"}, dataset="samm-lv")
HEADERS = (
    "video,kind,onset,offset",
    "video,onset,offset,emotion,score",
    "vid,pred_onset,pred_offset,type",
    "subject,video,onset,offset,emotion",
    "",
)
cell = st.sampled_from(
    ["006_1", "6_1", "6", "macro", "me", "1", "-3", "9.0", "1.5", "1e9", "nan", "", '"', "\0", "9" * 500]
)
value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["006_1", "me", "x" * 500]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["segment", "label", "006_1"]), inner),
    max_leaves=12,
)


def read_or_refuse(path: Path, content: str, clock: FrameClock | None) -> None:
    path.write_text(content, encoding="utf-8", errors="surrogatepass")
    spans: tuple[Span, ...] = ()
    message = ""
    try:
        spans = read_detections(path, names=NAMES, clock=clock).spans
    except InvalidValueError as error:
        message = str(error)
    assert len(message) < 11 * (3 * MOST_ECHOED + 400 + len(str(path)))
    for span in spans:
        assert span.recording in NAMES.recordings
        assert span.kind in (*ExpressionKind, None)
        assert span.onset <= span.offset


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(HEADERS), st.lists(st.lists(cell, min_size=3, max_size=6), max_size=4), st.booleans())
def test_a_csv_file_is_read_or_refused(tmp_path: Path, header: str, rows: list[list[str]], in_seconds: bool):
    content = "\n".join([header, *(",".join(row) for row in rows)])

    read_or_refuse(tmp_path / "d.csv", content, FrameClock(rate=30) if in_seconds else None)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value, st.integers(0, 200))
def test_a_json_file_is_read_or_refused_and_so_is_a_part_of_it(tmp_path: Path, value: object, end: int):
    content = json.dumps({"results": {"006_1": [{"segment": [0.5, 1.5], "label": "me"}], "006_2": value}})

    read_or_refuse(tmp_path / "d.json", content, FrameClock(rate=30))
    read_or_refuse(tmp_path / "d.json", content[:end], FrameClock(rate=30))


@pytest.mark.parametrize("value", ["x" * 100_000, ["x" * 100_000], {"x": "y" * 100_000}, 10**1000, b"x" * 100_000])
def test_a_refused_value_is_echoed_in_at_most_200_characters(value: object):
    assert len(echoed(value)) <= 200
    with pytest.raises(InvalidValueError) as raised:
        require(False, "a", "b", value, "c")
    assert len(str(raised.value)) <= 200 + len("a must be b, got . c")
