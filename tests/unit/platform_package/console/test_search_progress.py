"""What is seen of a search while it runs: a panel on a terminal, lines in a log. Time is set by the test."""

import io
import re

import pytest
from rich.console import Console

from platform.console.progress import SECONDS_BETWEEN_LINES
from platform.console.search_panel import search_panel
from platform.console.search_progress import REFRESHES_PER_SECOND, SearchProgress
from platform.study.planning import Plan
from platform.study.records import DroppedRecord, FailureRecord, FoldRecord, StudyRecord
from platform.study.standing import BestSoFar, SearchStanding, standing_of
from platform.study.state import StudyState

FOUND, MISSED = [[2, 0, 0]], [[0, 0, 2]]
NOTHING = [[0, 0, 0]]
STANDING = SearchStanding(
    num_done=13,
    num_folds=24,
    num_saved=12,
    num_dropped=3,
    num_failed=1,
    best=BestSoFar(name="c0003", f1=0.7755, params={"window": 13, "learning_rate": 0.00249, "balance": "b" * 120}),
)


class Records:
    """A journal in memory."""

    def append(self, record):
        pass


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only when the test says so."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


@pytest.fixture
def plan():
    """Of three configurations on the subjects a and b."""
    study = StudyRecord(
        dataset="toy",
        dataset_digest="00ff",
        space={"name": "toy", "apex_thresholds": [0.5]},
        seed=7,
        scheduling="free-running",
        lag=2,
        subjects=["a", "b"],
        extraction={},
        versions={},
    )
    return Plan(StudyState(study), Records(), lambda outcomes: {"window": 9 + 2 * len(outcomes)}, num_configurations=3)


def fold(order, macro=FOUND):
    counts = {"macro": macro, "micro": NOTHING}
    seconds = {"training": 1.0}
    return FoldRecord(
        configuration=order.configuration,
        subject=order.subject,
        seed=1,
        counts=counts,
        final_loss=0.1,
        seconds=seconds,
        versions={},
    )


def drop(plan, configuration):
    plan.state.apply(
        DroppedRecord(configuration=configuration, reference="c0000", num_subjects=1, f1=0.25, reference_f1=1.0)
    )


