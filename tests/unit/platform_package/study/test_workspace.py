"""Where everything lies."""

from pathlib import Path

import pytest

from platform.study.workspace import (
    WORKSPACE_VARIABLE,
    Workspace,
    default_workspace,
    journal_path,
    leaderboard_path,
    scores_path,
    table_path,
)
from spotformer_core.flow.settings import ExtractionSettings


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv(WORKSPACE_VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_environment_variable_names_the_workspace(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    monkeypatch.setenv(WORKSPACE_VARIABLE, "~/kept")
    assert default_workspace() == Workspace(home / "kept")

    monkeypatch.setenv(WORKSPACE_VARIABLE, "relative")
    assert default_workspace() == Workspace(tmp_path / "relative")


def test_without_it_the_workspace_lies_in_the_current_directory(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert default_workspace() == Workspace(tmp_path / "workspace")


def test_an_empty_variable_counts_as_none(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(WORKSPACE_VARIABLE, "")

    assert default_workspace() == Workspace(tmp_path / "workspace")


def test_in_a_ray_job_the_workspace_outlives_the_copy_of_the_working_dir(home, tmp_path, monkeypatch):
    copy = tmp_path / "runtime_resources" / "working_dir_files" / "_ray_pkg_0123"
    copy.mkdir(parents=True)
    monkeypatch.chdir(copy)

    assert default_workspace() == Workspace(home / "spotformer-workspace")

    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path / "named"))
    assert default_workspace() == Workspace(tmp_path / "named")


def test_everything_lies_inside_the_workspace():
    workspace = Workspace(Path("/w"))
    settings = ExtractionSettings()

    assert workspace.demo_root == Path("/w/demo")
    assert workspace.flow_store("demo", settings) == Path(f"/w/flow/demo-{settings.digest()}")
    assert workspace.flow_store("demo", ExtractionSettings(face_size=160)) != workspace.flow_store("demo", settings)
    assert workspace.study("first") == Path("/w/studies/first")
    assert journal_path(workspace.study("first")) == Path("/w/studies/first/journal.jsonl")
    assert scores_path(Path("/s"), "c0003", "s15") == Path("/s/scores/c0003/s15.arrow")
    assert scores_path(Path("/s"), "c0003", "s15", epoch=20) == Path("/s/scores/c0003/epoch-20/s15.arrow")
    assert table_path(Path("/s"), "c0003", "s15") == Path("/s/scores/c0003/s15.npz")
    assert leaderboard_path(Path("/s")) == Path("/s/leaderboard.md")
    assert workspace.tracking_uri == "sqlite:////w/mlflow.db"
    assert workspace.tracking_artifacts == Path("/w/mlflow-artifacts")
