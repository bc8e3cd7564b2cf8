"""What is done again of an extraction on a cluster whose nodes come and go, without Ray."""

from dataclasses import replace

import pytest

from platform.extraction import pool


@pytest.fixture
def rounds(monkeypatch, unit, outcome):
    """Runs units; each round loses those named while nodes are taken back. Returns outcomes and units of rounds."""

    def run(*planned: tuple[set[str], int]):
        begun, gone = [], set()

        def once(_worker, _arguments, units, _num_workers):
            lost, num_gone = planned[len(begun)]
            begun.append([one.recording.name for one in units])
            for one in units:
                if one.recording.name not in lost:
                    yield replace(outcome, recording=one.recording.name, first_frame=one.chunk.start)
            gone.update(f"node {len(begun)}.{number}" for number in range(num_gone))

        monkeypatch.setattr(pool, "_run_once", once)
        monkeypatch.setattr(pool, "nodes_taken_back", lambda: frozenset(gone))
        units = [unit(name) for name in ("a_1", "b_1", "c_1")]
        return [one.recording for one in pool.run_units(object, (), units, num_workers=2)], begun

    return run


def test_what_is_lost_on_a_cluster_that_stays_is_not_tried_again(rounds):
    assert rounds(({"b_1"}, 0)) == (["a_1", "c_1"], [["a_1", "b_1", "c_1"]])


def test_what_is_lost_while_nodes_are_taken_back_is_tried_until_none_are(rounds):
    ended, begun = rounds(({"a_1", "b_1"}, 2), ({"b_1"}, 1), ({"b_1"}, 0))

    assert ended == ["c_1", "a_1"]
    assert begun == [["a_1", "b_1", "c_1"], ["a_1", "b_1"], ["b_1"]]


def test_when_nothing_is_lost_nothing_is_tried_again(rounds):
    assert rounds((set(), 1)) == (["a_1", "b_1", "c_1"], [["a_1", "b_1", "c_1"]])
