import math
import pickle
from functools import partial

import numpy as np
import pytest
import torch

from spotformer_core.config import Architecture, Configuration
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.errors import TrainingError
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.head import frame_probabilities
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.batch_memory import BatchMemory
from spotformer_core.training.failures import DeviceMemoryError, DivergedError
from spotformer_core.training.trainer import Trainer
from spotformer_core.training.training_set import TrainingSet
from tests.rounding import BFLOAT16, MULTIPLE, networks_in, spread

BOUNDARIES = torch.tensor([Channel.ONSET, Channel.OFFSET, Channel.NEUTRAL])


def windows_with_labels_that_mean_nothing(num_frames: int, *, window: int = 9) -> TrainingSet:
    return TrainingSet(
        windows=torch.randn(num_frames, window, 10, 2).half(),
        labels=WindowLabels(
            boundary=BOUNDARIES[torch.randint(3, (num_frames, 2))],
            apex=torch.randint(2, (num_frames, 2)).float(),
            expression=torch.randint(2, (num_frames, 2)).float(),
            contrast=torch.randint(3, (num_frames,)),
        ),
    )


def trainer_of(configuration: Configuration, training_set: TrainingSet) -> Trainer:
    torch.manual_seed(1)
    return Trainer(
        SpotFormer(configuration.model),
        training_set,
        configuration=configuration,
        generator=torch.Generator().manual_seed(0),
    )


@pytest.mark.parametrize("architecture", Architecture)
def test_every_architecture_learns_32_windows_by_heart(architecture):
    configuration = Configuration.from_parameters(
        {
            "architecture": architecture,
            "window": 5,
            "width": 16,
            "num_heads": 2,
            "head_width": 8,
            "dropout": 0.0,
            "batch_size": 32,
            "num_epochs": 80,
            "learning_rate": 1e-2,
            "learning_rate_schedule": "cosine",
            "weight_decay": 0.0,
            "contrastive_lambda": 0.0,
            "focal_gamma": 0.0,
            "focal_alpha_apex": 0.5,
            "focal_alpha_expression": 0.5,
            "focal_alpha_boundary": 0.5,
            "macro_expression_weight": 1.0,
            "micro_expression_weight": 1.0,
        }
    )
    training_set = windows_with_labels_that_mean_nothing(32, window=5)
    trainer = trainer_of(configuration, training_set)

    while trainer.epoch < 80:
        trainer.run_epoch()

    windows, labels = BatchMemory([training_set], 32).gather(torch.arange(32)[None])
    said = frame_probabilities(trainer.network(windows).logits)
    assert torch.equal(said[..., Channel.APEX] > 0.5, labels.apex == 1)
    assert torch.equal(said[..., Channel.EXPRESSION] > 0.5, labels.expression == 1)
    assert torch.equal(BOUNDARIES[said[..., BOUNDARIES].argmax(dim=-1)], labels.boundary)
    assert trainer.first_loss > 1 > 0.1 > trainer.mean_loss


def test_an_epoch_takes_as_many_steps_as_show_every_frame_once(small_configuration):
    trainer = trainer_of(small_configuration, windows_with_labels_that_mean_nothing(40))

    trainer.run_epoch()
    trainer.run_epoch()

    assert (trainer.epoch, trainer.num_steps) == (2, 2 * 3)  # Two epochs of 40 frames in batches of 16.


def test_a_class_that_no_frame_has_does_not_stop_the_training(small_configuration):
    training_set = windows_with_labels_that_mean_nothing(40)
    training_set.labels.contrast[:] = 0
    training_set.labels.contrast[7] = 1

    for balance in ("natural", "balanced"):
        trainer = trainer_of(small_configuration.with_parameters({"class_balance": balance}), training_set)
        assert math.isfinite(trainer.run_epoch())


def test_batches_of_one_window_can_be_trained_on(small_configuration):
    configuration = small_configuration.with_parameters({"batch_size": 1})

    assert math.isfinite(trainer_of(configuration, windows_with_labels_that_mean_nothing(3)).run_epoch())


def test_nothing_to_train_on_is_refused(small_configuration):
    with pytest.raises(TrainingError, match=r"must have frames to train on, got none with training_frames 'all'\. Use"):
        trainer_of(small_configuration, windows_with_labels_that_mean_nothing(0))


def test_a_loss_that_is_no_number_is_reported_by_epoch_and_value(small_configuration):
    training_set = windows_with_labels_that_mean_nothing(16)
    training_set.windows[3, 4] = torch.nan

    with pytest.raises(DivergedError, match=r"got nan in epoch 1\. Lower learning_rate \(now 0\.001\)") as caught:
        trainer_of(small_configuration, training_set).run_epoch()
    assert caught.value.last_good is None