def on_screen(plan, width=80):
    """A terminal of that width as a file, and the progress shown on it."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=width, height=24, color_system=None)
    return screen, SearchProgress(plan, study="toy-smoke-seed0", console=console, remark="rendered: no real faces")


def test_a_log_has_a_line_for_every_decision_about_a_configuration_and_none_for_a_fold(plan, clock, capsys):
    with SearchProgress(plan, study="toy") as progress:
        plan.complete(fold(plan.next()))
        progress.changed()
        assert capsys.readouterr().err == ""
        plan.complete(fold(plan.next()))
        progress.changed()
        assert capsys.readouterr().err == "search: c0000 complete, F1 1.000 (honest), best so far\n"
        plan.complete(fold(plan.next(), macro=MISSED))
        drop(plan, "c0001")
        progress.changed()
        assert capsys.readouterr().err == (
            "search: c0001 dropped after 1 of 2 subjects, F1 0.250 against 1.000 of c0000 on the same ones\n"
        )
        plan.fail(plan.next(), "the loss is no number")
        clock[0] += 7

    assert capsys.readouterr().err.splitlines() == [
        "search: c0002 failed, a: the loss is no number",
        "search: 3 of 5 folds in 7 s; racing: 1 fold saved, 1 configuration dropped",
    ]


def test_a_configuration_that_is_not_the_best_is_not_called_so(plan, clock, capsys):
    with SearchProgress(plan, study="toy") as progress:
        for macro in (FOUND, FOUND, MISSED, MISSED):
            plan.complete(fold(plan.next(), macro=macro))
            progress.changed()

    assert "search: c0001 complete, F1 0.000 (honest)\n" in capsys.readouterr().err


def test_folds_are_counted_in_a_log_now_and_then_with_pace_and_rest(plan, clock, capsys):
    with SearchProgress(plan, study="toy") as progress:
        plan.complete(fold(plan.next()))
        plan.complete(fold(plan.next()))
        plan.next()
        clock[0] += SECONDS_BETWEEN_LINES
        progress.changed()
        progress.changed()

        # 2 folds took 15 s, so that 4 more take 30 s.
        assert capsys.readouterr().err.splitlines()[1:] == [
            "search: 2 of 6 folds, 1 running, best F1 1.000 (c0000, honest), 8 folds per minute, about 30 s left"
        ]


def test_what_an_earlier_run_did_is_no_news_and_no_speed(plan, clock, capsys):
    plan.complete(fold(plan.next()))
    plan.complete(fold(plan.next()))
    with SearchProgress(plan, study="toy") as progress:
        clock[0] += 60
        plan.complete(fold(plan.next()))
        progress.changed()

    assert capsys.readouterr().err.splitlines() == [
        "search: 3 of 6 folds, 0 running, best F1 1.000 (c0000, honest), 1 folds per minute, about 3 min left",
        "search: 3 of 6 folds in 60 s",
    ]


def test_a_search_that_was_stopped_does_not_say_that_it_ended(plan, clock, capsys):
    with pytest.raises(KeyboardInterrupt), SearchProgress(plan, study="toy"):
        raise KeyboardInterrupt

    assert capsys.readouterr().err == ""


def test_a_terminal_shows_one_panel_and_keeps_only_the_last_line(plan, clock, capsys):
    screen, progress = on_screen(plan)
    with progress:
        plan.complete(fold(plan.next()))
        plan.complete(fold(plan.next()))
        plan.next()
        clock[0] += SECONDS_BETWEEN_LINES
        progress.changed()
        progress._live.refresh()
        assert capsys.readouterr().err == ""

    shown = screen.getvalue()
    assert "2 done, 1 running, 3 waiting, 6 in all" in shown
    assert "c0000, F1 1.000 (honest)" in shown
    assert "window 9" in shown
    assert "8 folds per minute, about 30 s left" in shown
    assert capsys.readouterr().err == "search: 2 of 6 folds in 15 s\n"
    # Every line of the last panel is erased again: rich moves up and clears, once per line below the first.
    assert shown.rstrip("\x1b[?25h").endswith("\x1b[1A\x1b[2K" * 8)


def test_the_panel_is_drawn_anew_at_most_twice_a_second(plan):
    _, progress = on_screen(plan)

    assert progress._live.refresh_per_second == REFRESHES_PER_SECOND <= 2


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(plan, clock, capsys, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    screen, progress = on_screen(plan)
    with progress:
        plan.complete(fold(plan.next()))
        plan.complete(fold(plan.next()))
        progress.changed()

    assert screen.getvalue() == ""
    assert "c0000 complete" in capsys.readouterr().err


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_the_panel_fits_every_width_and_loses_no_line(width):
    console = Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None)
    panel = search_panel(STANDING, title="search s", num_running=2, pace="8 folds per minute", width=width, remark="r")

    console.print(panel)

    lines = console.file.getvalue().splitlines()
    assert [re.sub(r"\W", " ", line).split()[:1] for line in lines[2:-1]] == [
        ["folds"],
        ["best"],
        ["balance"],
        ["pace"],
        ["racing"],
        ["failed"],
    ]
    assert {len(line) for line in lines} == {min(width - 3, 100)}


def test_before_anything_is_known_the_panel_says_so():
    nothing = SearchStanding(num_done=0, num_folds=6, num_saved=0, num_dropped=0, num_failed=0, best=None)
    console = Console(file=io.StringIO(), width=80)

    console.print(search_panel(nothing, title="search s", num_running=2, pace="", width=80))

    shown = console.file.getvalue()
    for line in ("0 done, 2 running, 4 waiting", "no configuration is complete yet", "known after the first fold"):
        assert line in shown
    assert "no configuration dropped" in shown
    assert "failed  nothing" in shown


def test_the_standing_counts_what_racing_saved_and_what_failed(plan):
    plan.complete(fold(plan.next()))
    plan.complete(fold(plan.next()))
    plan.next()
    drop(plan, "c0001")
    running = plan.next()
    plan.state.apply(FailureRecord(configuration=running.configuration, subject="a", reason="no"))

    standing = standing_of(plan)

    assert (standing.num_done, standing.num_folds, standing.num_saved, standing.num_dropped) == (2, 4, 2, 1)
    assert standing.num_failed == 1
    assert standing.best == BestSoFar(name="c0000", f1=1.0, params={"window": 9})
    assert plan.num_running == 2
