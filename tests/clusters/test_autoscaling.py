"""A search on a cluster that has no nodes but a head: they come with the work and go when it is done."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.autoscaling import (
    CPU_TYPE,
    GPU_TYPES,
    NODE_TYPES,
    RESULT,
    SEARCH,
    Moment,
    searched_while_it_grew,
)
from tests.searches import run_module

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the search on the growing cluster left."""
    return tmp_path_factory.mktemp("growing")


@pytest.fixture(scope="module")
def moments(folder: Path) -> list[Moment]:
    return searched_while_it_grew(folder)


def most(moments: Sequence[Moment], *types: str) -> int:
    return max(moment.count(*types) for moment in moments)


def test_extraction_that_cpu_nodes_have_room_for_brings_up_these_and_no_gpu_node(moments):
    last = max(moment.recordings for moment in moments)
    extracting = [moment for moment in moments if moment.recordings < last]

    assert most(extracting, CPU_TYPE) == NODE_TYPES[CPU_TYPE]["max_workers"]
    assert most(extracting, *GPU_TYPES) == 0


def test_the_search_brings_up_gpu_nodes_up_to_the_most_that_are_allowed(moments):
    assert most(moments, *GPU_TYPES) == sum(NODE_TYPES[name]["max_workers"] for name in GPU_TYPES)
    for name in GPU_TYPES:
        assert most(moments, name) <= NODE_TYPES[name]["max_workers"]
    assert max(moment.pending for moment in moments) > 0, "more folds than nodes, or nothing would be asked for"


def test_every_node_is_given_back_when_nothing_is_left_to_do(moments):
    assert moments[0].count(CPU_TYPE, *GPU_TYPES) == 0
    assert moments[-1].count(CPU_TYPE, *GPU_TYPES) == 0
    assert moments[-1].count("local") == 1


def test_the_head_runs_no_folds(moments):
    assert max(moment.running for moment in moments) > 0
    for moment in moments:
        assert moment.on_head == 0, moment
        assert moment.running <= moment.count(*GPU_TYPES), moment


def test_the_result_is_that_of_one_machine(moments, folder: Path, tmp_path: Path):
    del moments
    shutil.copytree(folder / "workspace" / "demo", tmp_path / "demo")
    shutil.copytree(folder / "workspace" / "flow", tmp_path / "flow")

    alone = run_module("search", "--workspace", tmp_path, *SEARCH, "--workers", "1", "--json", tmp_path / RESULT)

    assert alone.code == 0, alone.err
    grown, single = (json.loads((place / RESULT).read_text()) for place in (folder, tmp_path))
    for name in ("configurations", "best", "comparison"):
        assert grown[name] == single[name], name
