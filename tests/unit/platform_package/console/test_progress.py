"""Progress in a log: one plain line now and then, and one at the end. Time is set by the test."""

import pytest

from platform.console.progress import SECONDS_BETWEEN_LINES, StageProgress, Work


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


def test_where_units_differ_in_size_speed_and_rest_are_those_of_the_work(clock, capsys):
    with StageProgress("extract", total=4, unit="recordings", done=1, work=Work(total=900, unit="frames")) as progress:
        clock[0] += 20
        progress.advance(0, work=200)
        clock[0] += 20
        progress.advance(1, work=300)
        clock[0] += 10
        progress.advance(2, work=400)

    # 200 frames in 20 s leave 700 for 70 s; 500 in 40 s leave 400 for 32 s.
    assert capsys.readouterr().err.splitlines() == [
        "extract: 1 of 4 recordings, 10 frames/s, about 70 s left",
        "extract: 2 of 4 recordings, 12 frames/s, about 32 s left",
        "extract: 4 of 4 recordings in 50 s, 18 frames/s",
    ]


def test_before_any_work_is_done_nobody_knows_how_long_it_takes(clock, capsys):
    with StageProgress("extract", total=2, unit="recordings", work=Work(total=900, unit="frames")) as progress:
        clock[0] += SECONDS_BETWEEN_LINES
        progress.advance(1)

        assert capsys.readouterr().err == "extract: 1 of 2 recordings\n"


def test_a_stage_that_was_stopped_does_not_say_that_it_ended(clock, capsys):
    with pytest.raises(KeyboardInterrupt), StageProgress("search", total=2, unit="folds"):
        raise KeyboardInterrupt

    assert capsys.readouterr().err == ""


def test_a_terminal_gets_a_live_line_and_no_plain_ones_until_the_end(clock, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    with StageProgress("extract", total=2, unit="recordings") as progress:
        clock[0] += SECONDS_BETWEEN_LINES
        progress.advance(2, detail="31 frames/s")

    assert "extract: 2 of 2 recordings, " not in capsys.readouterr().err


def test_the_live_line_says_what_is_done_how_fast_and_how_long_the_rest_takes(clock, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    with StageProgress("extract", total=3, unit="recordings", work=Work(total=900, unit="frames")) as progress:
        clock[0] += 10
        progress.advance(1, work=300)

        line = progress._bar.tasks[0].fields["line"]
        assert line == "1 of 3 recordings, 30 frames/s, about 20 s left"
        assert progress._bar.tasks[0].percentage == pytest.approx(100 / 3)
