"""Training the winner on a worker."""

import errno
import shutil
from dataclasses import replace

import pytest

from platform.storage.object_storage import ObjectStorage
from platform.winner import training
from platform.winner.training import is_kept, train_winner
from spotformer_core.flow.store import FlowStore
from spotformer_core.spotting.model_files import read_model
from spotformer_core.training.trainer import Trainer
from tests.unit.platform_package.winner.conftest import SMALL


def test_the_winner_is_kept_with_its_card_and_without_its_checkpoint(study):
    order = study.order()
    assert not is_kept(order)

    outcome = train_winner(order)

    assert outcome.problem == ""
    assert is_kept(order)
    assert (order.folder / "README.md").read_text() == order.card
    assert not order.unfinished.exists()


def test_a_winner_of_other_settings_or_with_damaged_weights_is_not_kept(study):
    order = study.order()
    train_winner(order)
    decoding = replace(order.configuration.decoding, macro_apex_threshold=0.1)

    assert not is_kept(replace(order, configuration=replace(order.configuration, decoding=decoding)))
    weights = order.folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    assert not is_kept(order)


@pytest.fixture
def killed(study, monkeypatch):
    """Begins an order and kills it before its model is written; returns the digest of the model that it would have."""

    def begin(order) -> str:
        whole = study.order()
        train_winner(whole)

        def kill(*_args, **_kwargs):
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(training, "write_model", kill)
            with pytest.raises(KeyboardInterrupt):
                train_winner(order)
        return read_model(whole.folder).digest

    return begin


@pytest.fixture
def began_at(monkeypatch):
    """The epochs from which trainings went on."""
    epochs = []
    restore = Trainer.restore

    def restored(trainer, snapshot):
        epochs.append(snapshot.epoch)
        restore(trainer, snapshot)

    monkeypatch.setattr(Trainer, "restore", restored)
    return epochs


def test_a_training_that_was_killed_goes_on_and_ends_with_the_same_weights(study, killed, began_at):
    order = replace(study.order(), folder=study.folder / "models" / "again")
    expected = killed(order)
    assert order.checkpoint.exists()

    train_winner(order)

    assert began_at == [SMALL["num_epochs"]]
    assert read_model(order.folder).digest == expected
    assert not order.unfinished.exists()


def test_with_a_storage_another_node_goes_on(study, killed, began_at, tmp_path):
    here, there = (ObjectStorage(folder=tmp_path / node, uri=f"file://{tmp_path}/bucket") for node in ("here", "there"))
    order = study.order(study_folder=here.folder / "study", storage=here)
    order = replace(order, store=FlowStore.create(here.folder / "flow", study.store.settings))
    shutil.copytree(study.store.folder, order.store.folder, dirs_exist_ok=True)
    here.send_folder(order.store.folder)
    expected = killed(order)
    elsewhere = study.order(study_folder=there.folder / "study", storage=there)
    elsewhere = replace(elsewhere, store=replace(order.store, folder=there.folder / "flow"))

    assert train_winner(elsewhere).problem == ""

    assert began_at == [SMALL["num_epochs"]]
    assert read_model(elsewhere.folder).digest == expected
    here.fetch(order.folder, order.unfinished)
    assert read_model(order.folder).digest == expected
    assert here.objects.below("workspace/study/models/c0000.unfinished") == []


def test_a_checkpoint_that_does_not_fit_is_left_and_the_training_begins_anew(study, killed, began_at):
    order = replace(study.order(), folder=study.folder / "models" / "again")
    expected = killed(order)
    order.checkpoint.write_bytes(order.checkpoint.read_bytes()[:-1])

    assert train_winner(order).problem == ""

    assert began_at == []
    assert read_model(order.folder).digest == expected


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
