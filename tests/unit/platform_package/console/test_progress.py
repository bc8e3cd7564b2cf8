"""Progress in a log: one plain line now and then, and one at the end. Time is set by the test."""

import pytest

from platform.console.progress import SECONDS_BETWEEN_LINES, StageProgress


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only when the test says so; also the clock of the live bar."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


def test_a_log_gets_a_line_at_most_every_few_seconds_with_detail_and_the_rest_in_seconds(clock, capsys):
    with StageProgress("extract", total=10, unit="recordings") as progress:
        progress.advance(1)
        clock[0] += SECONDS_BETWEEN_LINES
        progress.advance(1, detail="31 frames/s")
        progress.advance(1, detail="too soon")

        # 2 recordings took 15 s, so that 8 more take 60 s.
        assert capsys.readouterr().err == "extract: 2 of 10 recordings, 31 frames/s, about 60 s left\n"


def test_work_of_an_earlier_run_counts_as_done_but_not_as_speed(clock, capsys):
    with StageProgress("search", total=12, unit="folds", done=6) as progress:
        clock[0] += 100
        progress.advance(1)

    # 5 folds are left, and this run did one in 100 s.
    assert capsys.readouterr().err.splitlines() == [
        "search: 7 of 12 folds, about 8 min left",
        "search: 7 of 12 folds in 100 s",
    ]


def test_a_stage_that_was_stopped_does_not_say_that_it_ended(clock, capsys):
    with pytest.raises(KeyboardInterrupt), StageProgress("search", total=2, unit="folds"):
        raise KeyboardInterrupt

    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_live_line_and_no_plain_ones_until_the_end(clock, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    with StageProgress("extract", total=2, unit="recordings") as progress:
        clock[0] += SECONDS_BETWEEN_LINES
        progress.advance(2, detail="31 frames/s")

    assert "about" not in capsys.readouterr().err
