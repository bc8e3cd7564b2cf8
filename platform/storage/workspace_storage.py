"""Where the files of a workspace are kept: what there is to do for it, and the usual case, in which that is nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class WorkspaceStorage(Protocol):
    """Brings files of the workspace to those who need them; travels to workers.

    All of it raises StorageError when the storage does not answer.
    """

    def require_usable(self, *, to_write: bool = True) -> None:
        """Raises StorageError, before any expensive work, unless files can be read and, where asked, kept there."""
        ...

    def fetch(self, *folders: Path) -> None:
        """Afterwards these folders of the workspace hold whatever anybody has sent of them.

        Raises:
            OSError: when the disk is full.
        """
        ...

    def fetch_once(self, *folders: Path) -> None:
        """The same, but only once per process: for folders that do not change any more."""
        ...

    def send(self, *files: Path) -> None:
        """Keeps these files; afterwards others may fetch them. Those that are not there are left out."""
        ...

    def send_folder(self, folder: Path) -> None:
        """Keeps every file of a folder that is not kept yet as it is."""
        ...

    def forget(self, folder: Path) -> None:
        """Removes what was sent of a folder."""
        ...

    def names_of_studies(self) -> list[str]:
        """Studies whose journals are kept there."""
        ...

    def fetch_journal(self, study: str, journal: Path) -> None:
        """Brings the journal of a study on this disk up to date."""
        ...

    def written_journal(self, study: str, journal: Path) -> AbstractContextManager[None]:
        """Inside the block nobody on another disk writes the journal, which is up to date and kept as it grows.

        Raises:
            StorageError: when another search writes it.
        """
        ...

    def written_alone(self, folder: Path, *, on_wait: Callable[[], None]) -> AbstractContextManager[None]:
        """Inside the block nobody on another disk writes to `folder`, which is up to date; waits for whoever does."""
        ...


@dataclass(frozen=True, slots=True)
class SharedDisk:
    """The workspace lies on a disk that everybody who works on it sees: there is nothing to bring."""

    def require_usable(self, *, to_write: bool = True) -> None:
        """Nothing: the first file says whether the disk can be used."""

    def fetch(self, *folders: Path) -> None:
        """Nothing: everything is there."""

    def fetch_once(self, *folders: Path) -> None:
        """Nothing: everything is there."""

    def send(self, *files: Path) -> None:
        """Nothing: everybody sees them."""

    def send_folder(self, folder: Path) -> None:
        """Nothing: everybody sees it."""

    def forget(self, folder: Path) -> None:
        """Nothing: what is removed is removed for everybody."""

    def names_of_studies(self) -> list[str]:
        """None but those on the disk."""
        return []

    def fetch_journal(self, study: str, journal: Path) -> None:
        """Nothing: it is there."""

    def written_journal(self, study: str, journal: Path) -> AbstractContextManager[None]:
        """Nothing: the journal has a lock of its own."""
        del study, journal
        return nullcontext()

    def written_alone(self, folder: Path, *, on_wait: Callable[[], None]) -> AbstractContextManager[None]:
        """Nothing: a flow store has a lock of its own."""
        del folder, on_wait
        return nullcontext()
