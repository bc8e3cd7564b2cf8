"""A plan of two configurations on two subjects, a raced one on ten, and the searchers that put them to Tune."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from platform.scheduling.fold_trial import FINISHED, FoldInputs
from platform.scheduling.packing import Packing
from platform.scheduling.resources import FoldResources, Reservations
from platform.scheduling.searcher import FoldSearcher
from platform.scheduling.stack_trial import STACK
from platform.study.journal import Journal
from platform.study.opening import open_study
from platform.study.planning import Plan
from platform.study.records import FoldRecord, StudyRecord
from search_spaces.named import named_space
from spotformer_core.datasets.recording import Expression, ExpressionKind
from tests.recordings import listed_recording, noise_store

SMILE = Expression(onset=5, apex=10, offset=15, kind=ExpressionKind.MACRO)
HALF_A_GPU = Packing(reservations=Reservations(lambda _order: FoldResources(num_gpus=0.5), node_cpus=lambda: 2))


def toy_study(subjects, **fields):
    """The first record of a journal over these subjects; a configuration waits for the one before it."""
    usual = {
        "dataset": "toy",
        "dataset_digest": "00ff",
        "space": {"apex_thresholds": [0.5]},
        "seed": 7,
        "scheduling": "reproducible",
        "lag": 1,
        "extraction": {},
        "versions": {},
    }
    return StudyRecord(subjects=subjects, **usual | fields)


@pytest.fixture(autouse=True)
def _threads_as_before():
    num_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(num_threads)


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.jsonl") as journal:
        yield journal


@pytest.fixture
def plan(journal):
    """Two configurations over the subjects "b" and "a"."""
    study = toy_study(["b", "a"])
    return Plan(open_study(journal, study), journal, lambda outcomes: {"window": 9}, num_configurations=2)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def searcher(plan, heard, make_searcher):
    return make_searcher(plan, heard.append)


def record(config):
    return FoldRecord(
        configuration=config["configuration"],
        subject=config["subject"],
        seed=3,
        counts={"macro": [[1, 0, 0]], "micro": [[0, 0, 1]]},
        final_loss=0.5,
        seconds={},
    )


def finished(config):
    return {FINISHED: json.dumps(asdict(record(config))), "training_iteration": 1, "done": True}


SUBJECTS = [f"s{number}" for number in range(10)]


@pytest.fixture
def raced(journal):
    """Makes a plan of two configurations over ten subjects with careful racing."""

    def make(scheduling):
        study = toy_study(SUBJECTS, scheduling=scheduling, racing="careful")
        return Plan(open_study(journal, study), journal, lambda outcomes: {"window": 9}, num_configurations=2)

    return make


def scored(config, *, good):
    counts = {"macro": [[3, 0, 0] if good else [0, 3, 3]], "micro": [[0, 0, 0]]}
    return {FINISHED: json.dumps(asdict(record(config)) | {"counts": counts}), "done": True}


@pytest.fixture
def make_searcher() -> Callable[..., FoldSearcher]:
    """Makes the searcher of a plan; every fold gets a CPU of nodes with two, unless a packing is given."""

    def make(plan: Plan, on_fold, packing: Packing | None = None, *, killed=(), **options) -> FoldSearcher:
        usual = Packing(reservations=Reservations(lambda _order: FoldResources(), node_cpus=lambda: 2))
        return FoldSearcher(
            plan, on_fold, packing or usual, died_for_memory=lambda trial_id: trial_id in killed, **options
        )

    return make


@pytest.fixture
def make_inputs(tmp_path: Path) -> Callable[..., FoldInputs]:
    """Makes the inputs of two subjects with a recording of 30 frames of noise each; any field can be given."""
    recordings = tuple(listed_recording(subject, SMILE) for subject in "ab")
    store = noise_store(tmp_path / "flow", recordings, max_window=9)

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


def half_a_gpu():
    return Packing(reservations=Reservations(lambda _order: FoldResources(num_gpus=0.5), node_cpus=lambda: 2))


@pytest.fixture
def make_stacked_plan(journal):
    """Makes a plan of two configurations over five subjects in stacks of two; any field of the study can be given."""

    def make(**fields):
        study = toy_study(**{"subjects": list("abcde"), "stack_folds": 2} | fields)
        return Plan(open_study(journal, study), journal, lambda outcomes: {"window": 9}, num_configurations=2)

    return make


@pytest.fixture
def stacked_plan(make_stacked_plan):
    return make_stacked_plan()


def finished_stack(trial, subjects, **failures):
    records = [asdict(record(trial | {"subject": subject})) for subject in subjects]
    return {STACK: json.dumps({"records": records, "failures": failures}), "done": True}
