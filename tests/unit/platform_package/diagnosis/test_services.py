"""What answers elsewhere; Ray itself is not started here."""

from contextlib import contextmanager

from platform.diagnosis import services
from platform.diagnosis.finding import Level
from platform.study.workspace import Workspace
from spotformer_core.errors import InvalidValueError


def test_ray_is_described_by_its_nodes(monkeypatch):
    asked = []

    @contextmanager
    def connected(address, *, num_workers):
        asked.append((address, num_workers))
        yield

    monkeypatch.setattr(services, "connected", connected)
    monkeypatch.setattr(services, "node_counts", lambda: {"gpu_spot": 2, "head": 1})
    monkeypatch.setattr(services, "has_gpus", lambda: True)
    monkeypatch.setattr(services, "most_cpus", lambda: 16.0)

    finding = services.ray_finding("127.0.0.1:6379")

    assert asked == [("127.0.0.1:6379", 1)]
    assert finding.level is Level.OK
    assert finding.found == (
        "127.0.0.1:6379: 2 of type gpu_spot, 1 of type head; the largest has 16 CPUs for Ray; with GPUs"
    )


def test_a_cluster_that_does_not_answer_is_a_problem_in_one_line(monkeypatch):
    @contextmanager
    def connected(address, *, num_workers):
        raise InvalidValueError(f"--address must be that of a running Ray cluster,\n got {address!r}. Start one.")
        yield

    monkeypatch.setattr(services, "connected", connected)
    finding = services.ray_finding("nowhere:1")

    assert finding.level is Level.PROBLEM
    assert finding.found == "--address must be that of a running Ray cluster, got 'nowhere:1'. Start one."


def test_the_workspace_s_own_store_is_not_made(tmp_path):
    finding = services.tracking_finding("", Workspace(tmp_path / "workspace"))

    assert (finding.level, finding.found.endswith("mlflow.db is made by the first search")) == (Level.OK, True)
    assert not (tmp_path / "workspace").exists()


def test_a_damaged_store_is_a_problem_named_or_not(tmp_path):
    workspace = Workspace(tmp_path)
    workspace.tracking_file.write_text("no database, however long it is taken to be" * 50)

    for uri in ("", workspace.tracking_uri):
        finding = services.tracking_finding(uri, workspace)
        assert (finding.level, "must name a usable MLflow store" in finding.found) == (Level.PROBLEM, True)


def test_landmarks_may_come_as_files_so_that_missing_models_are_a_note(tmp_path, monkeypatch):
    monkeypatch.setattr(services, "default_model_folder", lambda: tmp_path)
    missing = services.landmarks_finding()
    for name in ("det_10g.onnx", "1k3d68.onnx"):
        (tmp_path / name).touch()

    assert (missing.level, "--landmarks FOLDER" in missing.found) == (Level.NOTE, True)
    assert services.landmarks_finding().level is Level.OK


def test_a_workspace_without_an_object_store_is_its_folder(tmp_path):
    finding = services.storage_finding(Workspace(tmp_path))

    assert (finding.level, finding.found) == (Level.OK, "the workspace is its folder; all nodes must see it")


def test_an_object_store_is_tried_and_left_as_it_was(tmp_path):
    (tmp_path / "bucket").mkdir()
    workspace = Workspace(tmp_path / "workspace", f"file://{tmp_path}/bucket")

    finding = services.storage_finding(workspace)

    assert finding.level is Level.OK
    assert finding.found == f"file://{tmp_path}/bucket takes objects and gives them back"
    assert not [path for path in (tmp_path / "bucket").rglob("*") if path.is_file()]


def test_an_object_store_that_cannot_be_used_is_a_problem(tmp_path):
    finding = services.storage_finding(Workspace(tmp_path, "ftp://host/x"))

    assert finding.level is Level.PROBLEM
    assert "--storage must be s3://BUCKET/PREFIX or gs://BUCKET/PREFIX, got 'ftp://host/x'" in finding.found
