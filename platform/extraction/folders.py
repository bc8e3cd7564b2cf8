"""What the workers of an extraction find on the disk of their node, and what of their work is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from platform.storage.workspace_storage import SharedDisk, WorkspaceStorage
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.chunk_store import ChunkStore


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractionFolders:
    """Folders of the workspace, and the storage by which they are brought to the nodes and back; travels to workers.

    Attributes:
        needed: that workers read: a dataset that was rendered into the workspace, detected landmarks, unfinished flow.
        detected: where landmarks are put that are detected; None where they are read from files.
    """

    storage: WorkspaceStorage = field(default_factory=SharedDisk)
    needed: Sequence[Path] = ()
    detected: Path | None = None

    def fetch(self) -> None:
        """Brings everything that workers read to this node."""
        self.storage.fetch(*self.needed)

    def keep_landmarks(self) -> None:
        """Keeps the landmarks that were detected on this node."""
        if self.detected is not None:
            self.storage.send_folder(self.detected)

    def keep_chunk(self, recording: Recording, chunk: range, chunks: ChunkStore) -> None:
        """Keeps the flow of a chunk; a recording of a single chunk is whole with it."""
        self.storage.send(chunks.path(recording, chunk), chunks.store.path(recording))

    def fetch_chunks(self, recording: Recording, chunks: ChunkStore) -> None:
        """Brings the chunks of a recording, which several nodes may have made, to this one."""
        self.storage.fetch(chunks.folder(recording))

    def keep_recording(self, recording: Recording, chunks: ChunkStore) -> None:
        """Keeps the flow of a whole recording, and no longer its chunks."""
        self.storage.send(chunks.store.path(recording))
        self.storage.forget(chunks.folder(recording))
