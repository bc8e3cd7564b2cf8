"""Spaces in YAML that somebody else wrote: no code, no explosion of memory or time, no name that leads elsewhere."""

import contextlib
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform.stages.own_spaces import chosen_space
from platform.study.workspace import Workspace
from spotformer_core.errors import InvalidValueError

BOMBS = {
    "aliases that double": "a: &a [1, 2]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "nested too deep": "[" * 100_000,
    "a date that is none": "description: 2026-13-45\n",
    "a number of ten thousand digits": f"description: {'9' * 10_000}\n",
    "an object of Python": "name: !!python/object/apply:os.system ['true']\n",
    "no UTF-8": "name: \udcff\n",
    "a name that leads elsewhere": "name: ../../elsewhere\nfixed: {window: 17}\n",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_space_in_yaml_cannot_do_harm(tmp_path: Path, text: str):
    path = tmp_path / "space.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")

    with pytest.raises(InvalidValueError) as raised:
        Workspace(tmp_path).study(f"demo-{chosen_space(str(path)).name}-seed0")

    assert len(str(raised.value)) < 2000


def test_a_space_of_many_megabytes_is_not_read(tmp_path: Path):
    path = tmp_path / "space.yaml"
    path.write_text("# " + "x" * (1 << 20))

    with pytest.raises(InvalidValueError, match="more than"):
        chosen_space(str(path))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), st.lists))
def test_any_yaml_is_a_space_or_an_error_of_ours(value: object):
    text = yaml.safe_dump(value)
    path = Path("/dev/shm") / f"spotformer-space-{os.getpid()}.yaml"
    path.write_text(text)
    try:
        with contextlib.suppress(InvalidValueError):
            chosen_space(str(path))
    finally:
        path.unlink()
