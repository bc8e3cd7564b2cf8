"""The start of tracking: a wrong address is a mistake, a store that was there before is only away."""

import logging

import pytest

from platform.tracking.opening import open_tracking, require_store
from platform.tracking.tracked import TrackedStudy, remember, remembered
from spotformer_core.errors import StudyError

TRACKED = TrackedStudy(tracking_uri="http://a", experiment="spotformer-toy", experiment_id="1", run_id="2")


class Away:
    """A projection whose store does not answer."""

    tracking_uri = "http://a"
    has_forgotten = False

    def connect(self):
        raise StudyError("nobody is there")

    def forget(self):
        self.has_forgotten = True


def test_a_study_that_was_tracked_there_goes_on_without_its_store(tmp_path, caplog):
    remember(tmp_path, TRACKED)
    projection = Away()

    with caplog.at_level(logging.WARNING):
        assert open_tracking(projection, tmp_path) == TRACKED

    assert projection.has_forgotten
    assert "the search goes on without MLflow for now, which was there before: nobody is there" in caplog.text
    require_store("http://a", tmp_path)


def test_a_study_that_was_never_tracked_there_does_not_start(tmp_path):
    remember(tmp_path, TRACKED)

    with pytest.raises(StudyError, match="nobody is there"):
        open_tracking(Away(), tmp_path / "another")
    with pytest.raises(StudyError, match="usable MLflow store, got 'gopher://tracking'"):
        require_store("gopher://tracking", tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tracking_uri": "http://a"}'])
def test_a_damaged_note_is_as_none(tmp_path, text):
    (tmp_path / "tracked.json").write_text(text)

    assert remembered(tmp_path, "http://a") is None
    remember(tmp_path, TRACKED)
    assert remembered(tmp_path, "http://a") == TRACKED
