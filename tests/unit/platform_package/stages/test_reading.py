"""The options that name a dataset, and the line that says what it holds."""

import argparse
from pathlib import Path

import pytest

from platform.stages import reading
from platform.study.workspace import WORKSPACE_VARIABLE, Workspace
from spotformer_core.datasets.policies import MissingRecordings
from spotformer_core.datasets.recording import Dataset, Expression, ExpressionKind, Recording
from spotformer_core.errors import InvalidValueError

MACRO = Expression(onset=0, apex=1, offset=2, kind=ExpressionKind.MACRO)
MICRO = Expression(onset=0, apex=1, offset=2, kind=ExpressionKind.MICRO)


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    reading.add_workspace_option(parser)
    reading.add_dataset_options(parser)
    return parser.parse_args(arguments)


def recording_of(name, *expressions):
    return Recording(
        dataset="toy",
        subject=name[0],
        name=name,
        frame_paths=(Path("1.jpg"), Path("2.jpg"), Path("3.jpg")),
        frame_numbers=(1, 2, 3),
        frames_per_second=30.0,
        expressions=expressions,
    )


@pytest.fixture
def dataset(monkeypatch):
    """Two subjects with three recordings of three frames; the reader is asked for nothing else."""
    recordings = (recording_of("a_1", MACRO, MICRO), recording_of("a_2", MACRO), recording_of("b_1"))
    repairs = {"offset-clipped-to-last-frame": 2, "missing-apex-is-midpoint": 1}
    made = Dataset(name="toy", root=Path("/data"), recordings=recordings, repairs=repairs)
    monkeypatch.setattr(reading, "read_dataset", lambda name, root, *, missing_recordings: made)
    return made


def test_the_demo_lies_in_the_workspace_unless_a_root_is_named(tmp_path):
    options = reading.dataset_options(parsed("--workspace", str(tmp_path)))

    assert (options.name, options.root) == ("demo", tmp_path / "demo")
    assert options.missing_recordings is MissingRecordings.ERROR
    assert (options.recordings, options.landmarks) == ((), "")
    assert reading.dataset_options(parsed("--root", str(tmp_path))).root == tmp_path


def test_every_option_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    options = reading.dataset_options(
        parsed(
            *("--dataset", "samm-lv", "--root", "~/SAMM", "--missing-recordings", "skip"),
            *("--recordings", "006_1", "006_2", "--landmarks", "insightface"),
        )
    )

    assert options == reading.DatasetOptions(
        name="samm-lv",
        root=tmp_path / "SAMM",
        missing_recordings=MissingRecordings.SKIP,
        recordings=("006_1", "006_2"),
        landmarks="insightface",
        face_size=0,
    )


def test_a_dataset_other_than_the_demo_needs_a_root():
    with pytest.raises(InvalidValueError, match=r"folder of the dataset 'samm-lv', got none\. Add --root DIR"):
        reading.dataset_options(parsed("--dataset", "samm-lv"))


def test_the_workspace_is_an_absolute_path_wherever_it_was_named_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(WORKSPACE_VARIABLE, raising=False)

    assert parsed("--workspace", "mine").workspace == Workspace(tmp_path / "mine")
    assert parsed().workspace == Workspace(tmp_path / "workspace")


def test_what_was_read_is_said_in_one_line_and_what_was_repaired_in_one_more(dataset, capsys):
    options = reading.dataset_options(parsed("--root", "/data"))

    assert reading.read(options) is dataset

    assert capsys.readouterr().out.splitlines() == [
        "dataset toy: 3 recordings of 2 subjects, 9 frames, 2 macro, 1 micro expressions",
        "  repaired: missing-apex-is-midpoint 1, offset-clipped-to-last-frame 2",
    ]


def test_named_recordings_only_are_kept_and_described(dataset, capsys):
    options = reading.dataset_options(parsed("--root", "/data", "--recordings", "b_1", "a_2"))

    found = reading.read(options)

    assert [recording.name for recording in found.recordings] == ["a_2", "b_1"]
    assert "2 recordings of 2 subjects, 6 frames, 1 macro, 0 micro" in capsys.readouterr().out


def test_a_recording_that_does_not_exist_is_named(dataset):
    options = reading.dataset_options(parsed("--root", "/data", "--recordings", "a_3"))

    with pytest.raises(InvalidValueError, match=r"got 'a_3'\. Did you mean"):
        reading.read(options)
