"""What of a budget a stack needs, called as Tune calls the searcher; no cluster is started."""

from platform.study.budget import Budget
from platform.study.run_log import RunLog
from tests.unit.platform_package.scheduling.conftest import finished_stack, half_a_gpu


def test_a_stack_must_end_within_the_budget_as_a_whole(stacked_plan, heard, clock, make_searcher):
    log = RunLog(stacked_plan.record, run=1, num_workers=1, clock=clock)
    searcher = make_searcher(stacked_plan, heard.append, log=log, budget=Budget(max_hours=1))
    trial = searcher.suggest("t0")
    searcher.attempt_started("t0")
    clock.now = 1600.0
    searcher.on_trial_complete("t0", finished_stack(trial, "ab"))

    # Two folds at a time took 1600 s, so that two more end after 3200 s.
    assert searcher.suggest("t1")["others"] == ["d"]
    assert not searcher.is_overdue("t1")
    clock.now = 2100.0
    assert searcher.is_overdue("t1")
    assert searcher.suggest("t2") is None
    searcher.on_trial_complete("t1", None)
    assert searcher.suggest("t3") == "FINISHED"
    assert str(searcher.limit) == "--max-hours 1 (0.583 have passed, 2 folds at a time take about 0.44)"


def test_gpu_hours_count_every_fold_of_stacks_that_wait_and_run(stacked_plan, heard, clock, make_searcher):
    log = RunLog(stacked_plan.record, run=1, num_workers=1, clock=clock)
    # A stack of two takes 0.1 GPU-hours: 720 s of half a GPU.
    searcher = make_searcher(stacked_plan, heard.append, half_a_gpu(), log=log, budget=Budget(max_gpu_hours=0.25))
    trial = searcher.suggest("t0")
    searcher.attempt_started("t0")
    clock.now = 720.0
    searcher.on_trial_complete("t0", finished_stack(trial, "ab"))

    assert searcher.suggest("t1")["others"] == ["d"]
    # 0.1 is used, 0.1 is handed out, and two more folds would take another 0.1.
    assert searcher.suggest("t2") is None
    searcher.attempt_started("t1")
    assert searcher.suggest("t2") is None
