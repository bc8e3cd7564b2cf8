import json

import pytest
import torch

from spotformer_core.errors import InvalidValueError
from spotformer_core.tensor_files import read_tensors, write_tensors

TENSORS = {
    "weights": torch.arange(6, dtype=torch.float32).view(2, 3) / 7,
    "half": torch.tensor([1.5, -2.0]).half(),
    "brain": torch.tensor([[3.0]]).bfloat16(),
    "double": torch.tensor([torch.pi], dtype=torch.float64),
    "number": torch.tensor(7),
    "small": torch.tensor([-3, 4], dtype=torch.int32),
    "state": torch.arange(256).to(torch.uint8),
    "truth": torch.tensor([True, False]),
    "nothing": torch.empty(0, 4),
}


def write_parts(path, header: bytes, data: bytes = b"") -> None:
    path.write_bytes(len(header).to_bytes(8, "little") + header + data)


def test_what_is_written_comes_back_to_the_last_bit(tmp_path):
    path = tmp_path / "state.safetensors"

    write_tensors(path, TENSORS, {"epoch": "3"})
    file = read_tensors(path)

    assert file.metadata == {"epoch": "3"}
    assert list(file.tensors) == list(TENSORS)
    for name, tensor in TENSORS.items():
        assert file.tensors[name].dtype == tensor.dtype
        assert torch.equal(file.tensors[name], tensor)


def test_a_tensor_that_is_not_contiguous_is_written_as_it_looks(tmp_path):
    turned = torch.arange(6.0).view(2, 3).T

    write_tensors(tmp_path / "f", {"turned": turned}, {})

    assert torch.equal(read_tensors(tmp_path / "f").tensors["turned"], turned)


def test_the_file_has_the_layout_of_the_safetensors_format(tmp_path):
    write_tensors(
        tmp_path / "f", {"a": torch.tensor([1.0, 2.0]), "b": torch.tensor([[3]], dtype=torch.uint8)}, {"k": "v"}
    )

    content = (tmp_path / "f").read_bytes()

    # ORIGIN: the published description of the format: length, JSON that may end in spaces, numbers without gaps.
    length = int.from_bytes(content[:8], "little")
    assert length % 8 == 0
    assert json.loads(content[8 : 8 + length]) == {
        "__metadata__": {"k": "v"},
        "a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
        "b": {"dtype": "U8", "shape": [1, 1], "data_offsets": [8, 9]},
    }
    assert content[8 + length :] == bytes.fromhex("0000803f0000004003")


def test_a_file_without_metadata_is_read(tmp_path):
    write_parts(tmp_path / "f", b'{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}', b"\x05\x06")

    file = read_tensors(tmp_path / "f")

    assert file.metadata == {}
    assert file.tensors["a"].tolist() == [5, 6]


@pytest.mark.parametrize("cut", [0, 5, 8, 40, -1])
def test_a_file_that_was_cut_off_is_refused(tmp_path, cut):
    path = tmp_path / "f"
    write_tensors(path, TENSORS, {})
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(InvalidValueError, match=r"f must be a whole safetensors file, got a damaged one .*Delete it\."):
        read_tensors(path)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"not json",
        b"\xff\xfe",
        b'{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}',
        b'{"a":{"dtype":"F32","shape":[1]}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}',
        b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}',
        b'{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}',
        b'{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":["0","4"]}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}}',
        b'{"a":7}',
        b'{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}',
    ],
)
def test_a_header_that_contradicts_itself_or_the_data_is_refused(tmp_path, header):
    write_parts(tmp_path / "f", header, b"\0\0\0\0")

    with pytest.raises(InvalidValueError, match="must be a whole safetensors file"):
        read_tensors(tmp_path / "f")


def test_a_header_length_beyond_the_file_allocates_nothing(tmp_path):
    (tmp_path / "f").write_bytes((2**62).to_bytes(8, "little") + b"{}")

    with pytest.raises(InvalidValueError, match="got a damaged one"):
        read_tensors(tmp_path / "f")


def test_numbers_that_the_format_lacks_are_refused(tmp_path):
    with pytest.raises(InvalidValueError, match=r"the type of z must be one of .*, got torch.complex64\. Convert it\."):
        write_tensors(tmp_path / "f", {"z": torch.tensor([1j])}, {})
