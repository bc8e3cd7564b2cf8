"""The record, in the root of a rendered dataset, of what it was rendered with.

`rendered.json` is for programs, `RENDERED.md` for people. Rendering goes on in a root only with the same settings, and
never starts in a folder that holds frames of another origin.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from platform.rendering.settings import DemoSettings, Difficulty
from platform.rendering.trees import TREES, Layout
from spotformer_core.atomic_files import write_whole
from spotformer_core.errors import DatasetError, InvalidValueError
from spotformer_core.limited_files import read_limited

RECORD_FILE = "rendered.json"
NOTE_FILE = "RENDERED.md"
_RECORD_VERSION = 1
"""Raised whenever equal settings begin to give other frames."""
_MOST_RECORD_BYTES = 1 << 20
_SOURCE = "skimage.data.astronaut(): Eileen Collins by NASA, in the public domain"


@dataclass(frozen=True, kw_only=True, slots=True)
class LayoutSettings:
    """What a dataset for a real annotation table is rendered with.

    Attributes:
        annotation_sha256: of the bytes of the annotation file.
    """

    layout: Layout
    annotation_file: str
    annotation_sha256: str
    seed: int = 0

    @classmethod
    def of_annotation(cls, path: Path, *, layout: Layout, seed: int = 0) -> "LayoutSettings":
        """The settings for the annotation file at `path`."""
        digest = sha256(path.read_bytes()).hexdigest()
        return cls(layout=layout, annotation_file=path.name, annotation_sha256=digest, seed=seed)


RenderSettings = DemoSettings | LayoutSettings


def prepare_root(root: Path, settings: RenderSettings) -> None:
    """Makes `root` and its record, or checks the record that is there. Several workers may do so at once.

    Raises:
        InvalidValueError: when `root` was rendered with other settings or holds frames that were not rendered.
        DatasetError: when the record cannot be read.
    """
    # The frames are looked for before the record: a worker that starts meanwhile writes the record first.
    holds_frames = (root / TREES[_layout(settings)].frames_root).exists()
    recorded = _recorded_parameters(root)
    if recorded is not None:
        _require_same(recorded, _parameters(settings), root=root)
    elif holds_frames:
        raise InvalidValueError(
            f"a root to render into must be empty or rendered before, got {root}, whose folder "
            f"{TREES[_layout(settings)].frames_root!r} has no {RECORD_FILE} beside it. Use another --root."
        )
    else:
        write_whole(root / NOTE_FILE, _note(settings).encode())
        record = {"version": _RECORD_VERSION, "settings": _parameters(settings)}
        write_whole(root / RECORD_FILE, (json.dumps(record, indent=2) + "\n").encode())


def read_settings(root: Path) -> RenderSettings:
    """What `root` was rendered with.

    Raises:
        DatasetError: when `root` was not rendered, or its record cannot be read.
    """
    parameters = _recorded_parameters(root)
    if parameters is None:
        raise DatasetError(
            f"a rendered dataset must have a {RECORD_FILE}, got none in {root}. Render into an empty folder."
        )
    try:
        fields = {name: value for name, value in parameters.items() if name != "made_for"}
        if parameters["made_for"] == "demo":
            return DemoSettings(**fields | {"difficulty": Difficulty(fields["difficulty"])})
        return LayoutSettings(**fields | {"layout": Layout(fields["layout"])})
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(root, reason=error) from error


def _layout(settings: RenderSettings) -> Layout:
    return Layout.CAS_ME_2 if isinstance(settings, DemoSettings) else settings.layout


def _parameters(settings: RenderSettings) -> dict[str, Any]:
    made_for = "demo" if isinstance(settings, DemoSettings) else "annotation"
    return {"made_for": made_for} | asdict(settings)


def _recorded_parameters(root: Path) -> dict[str, Any] | None:
    """The settings in the record; None where there is no record."""
    try:
        record = json.loads(read_limited(root / RECORD_FILE, most_bytes=_MOST_RECORD_BYTES))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(root, reason=error) from error
    if not isinstance(record, dict) or not isinstance(record.get("settings"), dict):
        raise _damaged(root, reason="no settings in it")
    if record.get("version") != _RECORD_VERSION:
        raise InvalidValueError(
            f"{root} must have been rendered by version {_RECORD_VERSION} of the renderer, got "
            f"{record.get('version')!r} in {RECORD_FILE}. Use another --root, or delete {root} to render it anew."
        )
    return dict(record["settings"])


def _require_same(recorded: Mapping[str, object], wanted: Mapping[str, object], *, root: Path) -> None:
    for name, value in wanted.items():
        there = recorded.get(name)
        if there != value:
            raise InvalidValueError(
                f"{name} must be {there!r}, with which {root} was rendered, got {value!r}. "
                f"Use another --root, or delete {root} to render it anew."
            )


def _damaged(root: Path, *, reason: object) -> DatasetError:
    return DatasetError(
        f"{RECORD_FILE} must hold the settings of the rendering, got a damaged file in {root} ({reason}). "
        f"Delete {root} to render it anew."
    )


def _note(settings: RenderSettings) -> str:
    lines = "\n".join(f"- {name}: {value}" for name, value in _parameters(settings).items())
    return f"""# Rendered recordings, not recordings of people

Every frame below this folder was rendered by this software from one photograph
({_SOURCE}).
All subjects are warped copies of that one face, and their expressions are computed displacements.
Figures measured on these recordings check software; they say nothing about people.

Settings:

{lines}
"""
