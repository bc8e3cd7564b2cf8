"""Model folders: what is written comes back, and nothing else is taken for a model."""

import json
import pickletools
from dataclasses import replace

import pytest
import torch

from spotformer_core.errors import InvalidValueError, ModelError
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.spotting import model_files
from spotformer_core.spotting.model_files import read_model, write_model


@pytest.fixture
def folder(tmp_path, network, description):
    write_model(tmp_path / "models" / "winner", network, description, card="# A card\n")
    return tmp_path / "models" / "winner"


def edit(folder, **changes) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_model_comes_back_to_the_last_bit(folder, network, description):
    model = read_model(folder)

    assert model.description == description
    assert model.network.training is False
    for name, weights in network.state_dict().items():
        assert torch.equal(model.network.state_dict()[name], weights)
    assert (folder / "README.md").read_text() == "# A card\n"


def test_a_folder_holds_three_files_and_none_of_them_is_a_pickle(folder):
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "model.json", "weights.safetensors"]
    for path in folder.iterdir():
        with pytest.raises(ValueError):
            for _ in pickletools.genops(path.read_bytes()):
                pass


def test_a_model_takes_the_place_of_another(folder, description):
    torch.manual_seed(1)
    other = SpotFormer(description.configuration.model)
    before = read_model(folder).digest

    write_model(folder, other, replace(description, frames_per_second=25.0))

    assert read_model(folder).description.frames_per_second == 25.0
    assert read_model(folder).digest != before
    assert not (folder / "README.md").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["winner"]


def test_what_is_no_model_is_not_replaced(tmp_path, network, description):
    (tmp_path / "thesis.tex").write_text("years of work")

    with pytest.raises(ModelError, match=r"which holds something else. Name another folder"):
        write_model(tmp_path, network, description)

    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_full_disk_leaves_the_model_that_was_there(folder, network, description, monkeypatch):
    before = read_model(folder).digest

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(model_files, "write_tensors", full)
    with pytest.raises(OSError, match=r"No space left"):
        write_model(folder, network, description)

    assert read_model(folder).digest == before
    assert [path.name for path in folder.parent.iterdir()] == ["winner"]


def test_a_folder_without_a_model_is_told(tmp_path):
    with pytest.raises(ModelError, match=r"a folder with model.json and weights.safetensors, got no .*model.json"):
        read_model(tmp_path)


def test_missing_weights_are_told(folder):
    (folder / "weights.safetensors").unlink()

    with pytest.raises(ModelError, match=r"must have its weights, got no .*weights.safetensors. Copy"):
        read_model(folder)


def test_another_format_is_told(folder):
    edit(folder, format=2)

    with pytest.raises(ModelError, match=r"must be of format 1, got format 2 in .*model.json. Use the version"):
        read_model(folder)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"weights": "0123456789abcdef"}, "weights with the digest [0-9a-f]{16} instead of 0123456789abcdef"),
        ({"configuration": {"window": 8}}, "window must be an odd number"),
        ({"configuration": {"colour": 8}}, "a parameter must be a field"),
        ({"decoding": None}, "not a mapping"),
        ({"frames_per_second": 0}, "frames_per_second of a model must be a number greater than 0, got 0.0"),
        ({"extraction": 3}, "not iterable"),
    ],
)
def test_a_damaged_description_is_told(folder, changes, reason):
    edit(folder, **changes)

    with pytest.raises(ModelError, match=rf"must be an undamaged model, got: .*{reason}"):
        read_model(folder)


def test_a_description_that_is_no_json_is_told(folder):
    (folder / "model.json").write_text("{")

    with pytest.raises(ModelError, match=r"must be an undamaged model, got: .*Copy the whole folder again"):
        read_model(folder)


def test_weights_that_were_cut_off_are_told(folder):
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-8])

    with pytest.raises(ModelError, match=r"must be an undamaged model, got: .*whole safetensors file"):
        read_model(folder)


def test_weights_of_another_network_are_told(folder):
    configuration = json.loads((folder / "model.json").read_text())["configuration"]
    edit(folder, configuration=configuration | {"width": 16})

    with pytest.raises(ModelError, match=r"must be an undamaged model, got: Error.* in loading state_dict"):
        read_model(folder)


def test_flow_that_cannot_be_extracted_here_is_told(description):
    imported = replace(description, extraction={"importer": "released"})

    with pytest.raises(ModelError, match=r"only if its flow can be extracted here, got: extraction_version must be"):
        imported.extraction_settings()


def test_a_model_needs_a_frame_rate(description):
    with pytest.raises(InvalidValueError, match=r"frames_per_second of a model must be .*, got -1"):
        replace(description, frames_per_second=-1.0)
