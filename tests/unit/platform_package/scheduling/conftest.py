"""Parts of a search that the tests of scheduling begin with."""

from collections.abc import Callable

import pytest

from platform.scheduling.packing import Packing
from platform.scheduling.resources import FoldResources, Reservations
from platform.scheduling.searcher import FoldSearcher
from platform.study.planning import Plan


@pytest.fixture
def make_searcher() -> Callable[..., FoldSearcher]:
    """Makes the searcher of a plan; every fold gets a CPU of nodes with two, unless a packing is given."""

    def make(plan: Plan, on_fold, packing: Packing | None = None, *, killed=()) -> FoldSearcher:
        usual = Packing(reservations=Reservations(lambda _order: FoldResources(), node_cpus=2))
        return FoldSearcher(plan, on_fold, packing or usual, died_for_memory=lambda trial_id: trial_id in killed)

    return make
