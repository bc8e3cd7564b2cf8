"""A fold worker dies, or hangs without dying: its fold is run again, once, and the search is as if nothing happened."""

import pytest

from tests.faults.checks import as_if_nothing_had_happened
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.searches import Search


@pytest.mark.slow
@pytest.mark.parametrize("action", [Action.DIE, Action.HANG])
def test_a_worker_that_dies_or_hangs_in_a_fold_is_replaced_and_one_fold_repeated(
    undisturbed: Search, staged: StagedSearch, action: Action
):
    process, fault = staged.start(Point.IN_A_FOLD, action, "--workers", "2", "--fold-timeout", "30", passing=2)
    worker = staged.wait_for(fault, process)

    code = process.wait(timeout=500)

    assert code == 0, staged.said
    assert worker != process.pid
    assert staged.repeated == 1
    again = as_if_nothing_had_happened(undisturbed, staged, "--workers", "2")
    assert again.result["new_folds"] == 0
