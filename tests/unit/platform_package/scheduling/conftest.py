"""A plan of two configurations on two subjects, a raced one on ten, and the searchers that put them to Tune."""

import json
from dataclasses import asdict

import pytest

from platform.scheduling.fold_trial import FINISHED
from platform.scheduling.searcher import FoldSearcher
from platform.study.journal import Journal
from platform.study.opening import open_study
from platform.study.planning import Plan
from platform.study.records import FoldRecord, StudyRecord


@pytest.fixture
def journal(tmp_path):
    with Journal(tmp_path / "journal.jsonl") as journal:
        yield journal


@pytest.fixture
def plan(journal):
    """Two configurations over the subjects "b" and "a"."""
    study = StudyRecord(
        dataset="toy",
        dataset_digest="00ff",
        space={"apex_thresholds": [0.5]},
        seed=7,
        scheduling="reproducible",
        lag=1,
        subjects=["b", "a"],
        extraction={},
        versions={},
    )
    return Plan(open_study(journal, study), journal, lambda outcomes: {"window": 9}, num_configurations=2)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def searcher(plan, heard):
    return FoldSearcher(plan, heard.append)


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
        study = StudyRecord(
            dataset="toy",
            dataset_digest="00ff",
            space={"apex_thresholds": [0.5]},
            seed=7,
            scheduling=scheduling,
            lag=1,
            subjects=SUBJECTS,
            extraction={},
            versions={},
            racing="careful",
        )
        return Plan(open_study(journal, study), journal, lambda outcomes: {"window": 9}, num_configurations=2)

    return make


def scored(config, *, good):
    counts = {"macro": [[3, 0, 0] if good else [0, 3, 3]], "micro": [[0, 0, 0]]}
    return {FINISHED: json.dumps(asdict(record(config)) | {"counts": counts}), "done": True}
