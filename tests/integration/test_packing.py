"""Folds packed on GPUs that Ray was told of, by real workers of Tune; what is asked of a GPU's memory is answered by a
fake."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import ray

from platform.scheduling.fold_trial import FoldInputs
from platform.scheduling.packing import packing
from platform.scheduling.run import run_folds
from platform.study.budget import Budget
from platform.study.journal import Journal
from platform.study.opening import open_study
from platform.study.planning import Plan
from platform.study.records import StudyRecord
from platform.study.run_log import RunLog
from platform.study.state import StudyState
from search_spaces import Choice, Space
from spotformer_core.datasets.recording import Expression, ExpressionKind
from tests.fake_gpus import GIGABYTE, FakeGpu
from tests.recordings import listed_recording, noise_store

SUBJECTS = ("a", "b", "c")
FITS = {"learning_rate": 1e-3, "batch_size": 16}
AS_LARGE = {"learning_rate": 2e-3, "batch_size": 16}
FITS_NOWHERE = {"learning_rate": 1e-3, "batch_size": 2**45}
"""The frames of one batch alone would be larger than an address space."""
SPACE = Space(
    name="toy",
    description="a network that trains in no time",
    fixed={
        "window": 5,
        "width": 8,
        "num_heads": 1,
        "head_width": 8,
        "num_epochs": 1,
        "class_balance": "balanced",
    },
    dimensions={"learning_rate": Choice((1e-3, 2e-3)), "batch_size": Choice((16, 2**45))},
)


@pytest.fixture(scope="module", autouse=True)
def _cluster() -> Iterator[None]:
    """Two CPUs and a GPU that only Ray knows of."""
    ray.init(address="local", num_cpus=2, num_gpus=1, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture
def inputs(tmp_path: Path) -> FoldInputs:
    """A recording of noise of every subject."""
    smile = Expression(onset=5, apex=10, offset=15, kind=ExpressionKind.MACRO)
    recordings = tuple(listed_recording(subject, smile) for subject in SUBJECTS)
    store = noise_store(tmp_path / "flow", recordings, max_window=5)
    return FoldInputs(recordings=recordings, store=store, space=SPACE, study_folder=tmp_path / "study", seed=4)


@pytest.fixture
def searched(inputs: FoldInputs, tmp_path: Path) -> Callable[..., StudyState]:
    """Runs these configurations on a GPU; the state of the study afterwards."""

    def run(
        gpu: FakeGpu,
        *params: dict[str, object],
        num_gpus: float | None = None,
        study: str = "mine",
        stack_folds: int = 1,
    ) -> StudyState:
        record = StudyRecord(
            dataset="toy",
            dataset_digest="00ff",
            space=SPACE.as_dict(),
            seed=4,
            scheduling="reproducible",
            lag=3,
            subjects=list(SUBJECTS),
            extraction={},
            versions={},
            stack_folds=stack_folds,
        )
        of_study = FoldInputs(
            recordings=inputs.recordings,
            store=inputs.store,
            space=SPACE,
            study_folder=tmp_path / study,
            seed=4,
            stack_folds=stack_folds,
            gpu=gpu,
        )
        with Journal(tmp_path / study / "journal.jsonl") as journal:
            state = open_study(journal, record)
            plan = Plan(state, journal, lambda outcomes: params[len(outcomes)], num_configurations=len(params))
            packed = packing(num_gpus, state, of_study, peak_memory=tmp_path / "peak-memory")
            with RunLog(plan.record, run=state.spending.num_runs + 1, num_workers=4) as log:
                run_folds(
                    plan, of_study, num_workers=4, packing=packed, on_fold=lambda _: None, log=log, budget=Budget()
                )
        return state

    return run


def statuses(state: StudyState) -> list[str]:
    return [str(one.status) for one in state.configurations.values()]


def test_a_fold_that_needs_more_gets_a_whole_gpu_and_what_fits_nowhere_is_decided(searched, tmp_path):
    gpu = FakeGpu(tmp_path / "log", peak_bytes_=2 * GIGABYTE, least_share=0.5)

    state = searched(gpu, FITS_NOWHERE, FITS)

    assert statuses(state) == ["infeasible", "complete"]
    assert "batch_size (now 35184372088832)" in state.configurations["c0000"].failure
    shares = gpu.noted("limit")
    # The first configuration cannot be measured, and its folds ask for a whole GPU; the second is measured to need less
    # than it does, so that its folds run out of memory and get a whole one each.
    assert shares[0] == shares[-1] == "1"
    assert set(shares) == {"1", "0.3333"}
    assert shares[shares.index("0.3333") :].count("1") == 3


@pytest.mark.slow
def test_a_configuration_is_measured_once_alone_and_its_folds_get_the_share_that_they_need(searched, tmp_path):
    gpu = FakeGpu(tmp_path / "log", peak_bytes_=2 * GIGABYTE)

    state = searched(gpu, FITS, AS_LARGE)

    assert statuses(state) == ["complete", "complete"]
    assert len(gpu.noted("describe")) == 1
    assert gpu.noted("limit") == ["1"] + ["0.3333"] * 6
    assert len(gpu.noted("release")) == 7
    searched(gpu, AS_LARGE, study="later")
    assert len(gpu.noted("describe")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("num_gpus", [0.25, 0], ids=["given", "none"])
def test_what_fits_nowhere_is_decided_without_measuring_too(searched, tmp_path, num_gpus):
    state = searched(FakeGpu(tmp_path / "log"), FITS_NOWHERE, FITS, num_gpus=num_gpus)

    assert statuses(state) == ["infeasible", "complete"]


@pytest.mark.slow
def test_a_stack_is_measured_and_gets_its_share_and_one_that_fits_nowhere_says_that_fewer_folds_might(
    searched, tmp_path
):
    gpu = FakeGpu(tmp_path / "log", peak_bytes_=2 * GIGABYTE)

    state = searched(gpu, FITS, FITS_NOWHERE, stack_folds=2)

    assert statuses(state) == ["complete", "infeasible"]
    assert len(gpu.noted("describe")) == 2
    # Of the one that fits, a stack of two and the third fold alone; all else has a whole GPU.
    assert gpu.noted("limit").count("0.3333") == 2
    assert set(gpu.noted("limit")) == {"1", "0.3333"}
    assert "2 folds were trained side by side" in state.configurations["c0001"].failure
    searched(gpu, AS_LARGE, study="later", stack_folds=2)
    assert len(gpu.noted("describe")) == 2
    searched(gpu, AS_LARGE, study="alone")
    assert len(gpu.noted("describe")) == 3
