"""Flow of recordings that are not finished yet: one Arrow file per chunk, in a sub-folder of the flow store.

    <store>/.chunks/<recording>/<first frame>-<last frame>.arrow

When the last chunk is in, the recording moves into the store as one file and its folder goes. Whoever does that, once
or twice, alone or beside somebody else, writes the same bytes.
"""

import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import FlowStoreError, RecordingError
from spotformer_core.flow.chunks import chunks_of
from spotformer_core.flow.flow_files import map_flow, read_metadata, versions, write_flow
from spotformer_core.flow.frames import content_digest, listing_digest
from spotformer_core.flow.store import FlowSource, FlowStore
from spotformer_core.shapes import Float16

CHUNKS_FOLDER = ".chunks"
_HALF_WRITTEN = ".*.part"
"""Names that `atomic_files` gives to files until they are whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordingState:
    """What the flow of a recording is made from, at one moment; equal states mean that nothing has changed.

    Attributes:
        listing: names, sizes and times of the files that hold the frames.
        landmarks: fingerprint of the landmarks.
    """

    listing: str
    landmarks: str


@dataclass(frozen=True, slots=True)
class ChunkStore:
    """The chunks of unfinished recordings of one flow store."""

    store: FlowStore

    def path(self, recording: Recording, chunk: range) -> Path:
        """The file of this chunk, whether it exists or not."""
        return self.folder(recording) / f"{chunk.start:08d}-{chunk.stop - 1:08d}.arrow"

    def folder(self, recording: Recording) -> Path:
        """Where the chunks of a recording lie, whether there are any or not."""
        return self.store.folder / CHUNKS_FOLDER / recording.name

    def missing(self, recording: Recording, state: RecordingState) -> tuple[range, ...]:
        """The chunks of `recording` that are not here, or were made from something else."""
        return tuple(chunk for chunk in chunks_of(recording.num_frames) if not self._holds(recording, chunk, state))

    def is_finished(self, recording: Recording, state: RecordingState) -> bool:
        """Whether the flow of the whole recording, made from exactly this, is in the store."""
        source = self.store.source_of(recording)
        return source is not None and (source.listing, source.landmarks) == (state.listing, state.landmarks)

    def write(
        self,
        recording: Recording,
        chunk: range,
        flow: Float16[np.ndarray, "frames steps regions 2"],
        state: RecordingState,
    ) -> None:
        """Keeps the flow of one chunk; a recording of a single chunk goes into the store at once.

        Args:
            state: as it was before the first frame of the chunk was read.

        Raises:
            RecordingError: when frames have changed since.
            OSError: when it cannot be written, for instance on a full disk.
        """
        if chunks_of(recording.num_frames) == (chunk,):
            self._finish(recording, flow, state)
            return
        _require_unchanged(recording, state)
        write_flow(self.path(recording, chunk), flow, self._metadata(recording, chunk, state))

    def finish(self, recording: Recording, state: RecordingState) -> None:
        """Puts the recording into the store, made of its chunks, and removes them.

        Holds the whole band once: S * R * 4 bytes per frame, so 11.5 MB for 12,000 frames of 24 steps and 10 regions.
        Does nothing when somebody else has finished the recording.

        Raises:
            FlowStoreError: when a chunk is missing or damaged.
            RecordingError: when frames have changed since the chunks were made.
            OSError: when it cannot be written, for instance on a full disk.
        """
        try:
            parts = [map_flow(self.path(recording, chunk)) for chunk in chunks_of(recording.num_frames)]
        except FlowStoreError:
            if self.is_finished(recording, state):
                return
            raise
        self._finish(recording, np.concatenate(parts), state)
        self.discard(recording)

    def discard(self, recording: Recording) -> None:
        """Removes the chunks of a recording; there need not be any."""
        shutil.rmtree(self.folder(recording), ignore_errors=True)

    def remove_leftovers(self, finished: Iterable[Recording]) -> None:
        """Removes what killed extractions left behind: half-written files, and chunks of `finished` recordings.

        Nobody else may be writing to the store.
        """
        for folder in (self.store.folder, *(self.store.folder / CHUNKS_FOLDER).glob("*/")):
            for path in folder.glob(_HALF_WRITTEN):
                path.unlink(missing_ok=True)
        for recording in finished:
            self.discard(recording)

    def _holds(self, recording: Recording, chunk: range, state: RecordingState) -> bool:
        try:
            return read_metadata(self.path(recording, chunk)) == self._metadata(recording, chunk, state)
        except FlowStoreError:
            return False

    def _finish(
        self, recording: Recording, flow: Float16[np.ndarray, "frames steps regions 2"], state: RecordingState
    ) -> None:
        source = FlowSource(listing=state.listing, content=content_digest(recording), landmarks=state.landmarks)
        _require_unchanged(recording, state)
        self.store.write(recording, flow, source)

    def _metadata(self, recording: Recording, chunk: range, state: RecordingState) -> dict[str, Any]:
        return {
            "recording": recording.name,
            "first_frame": chunk.start,
            "frames": len(chunk),
            "settings": self.store.settings.as_dict(),
            "source": asdict(state),
            "versions": versions(),
        }


def _require_unchanged(recording: Recording, state: RecordingState) -> None:
    """The listing is taken again after the last frame was read: equal before and after means unchanged in between."""
    if listing_digest(recording) != state.listing:
        raise RecordingError(
            f"the frames of a recording must stay as they are while it is extracted, but files of {recording.name} "
            "have changed. Wait until they are copied whole, then give the same command."
        )
