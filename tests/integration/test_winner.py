"""The winner of a search: kept, registered, loaded by MLflow in a fresh process, and used on videos."""

import csv
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from platform.reporting.study_comparison import read_study
from platform.study.workspace import Workspace, scores_path
from platform.winner.order import chosen_configuration
from spotformer_core.datasets.frame_files import list_frame_files
from spotformer_core.datasets.reader import read_dataset
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.proposals import decode
from spotformer_core.decoding.score_files import read_scores
from spotformer_core.flow.landmark_files import read_landmarks, write_landmarks
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore
from spotformer_core.metrics.protocols import Protocol
from spotformer_core.spotting.model_files import ModelDescription, read_model, write_model
from spotformer_core.training.whole import train_network
from tests.searches import REPOSITORY, Search, run_module, run_search

SUBJECT = "s15"

LOAD = """
import sys
import mlflow, pandas
if len(sys.argv) > 6:
    sys.path[:] = [path for path in sys.path if path != sys.argv[6]]
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(sys.argv[2])
videos = pandas.DataFrame({"video": [sys.argv[3]], "landmarks": [sys.argv[4]]})
model.predict(videos).to_json(sys.argv[5], orient="records")
import spotformer_core
print(spotformer_core.__file__)
"""


@pytest.fixture(scope="module")
def inputs(undisturbed: Search, tmp_path_factory) -> Path:
    """The recording of one subject as a folder of images and as a video of twice the frame rate, with landmarks."""
    folder = tmp_path_factory.mktemp("inputs")
    recording = recording_of(undisturbed)
    shutil.copytree(recording.frame_paths[0].parent, folder / "images")
    landmarks = read_landmarks(undisturbed.workspace / "demo" / "landmarks", recording)
    write_landmarks(folder / "landmarks" / "images.csv", landmarks, recording.frame_numbers)
    grey = [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in list_frame_files(folder / "images").paths]
    size = grey[0].shape[::-1]
    video = cv2.VideoWriter(str(folder / "fast.avi"), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), 60.0, size)
    for frame in np.repeat(np.stack(grey), 2, axis=0):
        video.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    video.release()
    write_landmarks(folder / "landmarks" / "fast.csv", np.repeat(landmarks, 2, axis=0), range(2 * len(landmarks)))
    (folder / "broken.mp4").write_bytes(b"not a video")
    return folder


def recording_of(search: Search):
    dataset = read_dataset("demo", search.workspace / "demo")
    return next(recording for recording in dataset.recordings if recording.subject == SUBJECT)


def fold_model(search: Search, folder: Path) -> tuple[Path, tuple]:
    """The network of one fold as a model folder, and the proposals that the stored scores of that fold decode to."""
    study_folder = search.journal.parent
    state = read_study(study_folder)
    name = state.ranking()[0]
    settings = ExtractionSettings.from_dict(state.study.extraction)
    store = FlowStore.open(Workspace(search.workspace).flow_store("demo", settings), settings)
    dataset = read_dataset("demo", search.workspace / "demo")
    training = [store.read(recording) for recording in dataset.recordings if recording.subject != SUBJECT]
    thresholds = state.result(name, Protocol.HONEST).thresholds[SUBJECT]
    configuration, _ = chosen_configuration(state, name)
    decoding = replace(
        configuration.decoding,
        macro_apex_threshold=thresholds[ExpressionKind.MACRO],
        micro_apex_threshold=thresholds[ExpressionKind.MICRO],
    )
    torch.set_num_threads(1)
    trained = train_network(configuration, training, seed=state.configurations[name].folds[SUBJECT].seed)
    description = ModelDescription(
        configuration=replace(configuration, decoding=decoding),
        extraction=settings.as_dict(),
        frames_per_second=dataset.recordings[0].frames_per_second,
        origin={},
    )
    write_model(folder, trained.network, description)
    scores = read_scores(scores_path(study_folder, name, SUBJECT))
    return folder, decode(scores[recording_of(search).name], decoding)


def test_the_winner_is_kept_registered_and_told(undisturbed: Search):
    winner = undisturbed.result["winner"]

    assert winner["configuration"] == undisturbed.result["best"]
    assert winner["mlflow"] == "models:/demo-smoke-seed5@champion"
    assert winner["mlflow"] in undisturbed.ended.out
    model = read_model(Path(winner["folder"]))
    assert model.description.origin["subjects"] == ["s15", "s16", "s19"]
    card = (Path(winner["folder"]) / "README.md").read_text()
    assert "Rendered recordings" in card
    assert "insightface" in card
    assert not Path(f"{winner['folder']}.unfinished").exists()


def test_a_second_run_trains_no_winner_and_registers_no_version(undisturbed: Search):
    weights = Path(undisturbed.result["winner"]["folder"]) / "weights.safetensors"
    before = weights.stat().st_mtime_ns

    again = run_search(undisturbed.workspace, "--workers", "1")

    assert again.ended.code == 0, again.ended.err
    assert again.result["winner"] == undisturbed.result["winner"]
    assert "trained on all" not in again.ended.err
    assert weights.stat().st_mtime_ns == before
    versions = list((undisturbed.workspace / "mlflow-artifacts").rglob("winner/*/MLmodel"))
    assert len(versions) == 1


