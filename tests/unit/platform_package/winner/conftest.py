"""A complete study over two subjects with flow in a store."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from platform.storage.workspace_storage import SharedDisk
from platform.study.identity import dataset_digest
from platform.study.records import FailureRecord
from platform.study.state import StudyState
from platform.winner.order import winner_order
from platform.winner.training import WinnerOrder
from spotformer_core.datasets.recording import Dataset
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowSource, FlowStore
from tests.unit.platform_package.study.conftest import (
    FinishedStudy,
    finished_study,
    make_fold_record,
    make_study_record,
)

__all__ = ["finished_study", "make_fold_record", "make_study_record"]

SMALL = {"width": 8, "num_heads": 1, "head_width": 8, "num_epochs": 2, "batch_size": 32}


@pytest.fixture(autouse=True)
def _thread_numbers_are_put_back():
    num_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(num_threads)


@dataclass(frozen=True, kw_only=True)
class KeptStudy:
    """A study, its dataset and its flow."""

    state: StudyState
    dataset: Dataset
    store: FlowStore
    folder: Path

    def order(self, **changes: object) -> WinnerOrder:
        named = {"study": "toy-study", "study_folder": self.folder, "is_rendered": False, "storage": SharedDisk()}
        return winner_order(self.state, self.dataset, self.store, **(named | changes))


@pytest.fixture
def study(finished_study: FinishedStudy, make_study_record, tmp_path) -> KeptStudy:
    settings = ExtractionSettings(max_window=9)
    store = FlowStore.create(tmp_path / "flow", settings)
    random = np.random.default_rng(0)
    for recording in finished_study.recordings:
        flow = random.normal(size=(60, 8, 10, 2)).astype(np.float16)
        store.write(recording, flow, FlowSource(listing="made", content="made", landmarks="made"))
    space = finished_study.space.as_dict()
    record = make_study_record(
        space=space | {"fixed": space["fixed"] | SMALL}, dataset_digest=dataset_digest(finished_study.recordings)
    )
    state = StudyState(record)
    state.configurations = finished_study.state.configurations
    failed = replace(state.configurations["c0000"], name="c0001")
    state.configurations["c0001"] = failed
    state.apply(FailureRecord(configuration="c0001", subject="b", reason="loss is NaN"))
    dataset = Dataset(name="toy", root=tmp_path, recordings=finished_study.recordings)
    return KeptStudy(state=state, dataset=dataset, store=store, folder=tmp_path / "study")
