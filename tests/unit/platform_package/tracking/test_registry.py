"""A model folder in MLflow's registry, and out of it again."""

import re

import pytest
import torch
from mlflow.tracking import MlflowClient

from platform.tracking.registry import downloaded_model, register_model, registered_names
from spotformer_core.config import Configuration
from spotformer_core.errors import ModelError, StudyError
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.spotting.model_files import ModelDescription, read_model, write_model

# MLflow's own tables use what SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@pytest.fixture
def make_model(tmp_path):
    """Writes an untrained model whose weights follow from a seed."""

    def make(seed: int):
        configuration = Configuration.from_parameters({"window": 9, "width": 8, "num_heads": 1, "head_width": 8})
        torch.manual_seed(seed)
        description = ModelDescription(
            configuration=configuration,
            extraction=ExtractionSettings(max_window=9).as_dict(),
            frames_per_second=30.0,
            origin={},
        )
        write_model(tmp_path / "c0000", SpotFormer(configuration.model), description, card=f"# Seed {seed}\n")
        return tmp_path / "c0000"

    return make


@pytest.fixture
def register(store, state):
    projection = store.projection(state)
    projection.write(state, "c0000", is_running=True)

    def call(folder, **changes):
        name = re.sub(r"[^a-z0-9]+", "-", state.study.identity)
        named = {"name": name, "study": state.study.identity, "configuration": "c0000"}
        return register_model(folder, tracking_uri=store.uri, **(named | changes))

    return call


def test_a_model_becomes_the_champion_with_its_card(make_model, register, store):
    model = register(make_model(1))

    client = MlflowClient(tracking_uri=store.uri)
    found = client.get_model_version_by_alias(model.name, "champion")
    assert (model.uri, str(found.version)) == (f"models:/{model.name}@champion", model.version)
    assert found.description == "# Seed 1\n"
    assert found.tags["spotformer.weights"]
    run = client.get_run(found.run_id)
    assert run.data.tags["spotformer.configuration"] == "c0000"
    assert model.name in registered_names(store.uri)


def test_registering_twice_adds_nothing_and_other_weights_take_over(make_model, register, store):
    first = register(make_model(1))
    again = register(make_model(1))

    other = register(make_model(2))

    assert again == first
    assert other.version != first.version
    client = MlflowClient(tracking_uri=store.uri)
    assert str(client.get_model_version_by_alias(first.name, "champion").version) == other.version
    assert register(make_model(1)).version == first.version
    assert str(client.get_model_version_by_alias(first.name, "champion").version) == first.version


@pytest.mark.parametrize("which", ["@champion", "/1"])
def test_a_registered_model_is_copied_once_and_is_the_same(make_model, register, store, tmp_path, which):
    folder = make_model(3)
    model = register(folder)

    copies = [
        downloaded_model(f"models:/{model.name}{which}", tracking_uri=store.uri, folder=tmp_path / "kept")
        for _ in range(2)
    ]

    assert copies[0] == copies[1]
    assert read_model(copies[0]).digest == read_model(folder).digest
    # In place of a download, what is there is used.
    (copies[0] / "README.md").write_text("here already")
    again = downloaded_model(f"models:/{model.name}{which}", tracking_uri=store.uri, folder=tmp_path / "kept")
    assert (again / "README.md").read_text() == "here already"


@pytest.mark.parametrize("uri", ["models:/nobody@champion", "models:/nobody/1", "models:/nobody"])
def test_an_unknown_model_is_told_with_those_that_are_known(make_model, register, store, tmp_path, uri):
    model = register(make_model(1))

    with pytest.raises(ModelError, match=rf"--model must be a folder or .*got '{uri}'.*Registered are: .*{model.name}"):
        downloaded_model(uri, tracking_uri=store.uri, folder=tmp_path / "kept")


def test_a_model_without_a_run_is_told(make_model, register):
    with pytest.raises(StudyError, match=r"kept by the run of its configuration, got no run of c0007 in sqlite"):
        register(make_model(4), configuration="c0007")


def test_a_name_that_the_registry_refuses_is_told(make_model, register):
    with pytest.raises(ModelError, match=r"must take the model as 'a/b', got: .*Name another with --name"):
        register(make_model(5), name="a/b")
