"""The options that name a dataset, and the line that says what it holds."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from platform.stages import reading, workspace_options
from platform.study.workspace import STORAGE_VARIABLE, WORKSPACE_VARIABLE, Workspace
from spotformer_core.datasets.findings import Finding, FindingName, TableReview, Verdict
from spotformer_core.datasets.policies import MissingRecordings
from spotformer_core.datasets.policy_choices import AnnotationPolicies, PastEnd, SammStep
from spotformer_core.datasets.recording import Dataset, Expression, ExpressionKind, Recording
from spotformer_core.errors import AnnotationError, InvalidValueError, RecordingError

MACRO = Expression(onset=0, apex=1, offset=2, kind=ExpressionKind.MACRO)
MICRO = Expression(onset=0, apex=1, offset=2, kind=ExpressionKind.MICRO)


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    workspace_options.add_workspace_option(parser)
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
    monkeypatch.setattr(reading, "read_dataset", lambda name, root, options: made)
    return made


def test_the_demo_lies_in_the_workspace_unless_a_root_is_named(tmp_path):
    options = reading.dataset_options(parsed("--workspace", str(tmp_path)))

    assert (options.name, options.root) == ("demo", tmp_path / "demo")
    assert options.missing_recordings is MissingRecordings.ERROR
    assert options.recordings == ()
    assert reading.dataset_options(parsed("--root", str(tmp_path))).root == tmp_path


def test_every_option_is_taken(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    options = reading.dataset_options(
        parsed(
            *("--dataset", "samm-lv", "--root", "~/SAMM", "--missing-recordings", "skip"),
            *("--recordings", "006_1", "006_2", "--annotations", "~/table.xlsx"),
            *("--policy", "past-end=drop", "--policy", "samm-step=8"),
        )
    )

    assert options == reading.DatasetOptions(
        name="samm-lv",
        root=tmp_path / "SAMM",
        missing_recordings=MissingRecordings.SKIP,
        recordings=("006_1", "006_2"),
        annotations=tmp_path / "table.xlsx",
        policies=AnnotationPolicies(past_end=PastEnd.DROP, samm_step=SammStep.EIGHT),
    )


def test_a_dataset_other_than_the_demo_needs_a_root():
    with pytest.raises(InvalidValueError, match=r"folder of the dataset 'samm-lv', got none\. Add --root DIR"):
        reading.dataset_options(parsed("--dataset", "samm-lv"))


def test_the_workspace_is_an_absolute_path_wherever_it_was_named_from(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(WORKSPACE_VARIABLE, raising=False)

    assert parsed("--workspace", "mine").workspace == Workspace(tmp_path / "mine")
    assert parsed().workspace == Workspace(tmp_path / "workspace")


def test_the_object_store_of_a_workspace_is_that_of_the_option_else_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(WORKSPACE_VARIABLE, str(tmp_path / "mine"))
    monkeypatch.setenv(STORAGE_VARIABLE, "s3://bucket/of-all")

    assert parsed().workspace == Workspace(tmp_path / "mine", "s3://bucket/of-all")
    for arguments in (("--storage", "s3://b/p", "--workspace", "w"), ("--workspace", "w", "--storage", "s3://b/p")):
        assert parsed(*arguments).workspace == Workspace(tmp_path / "w", "s3://b/p")


def test_what_was_read_is_said_in_one_line_and_what_was_repaired_in_one_more(dataset, capsys):
    options = reading.dataset_options(parsed("--root", "/data"))

    assert reading.read(options) is dataset

    assert capsys.readouterr().out.splitlines() == [
        "dataset toy: 3 recordings of 2 subjects, 9 frames, 2 macro, 1 micro expressions",
        "  repaired: missing-apex-is-midpoint 1, offset-clipped-to-last-frame 2",
    ]


def test_a_recording_that_cannot_be_read_is_named_and_stops_what_needs_all(dataset, capsys, monkeypatch):
    broken = replace(dataset, unreadable={"c_1": "it is empty"})
    monkeypatch.setattr(reading, "read_dataset", lambda name, root, options: broken)

    found = reading.read(reading.dataset_options(parsed("--root", "/data")))

    assert capsys.readouterr().err == "  c_1 cannot be read: it is empty\n"
    with pytest.raises(RecordingError, match=r"got 1 that cannot be read: c_1\. Repair them, or name the others"):
        reading.require_readable(found)
    others = reading.read(reading.dataset_options(parsed("--root", "/data", "--recordings", "a_1")))
    reading.require_readable(others)
    assert [one.name for one in others.recordings] == ["a_1"]


def test_a_problem_of_the_table_ends_reading_and_a_remark_is_said(dataset, capsys, monkeypatch):
    problem, remark = (
        Finding(name=FindingName.EMPTY_ROWS, count=2, verdict=verdict, sentence="zeros.", accepted_by="empty-rows=keep")
        for verdict in (Verdict.PROBLEM, Verdict.REMARK)
    )
    reviews = iter(TableReview(findings=(one,), totals=("toy: 2",)) for one in (problem, remark))
    monkeypatch.setattr(reading, "read_dataset", lambda *_: replace(dataset, review=next(reviews)))

    with pytest.raises(AnnotationError, match=r"empty-rows 2: zeros\. Correct .* with --policy empty-rows=keep\."):
        reading.read(reading.dataset_options(parsed("--root", "/data")))
    reading.read(reading.dataset_options(parsed("--root", "/data")))

    said = capsys.readouterr().out.splitlines()
    assert said.count("  totals of toy: 2") == 2
    assert said.count("  remark  empty-rows 2: zeros.") == 1


@pytest.mark.parametrize(
    ("arguments", "is_part"),
    [((), False), (("--missing-recordings", "skip"), True), (("--recordings", "a_1"), True)],
)
def test_other_totals_are_expected_where_recordings_are_left_out_by_choice(dataset, monkeypatch, arguments, is_part):
    given = []
    monkeypatch.setattr(reading, "read_dataset", lambda name, root, options: given.append(options) or dataset)
    options = reading.dataset_options(parsed("--root", "/data", *arguments))

    reading.chosen_dataset(options)
    reading.chosen_dataset(options, missing_recordings=MissingRecordings.SKIP)

    assert [one.is_part for one in given] == [is_part, is_part]


def test_a_policy_that_does_not_exist_is_an_error():
    with pytest.raises(InvalidValueError, match=r"got 'past-ends'\. Did you mean 'past-end'"):
        reading.dataset_options(parsed("--policy", "past-ends=clip"))


def test_named_recordings_only_are_kept_and_described(dataset, capsys):
    options = reading.dataset_options(parsed("--root", "/data", "--recordings", "b_1", "a_2"))

    found = reading.read(options)

    assert [recording.name for recording in found.recordings] == ["a_2", "b_1"]
    assert "2 recordings of 2 subjects, 6 frames, 1 macro, 0 micro" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ((), MissingRecordings.ERROR),
        (("--missing-recordings", "skip"), MissingRecordings.SKIP),
        (("--recordings", "a_1"), MissingRecordings.SKIP),
    ],
)
def test_recordings_that_are_not_asked_for_may_be_missing(dataset, monkeypatch, arguments, asked):
    given = []
    monkeypatch.setattr(reading, "read_dataset", lambda name, root, options: given.append(options) or dataset)

    reading.read(reading.dataset_options(parsed("--root", "/data", *arguments)))

    assert [options.missing_recordings for options in given] == [asked]


def test_a_recording_that_does_not_exist_is_named(dataset):
    options = reading.dataset_options(parsed("--root", "/data", "--recordings", "a_3"))

    with pytest.raises(InvalidValueError, match=r"got 'a_3'\. Did you mean"):
        reading.read(options)
