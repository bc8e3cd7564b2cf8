"""Faces that a detector found, kept so that no frame is ever looked at twice: one Arrow file per chunk of a recording.

    <folder>/<detector>/<recording>/<first frame>-<frame after the last>.arrow

Each file holds one row per face: the position of its `frame`, its `box`, its `landmarks` (68, 2). Frames without a face
have no row. What is done about them, and which of several faces is the subject's, is decided on reading.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.chunks import chunks_of
from spotformer_core.flow.face_choice import DetectedFaces
from spotformer_core.flow.frames import content_digest, listing_digest

_METADATA_KEY = b"spotformer"
_SCHEMA = pa.schema(
    [
        ("frame", pa.int64()),
        ("box", pa.fixed_shape_tensor(pa.float32(), (4,))),
        ("landmarks", pa.fixed_shape_tensor(pa.float32(), (68, 2))),
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkSource:
    """The frames of a chunk when they were looked at.

    Attributes:
        listing: names, sizes and times of their files; equal means unchanged.
        content: the bytes of these files; decides when only the listing differs (a copied dataset).
    """

    listing: str
    content: str

    @classmethod
    def of(cls, recording: Recording, chunk: range) -> "ChunkSource":
        """The frames of the chunk as they are now; reads all their bytes.

        Raises:
            RecordingError: when a file cannot be read.
        """
        part = _part(recording, chunk)
        return cls(listing=listing_digest(part), content=content_digest(part))

    def is_still(self, recording: Recording, chunk: range) -> bool:
        """Whether the frames of the chunk are the same now; reads their bytes only when their listing differs.

        Raises:
            RecordingError: when a file cannot be looked at.
        """
        part = _part(recording, chunk)
        return self.listing == listing_digest(part) or self.content == content_digest(part)


@dataclass(frozen=True, kw_only=True, slots=True)
class LandmarkStore:
    """What one detector found in the recordings of one dataset.

    Attributes:
        detector: text that differs whenever the detector could find something else.
    """

    folder: Path
    detector: str

    def path(self, recording: Recording, chunk: range) -> Path:
        """The file of this chunk, whether it exists or not."""
        detector = hashlib.blake2b(self.detector.encode(), digest_size=8).hexdigest()
        return self.folder / detector / recording.name / f"{chunk.start}-{chunk.stop}.arrow"

    def missing(self, recording: Recording) -> tuple[range, ...]:
        """Chunks that were not looked at yet, or whose frames have changed since.

        Raises:
            RecordingError: when a file of the recording cannot be looked at.
        """
        return tuple(chunk for chunk in chunks_of(recording.num_frames) if not self._holds(recording, chunk))

    def write(self, recording: Recording, chunk: range, faces: DetectedFaces, source: ChunkSource) -> None:
        """Puts the faces of a chunk into the store; they appear whole or not at all."""
        metadata = {
            "recording": recording.name,
            "detector": self.detector,
            "listing": source.listing,
            "content": source.content,
        }
        columns = [pa.array(faces.frames), _tensors(faces.boxes), _tensors(faces.landmarks)]
        schema = _SCHEMA.with_metadata({_METADATA_KEY: json.dumps(metadata, sort_keys=True)})
        with (
            written_whole(self.path(recording, chunk)) as path,
            pa.OSFile(str(path), "wb") as sink,
            pa.ipc.new_file(sink, schema) as writer,
        ):
            writer.write_batch(pa.record_batch(columns, schema=schema))

    def read(self, recording: Recording) -> DetectedFaces:
        """The faces in all frames of a recording.

        Raises:
            LandmarkError: when a chunk was not looked at yet, or its file is damaged.
        """
        return _joined([_read_faces(self.path(recording, chunk)) for chunk in chunks_of(recording.num_frames)])

    def _holds(self, recording: Recording, chunk: range) -> bool:
        try:
            source = _read_source(self.path(recording, chunk))
        except LandmarkError:
            return False
        return source.is_still(recording, chunk)


def _part(recording: Recording, chunk: range) -> Recording:
    """The frames of the chunk alone; of a video the whole file, which cannot be looked at in parts."""
    if recording.video_path is not None:
        return recording
    return replace(
        recording,
        frame_paths=recording.frame_paths[chunk.start : chunk.stop],
        frame_numbers=recording.frame_numbers[chunk.start : chunk.stop],
    )


def _tensors(values: np.ndarray) -> pa.ExtensionArray:
    kind = pa.fixed_shape_tensor(pa.float32(), values.shape[1:])
    storage = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), int(np.prod(values.shape[1:])))
    return pa.ExtensionArray.from_storage(kind, storage)


def _read_faces(path: Path) -> DetectedFaces:
    with _opened(path) as reader:
        try:
            batch = reader.get_batch(0)
            return DetectedFaces(
                frames=batch.column(0).to_numpy(),
                boxes=batch.column(1).storage.flatten().to_numpy().reshape(-1, 4),
                landmarks=batch.column(2).storage.flatten().to_numpy().reshape(-1, 68, 2),
            )
        except (pa.ArrowException, OSError, ValueError, IndexError, AttributeError) as error:
            raise _damaged(path, error) from error


def _joined(parts: list[DetectedFaces]) -> DetectedFaces:
    return DetectedFaces(
        frames=np.concatenate([part.frames for part in parts]),
        boxes=np.concatenate([part.boxes for part in parts]),
        landmarks=np.concatenate([part.landmarks for part in parts]),
    )


def _read_source(path: Path) -> ChunkSource:
    with _opened(path) as reader:
        try:
            metadata = json.loads((reader.schema.metadata or {})[_METADATA_KEY])
            return ChunkSource(listing=metadata["listing"], content=metadata["content"])
        except (KeyError, ValueError, TypeError) as error:
            raise _damaged(path, error) from error


def _opened(path: Path) -> pa.ipc.RecordBatchFileReader:
    try:
        return pa.ipc.open_file(pa.memory_map(str(path), "r"))
    except FileNotFoundError:
        raise LandmarkError(
            f"the faces of a recording must have been looked for before they are read, got no file {path}. "
            "Run `python -m platform.extract` for this dataset first."
        ) from None
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> LandmarkError:
    return LandmarkError(
        f"{path} must be an Arrow file of a landmark store, got: {error}. Delete it and its faces are looked for again."
    )
