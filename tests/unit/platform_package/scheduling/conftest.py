"""Parts of a search that the tests of scheduling begin with."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from platform.scheduling.fold_trial import FoldInputs
from platform.scheduling.packing import Packing
from platform.scheduling.resources import FoldResources, Reservations
from platform.scheduling.searcher import FoldSearcher
from platform.study.planning import Plan
from search_spaces.named import named_space
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowSource, FlowStore

SMILE = Expression(onset=5, apex=10, offset=15, kind=ExpressionKind.MACRO)


@pytest.fixture
def make_searcher() -> Callable[..., FoldSearcher]:
    """Makes the searcher of a plan; every fold gets a CPU of nodes with two, unless a packing is given."""

    def make(plan: Plan, on_fold, packing: Packing | None = None, *, killed=()) -> FoldSearcher:
        usual = Packing(reservations=Reservations(lambda _order: FoldResources(), node_cpus=2))
        return FoldSearcher(plan, on_fold, packing or usual, died_for_memory=lambda trial_id: trial_id in killed)

    return make


@pytest.fixture
def make_inputs(tmp_path: Path) -> Callable[..., FoldInputs]:
    """Makes the inputs of two subjects with a recording of 30 frames of noise each; any field can be given."""
    store = FlowStore.create(tmp_path / "flow", ExtractionSettings(max_window=9))
    recordings = tuple(
        Recording(
            dataset="toy",
            subject=subject,
            name=f"{subject}_1",
            frame_paths=tuple(Path(f"{frame}.jpg") for frame in range(30)),
            frame_numbers=tuple(range(30)),
            frames_per_second=30.0,
            expressions=(SMILE,),
        )
        for subject in "ab"
    )
    random = np.random.default_rng(0)
    for recording in recordings:
        flow = random.normal(size=(30, 8, 10, 2)).astype(np.float16)
        store.write(recording, flow, FlowSource(listing="", content="", landmarks=""))

    def make(**fields: object) -> FoldInputs:
        usual = {
            "recordings": recordings,
            "store": store,
            "space": named_space("smoke"),
            "study_folder": tmp_path / "study",
            "seed": 4,
        }
        return FoldInputs(**usual | fields)

    return make
