"""The flow store: one Arrow file per recording, written whole, read memory-mapped.

    <folder>/manifest.json       the extraction settings of every file in it, and the versions that made it
    <folder>/<recording>.arrow   a fixed-shape tensor column `flow` (S, R, 2) float16, one row per frame; what it
                                 was made from stands in the schema's metadata

A store made with other settings is never mixed in: opening it says which setting differs.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

from spotformer_core import __version__
from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import FlowStoreError
from spotformer_core.flow.band import FlowBand
from spotformer_core.flow.frames import content_digest, listing_digest
from spotformer_core.flow.regions import NUM_REGIONS
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.shapes import Float16

MANIFEST = "manifest.json"
_METADATA_KEY = b"spotformer"
_FLOW = "flow"


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowSource:
    """What the flow of a recording was made from.

    Attributes:
        listing: names, sizes and times of the frame files; equal means unchanged.
        content: the bytes of the frame files; decides when only the listing differs (a copied dataset).
        landmarks: the landmarks, by digest of their file or name of their detector.
    """

    listing: str
    content: str
    landmarks: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowStore:
    """The flow bands of one dataset under one set of extraction settings."""

    folder: Path
    settings: ExtractionSettings

    @classmethod
    def create(cls, folder: Path, settings: ExtractionSettings) -> "FlowStore":
        """The store in `folder`, made when it does not exist.

        Raises:
            FlowStoreError: when a store made with other settings is there.
        """
        if (folder / MANIFEST).exists():
            return cls.open(folder, settings)
        manifest = {"settings": settings.as_dict(), "versions": _versions()}
        with written_whole(folder / MANIFEST) as path:
            path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
        return cls(folder=folder, settings=settings)

    @classmethod
    def open(cls, folder: Path, settings: ExtractionSettings) -> "FlowStore":
        """The store in `folder`.

        Raises:
            FlowStoreError: when there is none, it is damaged, or it was made with other settings.
        """
        found = _read_manifest(folder)
        wanted = settings.as_dict()
        different = sorted(key for key in wanted | found if wanted.get(key) != found.get(key))
        if different:
            details = ", ".join(f"{key} {found.get(key)!r} instead of {wanted.get(key)!r}" for key in different)
            raise FlowStoreError(
                f"a flow store must have the settings asked for; {folder} was made with {details}. "
                "Ask for its settings, name another --flow-store, or delete that folder to extract again."
            )
        return cls(folder=folder, settings=settings)

    def path(self, recording: Recording) -> Path:
        """The file of this recording, whether it exists or not."""
        return self.folder / f"{recording.name}.arrow"

    def holds(self, recording: Recording, *, landmarks: str) -> bool:
        """Whether the flow of exactly these frames and landmarks is in the store."""
        try:
            metadata = _read_metadata(self.path(recording))
        except FlowStoreError:
            return False
        made_from = metadata["source"]
        if made_from["landmarks"] != landmarks or metadata["settings"] != self.settings.as_dict():
            return False
        return bool(
            made_from["listing"] == listing_digest(recording) or made_from["content"] == content_digest(recording)
        )

    def write(
        self, recording: Recording, flow: Float16[np.ndarray, "frames steps regions 2"], source: FlowSource
    ) -> None:
        """Puts the flow of a recording into the store; it appears whole or not at all."""
        frames = len(flow)
        kind = pa.fixed_shape_tensor(pa.float16(), flow.shape[1:])
        values = pa.array(np.ascontiguousarray(flow).reshape(-1), pa.float16())
        storage = pa.FixedSizeListArray.from_arrays(values, int(np.prod(flow.shape[1:])))
        metadata = {
            "recording": recording.name,
            "frames": frames,
            "settings": self.settings.as_dict(),
            "source": {"listing": source.listing, "content": source.content, "landmarks": source.landmarks},
            "versions": _versions(),
        }
        schema = pa.schema([(_FLOW, kind)], metadata={_METADATA_KEY: json.dumps(metadata, sort_keys=True)})
        column = pa.ExtensionArray.from_storage(kind, storage)
        with (
            written_whole(self.path(recording)) as path,
            pa.OSFile(str(path), "wb") as sink,
            pa.ipc.new_file(sink, schema) as writer,
        ):
            writer.write_batch(pa.record_batch([column], schema=schema))

    def read(self, recording: Recording) -> FlowBand:
        """The flow band of a recording, memory-mapped: nothing is copied until it is used.

        Raises:
            FlowStoreError: when it is missing, damaged, or has another number of frames than the recording.
        """
        path = self.path(recording)
        batch = _open(path).get_batch(0)
        flow = batch.column(0).to_numpy_ndarray()
        expected = (recording.num_frames, self.settings.num_steps, NUM_REGIONS, 2)
        if flow.shape != expected:
            raise FlowStoreError(
                f"the flow of {recording.name} must have shape {expected}, got {flow.shape} in {path}. "
                "Delete that file and extract again."
            )
        return FlowBand(recording=recording, flow=flow)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / MANIFEST).read_text())["settings"])
    except FileNotFoundError:
        raise FlowStoreError(
            f"a flow store must hold {MANIFEST}, but {folder} does not. Run `python -m platform.extract` first."
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise FlowStoreError(
            f"{folder / MANIFEST} must be JSON with the key 'settings', got {error!r}. "
            "Delete the folder and extract again."
        ) from error


def _read_metadata(path: Path) -> dict[str, Any]:
    metadata = _open(path).schema.metadata or {}
    try:
        return dict(json.loads(metadata[_METADATA_KEY]))
    except (KeyError, ValueError) as error:
        raise _damaged(path, error) from error


def _open(path: Path) -> pa.ipc.RecordBatchFileReader:
    try:
        return pa.ipc.open_file(pa.memory_map(str(path), "r"))
    except FileNotFoundError:
        raise FlowStoreError(
            f"the flow store must hold {path.name}, but {path.parent} does not. "
            "Run `python -m platform.extract` for this dataset first."
        ) from None
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> FlowStoreError:
    return FlowStoreError(f"{path} must be an Arrow file of a flow store, got: {error}. Delete it and extract again.")


def _versions() -> dict[str, str]:
    return {"spotformer_core": __version__, "opencv": cv2.__version__, "numpy": np.__version__}
