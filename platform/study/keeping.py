"""Studies of a workspace that is kept elsewhere, brought to this disk to be read."""

from platform.study.workspace import Workspace, journal_path


def fetch_study(workspace: Workspace, name: str) -> None:
    """Everything of one study is on this disk afterwards.

    Raises:
        StorageError: when the storage does not answer.
        InvalidValueError: when the name cannot be that of a study.
        OSError: when the disk is full.
    """
    storage, folder = workspace.storage, workspace.study(name)
    storage.require_usable(to_write=False)
    storage.fetch(folder)
    storage.fetch_journal(name, journal_path(folder))


def fetch_journals(workspace: Workspace) -> None:
    """The journals of all studies are on this disk afterwards.

    Raises:
        StorageError: when the storage does not answer.
        OSError: when the disk is full.
    """
    storage = workspace.storage
    storage.require_usable(to_write=False)
    for name in storage.names_of_studies():
        storage.fetch_journal(name, journal_path(workspace.study(name)))
