"""What becomes of a winner whose worker fails, without Ray."""

from collections.abc import Sequence

import pytest
import ray

from platform.winner import run
from platform.winner.run import train_on_cluster
from platform.winner.training import WinnerOutcome
from spotformer_core.errors import TrainingError


@pytest.fixture
def ends_with(monkeypatch):
    """Makes tasks end with outcomes, or raise, while so many nodes were taken back, before a task and after its death;
    returns what was asked of Ray."""

    def set_up(*results: WinnerOutcome | Exception, taken_back: Sequence[int] = (0, 0)) -> dict[str, object]:
        asked: dict[str, object] = {}
        left = list(results)
        looks = list(taken_back)

        class Task:
            def remote(self, order, seconds_allowed):
                asked["seconds_allowed"] = seconds_allowed

        def get(_reference):
            result = left.pop(0)
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(ray, "remote", lambda **options: asked.update(options) or (lambda _work: Task()))
        monkeypatch.setattr(ray, "get", get)
        monkeypatch.setattr(run, "nodes_taken_back", lambda: frozenset(range(looks.pop(0))))
        return asked

    return set_up


def test_the_task_asks_for_the_gpus_and_the_time_of_a_fold(study, ends_with):
    asked = ends_with(WinnerOutcome())

    train_on_cluster(study.order(), num_gpus=0.5, seconds_allowed=900)

    assert asked == {"num_cpus": 1, "num_gpus": 0.5, "max_retries": 2, "seconds_allowed": 900}


def test_a_training_that_failed_says_so(study, ends_with):
    ends_with(WinnerOutcome(problem="the loss is NaN"))

    with pytest.raises(TrainingError, match="could not be trained on all subjects: the loss is NaN"):
        train_on_cluster(study.order(), num_gpus=0)


def test_a_full_disk_is_an_error_of_the_system(study, ends_with):
    ends_with(WinnerOutcome(problem="No space left on device: weights", disk_full=True))

    with pytest.raises(OSError, match="No space left on device: weights"):
        train_on_cluster(study.order(), num_gpus=0)


def test_a_worker_that_dies_is_told_with_the_way_on(study, ends_with):
    ends_with(ray.exceptions.WorkerCrashedError())

    with pytest.raises(TrainingError, match=r"3 died on it: .* The same command goes on from its checkpoint"):
        train_on_cluster(study.order(), num_gpus=0)


def died() -> ray.exceptions.NodeDiedError:
    return ray.exceptions.NodeDiedError("the node it was running on is dead")


def test_nodes_that_are_taken_back_are_no_faults_of_the_training(study, ends_with):
    ends_with(died(), died(), WinnerOutcome(), taken_back=(0, 3, 3, 4, 4))

    train_on_cluster(study.order(), num_gpus=0)


def test_nodes_that_die_by_a_fault_are(study, ends_with):
    ends_with(died(), died(), taken_back=(0, 3, 3, 3))

    with pytest.raises(TrainingError, match="3 died on it"):
        train_on_cluster(study.order(), num_gpus=0)
