"""Objects of a store: whole, listed, retried; mistakes are told before any work."""

import pytest

from platform.storage.objects import ObjectStore
from spotformer_core.errors import StorageError


def test_what_is_put_is_listed_below_its_folders_and_given_back(objects):
    objects.put("a/b/two", b"22")
    objects.put("a/one", b"1")
    objects.put("ab/other", b"")

    assert [(one.key, one.num_bytes) for one in objects.below("a")] == [("a/b/two", 2), ("a/one", 1)]
    assert objects.get("a/b/two") == b"22"


def test_an_object_is_replaced_whole(objects):
    objects.put("a/one", b"longer than it will be")

    written = objects.put("a/one", b"short")

    assert objects.get("a/one") == b"short"
    assert objects.below("a") == [written]


def test_what_is_removed_is_gone_and_may_be_removed_again(objects):
    objects.put("a/one", b"1")

    objects.remove("a/one")
    objects.remove("a/one")

    assert objects.below("a") == []
    with pytest.raises(StorageError, match="give a/one"):
        objects.get("a/one")


def test_a_store_that_can_be_used_is_left_as_it_was(objects):
    objects.require_usable(to_write=True)

    assert objects.below("") == []


@pytest.mark.parametrize("uri", ["bucket/prefix", "ftp://host/x", "s3:/x", ""])
def test_an_address_of_no_object_store_is_refused(uri):
    with pytest.raises(StorageError, match="--storage must be s3://BUCKET/PREFIX or gs://BUCKET/PREFIX, got"):
        ObjectStore(uri)


def test_a_store_that_cannot_be_written_is_told_at_once(tmp_path):
    (tmp_path / "file").touch()
    objects = ObjectStore(f"file://{tmp_path}/file/below", patience=3600)

    with pytest.raises(StorageError, match="can be written, listed, read and removed, got file:"):
        objects.require_usable(to_write=True)


def test_a_store_that_fails_for_a_while_is_asked_again(objects, monkeypatch):
    answers = iter([OSError("503"), OSError("503"), None])
    put = ObjectStore._put
    patient = ObjectStore(objects.uri, patience=60)

    def sometimes(self, key, content):
        if (answer := next(answers)) is not None:
            raise answer
        return put(self, key, content)

    monkeypatch.setattr(ObjectStore, "_put", sometimes)
    monkeypatch.setattr("time.sleep", lambda _: None)
    patient.put("a/one", b"1")

    assert patient.get("a/one") == b"1"


def test_a_store_that_fails_for_longer_is_an_error_that_says_how_to_go_on(tmp_path):
    (tmp_path / "file").touch()
    objects = ObjectStore(f"file://{tmp_path}/file/below", patience=0)

    with pytest.raises(StorageError, match=r"must take a/one, but .* repair the storage and give the same command"):
        objects.put("a/one", b"1")
