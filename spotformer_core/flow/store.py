"""The flow store: one Arrow file per recording, written whole, read memory-mapped.

    <folder>/manifest.json       the extraction settings of every file in it, and the versions that made it
    <folder>/<recording>.arrow   a fixed-shape tensor column `flow` (S, R, 2) float16, one row per frame; what it
                                 was made from stands in the schema's metadata

    <folder>/.chunks/, .lock     unfinished recordings and the lock of a running extraction (chunk_store.py)

A store made with other settings, or by another version of the extraction, is never mixed in: opening it says what
differs. Nor is flow that another OpenCV would add to it: frames are decoded and cropped by OpenCV whichever the
estimator, and its releases differ in the last bits. Reading a finished store needs no particular version.
"""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np

from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import FlowStoreError
from spotformer_core.flow.band import FlowBand
from spotformer_core.flow.flow_files import map_flow, read_metadata, versions, write_flow
from spotformer_core.flow.frames import content_digest, listing_digest
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.shapes import Float16

MANIFEST = "manifest.json"


@runtime_checkable
class BandSettings(Protocol):
    """What decides the numbers of the bands of a store: how flow was extracted, or how it was imported."""

    @property
    def num_steps(self) -> int:
        """S: steps of every band."""
        ...

    @property
    def num_regions(self) -> int:
        """R: regions of every band."""
        ...

    def as_dict(self) -> dict[str, Any]:
        """Every setting under its name, as plain JSON values."""
        ...


class SourceKind(StrEnum):
    """What the flow of a recording can be made from."""

    FRAMES = "frames"
    RELEASED_FEATURES = "released-features"
    """Files of features that somebody else extracted; the frames need not be on this machine."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowSource:
    """What the flow of a recording was made from.

    Attributes:
        listing: names, sizes and times of the frame files or of the file of features; equal means unchanged.
        content: their bytes; decides when only the listing differs (a copied dataset).
        landmarks: the landmarks, by digest of their file or name of their detector; empty for released features.
    """

    kind: SourceKind = SourceKind.FRAMES
    listing: str
    content: str
    landmarks: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowStore:
    """The flow bands of one dataset under one set of settings."""

    folder: Path
    settings: BandSettings

    @property
    def extraction_settings(self) -> ExtractionSettings:
        """The settings to extract with.

        Raises:
            FlowStoreError: when the bands of this store are imported.
        """
        if not isinstance(self.settings, ExtractionSettings):
            raise FlowStoreError(
                f"flow can be extracted into a store of extracted flow only, got {self.folder}, which holds imported "
                "features. Name another --workspace."
            )
        return self.settings

    @classmethod
    def create(cls, folder: Path, settings: BandSettings) -> "FlowStore":
        """The store in `folder`, made when it does not exist.

        Raises:
            FlowStoreError: when a store made with other settings is there.
        """
        if (folder / MANIFEST).exists():
            return cls.open(folder, settings)
        manifest = {"settings": settings.as_dict(), "versions": versions()}
        with written_whole(folder / MANIFEST) as path:
            path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
        return cls(folder=folder, settings=settings)

    @classmethod
    def open(cls, folder: Path, settings: BandSettings) -> "FlowStore":
        """The store in `folder`.

        Raises:
            FlowStoreError: when there is none, it is damaged, or it was made with other settings.
        """
        found = _read_manifest(folder)["settings"]
        wanted = settings.as_dict()
        different = sorted(key for key in wanted | found if wanted.get(key) != found.get(key))
        if different:
            details = ", ".join(f"{key} {found.get(key)!r} instead of {wanted.get(key)!r}" for key in different)
            raise FlowStoreError(
                f"a flow store must have the settings asked for; {folder} was made with {details}. "
                "Ask for its settings, name another --workspace, or delete that folder to extract again."
            )
        return cls(folder=folder, settings=settings)

    def require_extendable(self) -> None:
        """Raises FlowStoreError when another OpenCV began the store: flow made now could differ from its own."""
        begun_with, here = _read_manifest(self.folder)["versions"].get("opencv"), versions()["opencv"]
        if begun_with != here:
            raise FlowStoreError(
                f"a flow store must be finished by the OpenCV that began it; {self.folder} was begun with "
                f"{begun_with}, got {here}. Install that version, name another --workspace, or delete that folder to "
                "extract again."
            )

    def path(self, recording: Recording) -> Path:
        """The file of this recording, whether it exists or not."""
        return self.folder / f"{recording.name}.arrow"

    def source_of(self, recording: Recording) -> FlowSource | None:
        """What the flow of a recording was made from.

        None when it is not in the store, damaged, or of other settings.
        """
        try:
            metadata = read_metadata(self.path(recording))
            made_from = metadata["source"]
            source = FlowSource(**(made_from | {"kind": SourceKind(made_from["kind"])}))
        except (FlowStoreError, KeyError, TypeError, ValueError):
            return None
        return source if metadata.get("settings") == self.settings.as_dict() else None

    def holds(self, recording: Recording, *, landmarks: str) -> bool:
        """Whether the flow of exactly these frames and landmarks is in the store."""
        source = self.source_of(recording)
        if source is None or source.kind != SourceKind.FRAMES or source.landmarks != landmarks:
            return False
        return source.listing == listing_digest(recording) or source.content == content_digest(recording)

    def write(
        self, recording: Recording, flow: Float16[np.ndarray, "frames steps regions 2"], source: FlowSource
    ) -> None:
        """Puts the flow of a recording into the store; it appears whole or not at all.

        Raises:
            OSError: when it cannot be written, for instance on a full disk.
        """
        metadata = {
            "recording": recording.name,
            "frames": len(flow),
            "settings": self.settings.as_dict(),
            "source": asdict(source),
            "versions": versions(),
        }
        write_flow(self.path(recording), flow, metadata)

    def read(self, recording: Recording) -> FlowBand:
        """The flow band of a recording, memory-mapped: nothing is copied until it is used.

        Raises:
            FlowStoreError: when it is missing, damaged, or has another number of frames than the recording.
        """
        path = self.path(recording)
        flow = map_flow(path)
        expected = (recording.num_frames, self.settings.num_steps, self.settings.num_regions, 2)
        if flow.shape != expected:
            raise FlowStoreError(
                f"the flow of {recording.name} must have shape {expected}, got {flow.shape} in {path}. "
                "Delete that file and extract again."
            )
        return FlowBand(recording=recording, flow=flow)


def stored_settings(folder: Path) -> dict[str, Any]:
    """The settings that the store in `folder` was made with.

    Raises:
        FlowStoreError: when there is none, or it is damaged.
    """
    return _read_manifest(folder)["settings"]


def _read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        return {"settings": dict(manifest["settings"]), "versions": dict(manifest["versions"])}
    except FileNotFoundError:
        raise FlowStoreError(
            f"a flow store must hold {MANIFEST}, but {folder} does not. Run `python -m platform.extract` first."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise FlowStoreError(
            f"{folder / MANIFEST} must be JSON with the keys 'settings' and 'versions', got {error!r}. "
            "Delete the folder and extract again."
        ) from error
