"""A workspace in an S3 bucket: machines come and go with their disks, the study stays."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.searches import SMOKE_SEARCH, SMOKE_STUDY, run_module, run_search
from tests.server.conftest import BUCKET, KEYS


@pytest.fixture
def bucket(object_store: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a workspace in the bucket."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    host = object_store.removeprefix("http://")
    return f"s3://{BUCKET}/team?scheme=http&endpoint_override={host}&region=us-east-1"


def test_a_study_outlives_the_disks_of_the_machines_that_search(
    bucket: str, extracted: Path, undisturbed, tmp_path: Path, stored: Callable[[], list[str]]
):
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    shutil.copytree(extracted, first)

    searched = run_search(first, "--storage", bucket)
    shutil.rmtree(first)
    continued = run_search(second, "--storage", bucket)
    reported = run_module("report", "leaderboard", "--study", SMOKE_STUDY, "--workspace", third, "--storage", bucket)

    assert (searched.result["new_folds"], continued.result["new_folds"]) == (9, 0)
    for name in ("configurations", "best", "comparison"):
        assert searched.result[name] == continued.result[name] == undisturbed.result[name], name
    assert continued.result["winner"]["configuration"] == searched.result["winner"]["configuration"]
    assert reported.code == 0, reported.err
    assert searched.result["best"] in reported.out
    names = stored()
    assert any(name.startswith(f"team/journals/{SMOKE_STUDY}/") for name in names)
    # Arrow leaves an empty object where a folder was.
    assert not [name for name in names if "/writers/" in name and not name.endswith("/")], "nobody writes any more"


def test_a_bucket_that_is_not_there_is_told_before_any_work(bucket: str, tmp_path: Path):
    ended = run_module(
        "search", *SMOKE_SEARCH, "--workspace", tmp_path / "w", "--storage", bucket.replace(BUCKET, "nobody-made-this")
    )

    assert ended.code == 2
    assert "--storage must be a place in which objects can be written" in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "w" / "demo").exists()
