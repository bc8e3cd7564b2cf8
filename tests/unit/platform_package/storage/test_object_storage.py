"""Files of a workspace on their way from one node to another."""

import pickle

import pytest

from platform.storage.object_storage import ObjectStorage
from spotformer_core.errors import StorageError


def written(storage: ObjectStorage, name: str, content: str):
    path = storage.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_what_one_node_sends_another_one_fetches_with_its_time(here, there):
    sent = written(here, "studies/s/scores/c0000/a.arrow", "scores")

    here.send(sent, here.folder / "studies/s/scores/c0000/missing.npz")
    there.fetch(there.folder / "studies")

    fetched = there.folder / "studies/s/scores/c0000/a.arrow"
    assert fetched.read_text() == "scores"
    assert fetched.stat().st_mtime_ns == sent.stat().st_mtime_ns
    assert [path.name for path in fetched.parent.iterdir()] == ["a.arrow"]


def test_only_what_differs_is_fetched_and_only_what_is_asked_for(here, there, monkeypatch):
    for name in ("flow/x/one", "flow/x/two", "flow/y/three"):
        here.send(written(here, name, name))
    there.fetch(there.folder / "flow/x")
    again = written(here, "flow/x/two", "other")
    here.send(again)
    fetched = []
    get = type(there.objects).get
    monkeypatch.setattr(type(there.objects), "get", lambda self, key: fetched.append(key) or get(self, key))

    there.fetch(there.folder / "flow/x")

    assert fetched == ["workspace/flow/x/two"]
    assert (there.folder / "flow/x/two").read_text() == "other"
    assert not (there.folder / "flow/y").exists()


def test_a_file_of_equal_size_that_was_written_anew_is_fetched(here, there):
    first = written(here, "flow/x/one", "old")
    here.send(first)
    there.fetch(there.folder / "flow")
    first.write_text("new")
    here.send(first)

    there.fetch(there.folder / "flow")

    assert (there.folder / "flow/x/one").read_text() == "new"


def test_a_folder_is_sent_but_for_what_is_kept_already_and_what_means_something_here_only(here, there, monkeypatch):
    for name in ("demo/one", "demo/below/two", "demo/.lock", "demo/.x.123.part"):
        written(here, name, name)
    here.send_folder(here.folder / "demo")
    sent = []
    put = type(here.objects).put

    def noted(self, key: str, content: bytes):
        sent.append(key)
        return put(self, key, content)

    monkeypatch.setattr(type(here.objects), "put", noted)
    written(here, "demo/three", "3")

    here.send_folder(here.folder / "demo")
    there.fetch(there.folder / "demo")

    assert sent == ["workspace/demo/three"]
    found = sorted(str(path.relative_to(there.folder)) for path in there.folder.rglob("*") if path.is_file())
    assert found == [".fetching", "demo/below/two", "demo/one", "demo/three"]


def test_what_is_forgotten_is_not_fetched_any_more(here, there):
    here.send(written(here, "flow/x/.chunks/a/0.arrow", "chunk"), written(here, "flow/x/a.arrow", "flow"))

    here.forget(here.folder / "flow/x/.chunks/a")
    there.fetch(there.folder / "flow")

    assert (there.folder / "flow/x/a.arrow").exists()
    assert not (there.folder / "flow/x/.chunks").exists()


def test_a_process_fetches_once_what_does_not_change(here, there):
    here.send(written(here, "flow/x/one", "1"))
    there.fetch_once(there.folder / "flow/x")
    here.send(written(here, "flow/x/two", "2"))

    pickle.loads(pickle.dumps(there)).fetch_once(there.folder / "flow/x")

    assert not (there.folder / "flow/x/two").exists()


def test_an_object_whose_name_leads_out_of_the_workspace_is_refused(here, there, tmp_path):
    outside = tmp_path / "bucket/prefix/workspace/flow"
    outside.mkdir(parents=True)
    key = "workspace/flow/../../outside"
    listed = type(there.objects).below

    with pytest.MonkeyPatch.context() as patch:
        entry = here.objects.put("workspace/flow/fine", b"x")
        renamed = type(entry)(key, 1, entry.written)
        patch.setattr(type(there.objects), "below", lambda self, folder: [*listed(self, folder), renamed])
        with pytest.raises(StorageError, match="must be names of files of a workspace, got"):
            there.fetch(there.folder / "flow")

    assert not (there.folder.parent / "outside").exists()


def test_a_store_that_does_not_answer_is_an_error(here, tmp_path):
    (tmp_path / "bucket").rmdir()
    (tmp_path / "bucket").touch()

    with pytest.raises(StorageError, match="--storage must be a place in which objects can be written"):
        here.require_usable()
