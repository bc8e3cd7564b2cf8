"""Training the winner on a worker."""

import errno
from dataclasses import replace

import pytest

from platform.winner import training
from platform.winner.training import is_kept, train_winner
from spotformer_core.spotting.model_files import read_model


def test_the_winner_is_kept_with_its_card_and_without_its_checkpoint(study):
    order = study.order()
    assert not is_kept(order)

    outcome = train_winner(order)

    assert outcome.problem == ""
    assert is_kept(order)
    assert (order.folder / "README.md").read_text() == order.card
    assert not order.checkpoint.exists()


def test_a_winner_of_other_settings_or_with_damaged_weights_is_not_kept(study):
    order = study.order()
    train_winner(order)
    decoding = replace(order.configuration.decoding, macro_apex_threshold=0.1)

    assert not is_kept(replace(order, configuration=replace(order.configuration, decoding=decoding)))
    weights = order.folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert not is_kept(order)


def test_a_training_that_was_killed_goes_on_and_ends_with_the_same_weights(study, monkeypatch):
    order = study.order()
    train_winner(order)
    expected = read_model(order.folder).digest
    other = replace(order, folder=order.folder.with_name("again"))

    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(training, "write_model", killed)
        with pytest.raises(KeyboardInterrupt):
            train_winner(other)
    assert other.checkpoint.exists()
    train_winner(other)

    assert read_model(other.folder).digest == expected
    assert not other.checkpoint.exists()


def test_a_training_that_fails_says_why(study):
    order = study.order()
    config = replace(order.configuration.training, learning_rate=1e30)

    outcome = train_winner(replace(order, configuration=replace(order.configuration, training=config)))

    assert "must be finite" in outcome.problem or "must be at most" in outcome.problem
    assert not outcome.disk_full
    assert not order.folder.exists()


def test_a_full_disk_is_told_apart(study, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device", "weights")

    monkeypatch.setattr(training, "write_model", full)

    outcome = train_winner(study.order())

    assert outcome.disk_full
    assert outcome.problem == "No space left on device: weights"
