"""What trials died of, in Ray's own words; the words were taken down from a worker that Ray had killed for memory."""

from types import SimpleNamespace

import cloudpickle
import pytest

from platform.scheduling.tune_events import Deaths, Starts

KILLED = """Failure # 3 (occurred at 2026-11-25_19-12-38)
1 worker(s) were killed due to the node running low on memory. Memory on the node was 4.17GB used / 23.54GB
OOM kill reason: Memory usage 4481347584B exceeded threshold of 505530016B (2.0% of 25276502016B limit)
"""


@pytest.mark.parametrize(("text", "expected"), [(KILLED, True), ("Failure # 1\nValueError: no", False), (None, False)])
def test_a_worker_that_was_killed_for_memory_is_told_from_others(tmp_path, text, expected):
    path = tmp_path / "error.txt"
    if text is not None:
        path.write_text(text)
    deaths = Deaths()

    deaths.on_trial_error(None, SimpleNamespace(trial_id="t0", error_file=str(path)))

    assert deaths.for_memory("t0") is expected
    assert not deaths.for_memory("t1")


def test_a_trial_without_a_place_for_errors_died_of_something_else():
    deaths = Deaths()

    deaths.on_trial_error(None, SimpleNamespace(trial_id="t0", error_file=None))

    assert not deaths.for_memory("t0")


def test_starts_are_passed_on_and_survive_the_snapshots_of_tune():
    heard = []
    starts = Starts(heard.append)

    starts.on_trial_start(1, [], SimpleNamespace(trial_id="t0"))

    assert heard == ["t0"]
    assert vars(cloudpickle.loads(cloudpickle.dumps(starts))) == {}