def load_with_mlflow(search: Search, inputs: Path, folder: Path, *more: str) -> tuple[list[dict], Path]:
    """The rows that the champion gives in a process of its own, and the core that it used there."""
    arguments = [
        Workspace(search.workspace).tracking_uri,
        search.result["winner"]["mlflow"],
        inputs / "images",
        inputs / "landmarks",
        folder / "rows.json",
        *more,
    ]
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *map(str, arguments)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads((folder / "rows.json").read_text()), Path(done.stdout.splitlines()[-1])


def test_mlflow_loads_the_champion_in_a_fresh_process_and_unpickles_nothing(undisturbed: Search, inputs, tmp_path):
    rows, core = load_with_mlflow(undisturbed, inputs, tmp_path)

    spotted = run_module(
        *("spot", inputs / "images", "--landmarks", inputs / "landmarks", "--out", tmp_path / "out"),
        *("--model", undisturbed.result["winner"]["mlflow"], "--workspace", undisturbed.workspace),
    )
    assert spotted.code == 0, spotted.err
    expected = json.loads((tmp_path / "out" / "images.json").read_text())["proposals"]
    assert len(rows) == len(expected) > 0
    assert sorted((row["kind"], row["onset"], row["apex"], row["offset"]) for row in rows) == sorted(
        (row["kind"], row["onset"], row["apex"], row["offset"]) for row in expected
    )
    assert core.is_relative_to(REPOSITORY)
    assert [path.name for path in (undisturbed.workspace / "mlflow-artifacts").rglob("*.pkl")] == []


@pytest.mark.slow
def test_the_core_beside_the_weights_serves_where_none_is_installed(undisturbed: Search, inputs, tmp_path):
    # Its numba functions are compiled there, which takes most of a minute.
    _, core = load_with_mlflow(undisturbed, inputs, tmp_path, str(REPOSITORY))

    assert core.is_relative_to(undisturbed.workspace / "mlflow-artifacts")


def test_spotting_a_held_out_recording_gives_what_the_search_found_in_it(undisturbed: Search, inputs, tmp_path):
    model, found = fold_model(undisturbed, tmp_path / "model")
    recording = recording_of(undisturbed)

    ended = run_module(
        *("spot", inputs / "images", inputs / "fast.avi", inputs / "broken.mp4", "--model", model),
        *("--landmarks", inputs / "landmarks", "--out", tmp_path / "out", "--annotated-video", "--workers", "2"),
    )

    # The broken one is told with its reason, and the others have finished.
    assert ended.code == 1
    assert f"problem: {inputs / 'broken.mp4'}: a recording must be a video that FFmpeg can open" in ended.err
    assert "x real time" in ended.out
    assert len(found) > 0
    expected = [
        (str(one.kind), *(recording.frame_numbers[at] for at in (one.onset, one.apex, one.offset)), round(one.score, 6))
        for one in found
    ]
    assert sorted(rows_of(tmp_path / "out" / "images.csv")) == sorted(expected)
    # Every second frame of the fast video is looked at; what is found is told in its own frames and seconds.
    doubled = [(str(one.kind), 2 * one.onset, 2 * one.apex, 2 * one.offset, round(one.score, 6)) for one in found]
    assert sorted(rows_of(tmp_path / "out" / "fast.csv")) == sorted(doubled)
    told = json.loads((tmp_path / "out" / "fast.json").read_text())
    assert (told["frames_per_second"], told["spotted_frames_per_second"]) == (60.0, 30.0)
    assert all(row["apex_seconds"] == pytest.approx(row["apex"] / 60, abs=1e-4) for row in told["proposals"])
    assert cv2.imread(str(tmp_path / "out" / "fast.png")).shape[1] > 1000
    annotated = cv2.VideoCapture(str(tmp_path / "out" / "fast.spotted.mp4"))
    assert annotated.get(cv2.CAP_PROP_FRAME_COUNT) == 2 * recording.num_frames


def rows_of(path: Path) -> list[tuple]:
    with path.open(newline="") as file:
        return [
            (row["kind"], int(row["onset"]), int(row["apex"]), int(row["offset"]), float(row["score"]))
            for row in csv.DictReader(file)
        ]


def test_any_complete_configuration_is_registered_on_demand(undisturbed: Search, tmp_path):
    copy = tmp_path / "workspace"
    shutil.copytree(undisturbed.workspace, copy, ignore=shutil.ignore_patterns("mlflow*"))
    best = undisturbed.result["best"]
    other = next(entry["id"] for entry in undisturbed.result["configurations"] if entry["id"] != best)
    # The runs of the study are in the store of the search, which only gains a registered model here.
    uri = Workspace(undisturbed.workspace).tracking_uri

    ended = run_module(
        *("register", "--workspace", copy, "--study", "demo-smoke-seed5", "--configuration", other),
        *("--name", "second-best", "--tracking-uri", uri),
    )

    assert ended.code == 0, ended.err
    assert "registered: models:/second-best@champion" in ended.out
    folder = copy / "studies" / "demo-smoke-seed5" / "models" / other
    assert read_model(folder).description.origin["configuration"] == other
    assert "It was named, not selected by its F1" in (folder / "README.md").read_text()