def test_a_fold_that_diverges_carries_its_last_good_state(small_configuration):
    trainer = trainer_of(small_configuration, windows_with_labels_that_mean_nothing(16))
    trainer.run_epoch()
    good = trainer.network.head.linear.bias.detach().clone()
    with torch.no_grad():
        trainer.network.head.linear.bias += torch.inf

    with pytest.raises(DivergedError, match="the mean loss of an epoch must be finite, got nan in epoch 2") as caught:
        trainer.run_epoch()

    last_good = pickle.loads(pickle.dumps(caught.value)).last_good
    assert last_good.epoch == 1
    assert torch.equal(last_good.tensors["network/head.linear.bias"], good)


def test_weights_that_are_no_numbers_after_a_good_loss_are_reported(small_configuration):
    trainer = trainer_of(small_configuration, windows_with_labels_that_mean_nothing(16))
    trainer.network.embedding.time_tokens.register_hook(lambda gradient: gradient * torch.nan)

    with pytest.raises(DivergedError, match=r"the weights after an epoch must be finite, got nan in epoch 1\."):
        trainer.run_epoch()


def test_a_loss_that_explodes_is_reported_against_the_first_one(small_configuration):
    trainer = trainer_of(small_configuration, windows_with_labels_that_mean_nothing(16))
    first_loss = trainer.run_epoch()
    with torch.no_grad():
        trainer.network.head.linear.bias += 1e6

    with pytest.raises(DivergedError, match=r"must be at most 1000 times the first loss, .*, got .* in epoch 2\."):
        trainer.run_epoch()
    assert trainer.first_loss == pytest.approx(first_loss)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("Tried to allocate 2.00 GiB."),
        RuntimeError(
            "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 2147483648 bytes."
        ),
        MemoryError(),
    ],
)
def test_running_out_of_memory_is_a_failure_of_its_own_that_says_what_to_lower(small_configuration, error):
    trainer = trainer_of(small_configuration, windows_with_labels_that_mean_nothing(16))

    def refuse(*_):
        raise error

    trainer.network.embedding.register_forward_hook(refuse)

    reason = str(error) or "MemoryError"
    with pytest.raises(
        DeviceMemoryError, match=r"memory of cpu, got: .* Lower batch_size \(now 16\) or width"
    ) as caught:
        trainer.run_epoch()
    assert reason in str(caught.value)


def test_another_error_stays_what_it_is(small_configuration):
    trainer = trainer_of(small_configuration, windows_with_labels_that_mean_nothing(16, window=11))

    with pytest.raises(Exception, match=r"shape|size") as caught:
        trainer.run_epoch()
    assert not isinstance(caught.value, TrainingError)


def test_products_in_bfloat16_train_nearly_as_those_in_float32(small_configuration):
    training_set = windows_with_labels_that_mean_nothing(32)
    trainers = []

    def losses(precision: str) -> np.ndarray:
        configuration = small_configuration.with_parameters({"precision": precision, "dropout": 0.0})
        trainers.append(trainer_of(configuration, training_set))
        return np.array([trainers[-1].run_epoch() for _ in range(3)])

    with networks_in(torch.float32):
        difference = np.abs(losses("bfloat16") - losses("float32")).max()
    trainer = trainers[0]

    # What weights do that are rounded to bfloat16 before the training, rather than in every product of it.
    assert 0 < difference <= MULTIPLE * spread(partial(losses, "float32"), moved_by=BFLOAT16)
    assert {parameter.dtype for parameter in trainer.network.parameters()} == {torch.float32}


def test_dropout_works_in_bfloat16(small_configuration):
    configuration = small_configuration.with_parameters({"precision": "bfloat16", "dropout": 0.3})

    assert math.isfinite(trainer_of(configuration, windows_with_labels_that_mean_nothing(32)).run_epoch())


def test_a_trainer_that_goes_on_from_a_snapshot_ends_where_the_first_one_ends(small_configuration):
    configuration = small_configuration.with_parameters({"dropout": 0.3, "num_epochs": 4, "warmup_steps": 5})
    training_set = windows_with_labels_that_mean_nothing(40)
    first = trainer_of(configuration, training_set)
    first.run_epoch()
    snapshot = first.snapshot()
    expected = [first.run_epoch(), first.run_epoch()]

    second = trainer_of(configuration, training_set)
    torch.rand(11)
    second.restore(snapshot)

    assert [second.run_epoch(), second.run_epoch()] == expected
    for name, value in first.network.state_dict().items():
        assert torch.equal(second.network.state_dict()[name], value), name


def test_a_snapshot_does_not_change_while_the_training_goes_on(small_configuration):
    trainer = trainer_of(small_configuration, windows_with_labels_that_mean_nothing(16))
    trainer.run_epoch()
    snapshot = trainer.snapshot()
    before = {name: tensor.clone() for name, tensor in snapshot.tensors.items()}

    trainer.run_epoch()

    assert all(torch.equal(tensor, before[name]) for name, tensor in snapshot.tensors.items())


def test_a_snapshot_of_another_network_is_refused(small_configuration):
    training_set = windows_with_labels_that_mean_nothing(16)
    wider = small_configuration.with_parameters({"width": 24})

    with pytest.raises(TrainingError, match="must hold the network of its configuration, got another"):
        trainer_of(wider, training_set).restore(trainer_of(small_configuration, training_set).snapshot())
