"""What becomes of a winner whose worker fails, without Ray."""

import pytest
import ray

from platform.winner.run import train_on_cluster
from platform.winner.training import WinnerOutcome
from spotformer_core.errors import TrainingError


@pytest.fixture
def ends_with(monkeypatch):
    """Makes the task end with an outcome, or raise; returns what was asked of Ray."""

    def set_up(result: WinnerOutcome | Exception) -> dict[str, object]:
        asked: dict[str, object] = {}

        class Task:
            def remote(self, order, seconds_allowed):
                asked["seconds_allowed"] = seconds_allowed

        def get(_reference):
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(ray, "remote", lambda **options: asked.update(options) or (lambda _work: Task()))
        monkeypatch.setattr(ray, "get", get)
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
