"""Temporary files are gone after the block, and after the death of whoever made them."""

import signal
import subprocess
import sys
import tempfile

import pytest

from platform.storage.scratch import scratch_folder

HOLDS_ONE = """
import time
from platform.storage.scratch import scratch_folder
with scratch_folder("held") as folder:
    (folder / "file").touch()
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def other():
    """Another process inside such a block."""
    with subprocess.Popen([sys.executable, "-c", HOLDS_ONE], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip().endswith("files")
        yield process
        process.kill()


def test_it_is_empty_named_after_its_purpose_and_gone_afterwards(temporary):
    with scratch_folder("tune") as folder:
        assert list(folder.iterdir()) == []
        assert folder.parent.name.startswith("spotformer-tune-")
        (folder / "file").touch()

    assert list(temporary.iterdir()) == []


def test_it_is_gone_after_an_error_too(temporary):
    with pytest.raises(ValueError, match="no"), scratch_folder("tune"):
        raise ValueError("no")

    assert list(temporary.iterdir()) == []


def test_what_a_process_holds_stays_and_is_removed_when_it_was_killed(temporary, other):
    with scratch_folder("tune"):
        assert len(list(temporary.glob("spotformer-held-*/files/file"))) == 1

    other.send_signal(signal.SIGKILL)
    other.wait()
    with scratch_folder("tune"):
        assert list(temporary.glob("spotformer-held-*")) == []


def test_files_and_folders_of_others_are_left_alone(temporary):
    (temporary / "spotformer-notes.txt").touch()
    (temporary / "spotformer-mine").mkdir()
    (temporary / "elsewhere").mkdir()
    (temporary / "elsewhere" / "lock").touch()
    (temporary / "spotformer-link").symlink_to(temporary / "elsewhere")

    with scratch_folder("tune"):
        pass

    names = {path.name for path in temporary.iterdir()}
    assert names == {"spotformer-notes.txt", "spotformer-mine", "spotformer-link", "elsewhere"}
    assert (temporary / "elsewhere" / "lock").exists()
