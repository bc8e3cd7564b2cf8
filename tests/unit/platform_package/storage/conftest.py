"""A folder that takes the place of a bucket: the same code, without a server."""

from pathlib import Path

import pytest

from platform.storage.object_storage import ObjectStorage
from platform.storage.objects import ObjectStore


@pytest.fixture
def uri(tmp_path: Path) -> str:
    (tmp_path / "bucket").mkdir()
    return f"file://{tmp_path}/bucket/prefix"


@pytest.fixture
def objects(uri: str) -> ObjectStore:
    return ObjectStore(uri, patience=0.0)


@pytest.fixture
def here(tmp_path: Path, uri: str) -> ObjectStorage:
    """The storage as one node sees it."""
    return ObjectStorage(tmp_path / "here", uri)


@pytest.fixture
def there(tmp_path: Path, uri: str) -> ObjectStorage:
    """The storage as another node sees it."""
    return ObjectStorage(tmp_path / "there", uri)
