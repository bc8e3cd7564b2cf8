"""An extraction by nodes that share no disk: chunks of one recording made here and there become one file."""

import numpy as np
import pytest

from platform.extraction.folders import ExtractionFolders
from platform.extraction.planning import state_of
from platform.extraction.units import UNIT, WorkUnit, from_row
from platform.extraction.workers import FlowWorker, finish_if_complete
from platform.storage.object_storage import ObjectStorage
from spotformer_core.flow.chunk_store import ChunkStore
from spotformer_core.flow.chunks import chunks_of
from spotformer_core.flow.store import FlowStore
from tests.unit.platform_package.extraction.conftest import CHUNK_FRAMES, SETTINGS


class Node:
    """A node with a disk of its own."""

    def __init__(self, tmp_path, name: str, landmarks) -> None:
        storage = ObjectStorage(tmp_path / name, f"file://{tmp_path}/bucket")
        self.store = FlowStore.create(storage.folder / "flow", SETTINGS)
        self.chunks = ChunkStore(self.store)
        self.folders = ExtractionFolders(storage=storage, needed=(self.store.folder,))
        self.landmarks = landmarks

    def work(self, unit: WorkUnit):
        column = np.empty(1, object)
        column[0] = unit
        columns = FlowWorker(self.store, self.landmarks, self.folders)({UNIT: column})
        return from_row({name: values[0] for name, values in columns.items()})

    def finish(self, recording) -> bool:
        self.folders.fetch_chunks(recording, self.chunks)
        return finish_if_complete(recording, self.chunks, state_of(recording, self.landmarks), self.folders)


@pytest.fixture
def nodes(tmp_path, landmarks) -> list[Node]:
    (tmp_path / "bucket").mkdir()
    return [Node(tmp_path, name, landmarks) for name in ("driver", "first", "second")]


def test_chunks_of_two_nodes_become_one_recording_on_a_third_and_equal_what_one_node_makes(
    nodes, make_recording, work, units_of, store
):
    driver, first, second = nodes
    recording = make_recording("a_1", num_frames=2 * CHUNK_FRAMES)
    work(*units_of(recording))

    begun = first.work(WorkUnit(recording=recording, chunk=chunks_of(recording.num_frames)[0]))
    ended = second.work(WorkUnit(recording=recording, chunk=chunks_of(recording.num_frames)[1]))

    # The second node fetched what the first one had made, and so it could finish the recording.
    assert (begun.problem, begun.is_last, ended.problem, ended.is_last) == ("", False, "", True)
    assert driver.finish(recording) is False
    driver.folders.fetch()
    assert driver.store.path(recording).read_bytes() == store.path(recording).read_bytes()
    assert driver.folders.storage.objects.below("workspace/flow/.chunks") == []


def test_two_nodes_that_do_not_see_each_other_leave_the_recording_to_the_driver(nodes, make_recording):
    driver, first, second = nodes
    recording = make_recording("a_1", num_frames=2 * CHUNK_FRAMES)
    units = [WorkUnit(recording=recording, chunk=chunk) for chunk in chunks_of(recording.num_frames)]
    # Both have begun before either has made anything.
    workers = [FlowWorker(node.store, node.landmarks, node.folders) for node in (first, second)]

    for worker, unit in zip(workers, units, strict=True):
        column = np.empty(1, object)
        column[0] = unit
        assert worker({UNIT: column})["is_last"].tolist() == [False]

    assert driver.finish(recording) is True
    second.folders.fetch()
    assert second.store.path(recording).exists()


def test_a_recording_of_one_chunk_is_kept_at_once(nodes, make_recording):
    driver, first, _ = nodes
    recording = make_recording("a_1")

    assert first.work(WorkUnit(recording=recording, chunk=chunks_of(recording.num_frames)[0])).is_last
    driver.folders.fetch()

    assert driver.store.path(recording).exists()
