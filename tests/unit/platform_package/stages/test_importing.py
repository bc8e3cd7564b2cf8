"""Released features come into a flow store through the command line's options, without any video."""

import argparse
from pathlib import Path

import numpy as np
import pytest

import platform.search
from platform.console.command import DONE, MISTAKE, UNDONE, run_command
from platform.import_features import main, parser
from platform.stages.dry_run_features import features_to_import
from platform.stages.importing import add_released_options, find_released, import_released, released_options
from platform.study.workspace import Workspace
from search_spaces.named import named_space
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.errors import AnnotationError, DatasetError, InvalidValueError
from spotformer_core.flow.windows import sw_mro

LENGTHS = {"samm_006_1": 20, "samm_006_2": 30, "samm_007_3": 25}
ACCEPTED = ("--policy", "other-totals=accept")
"""The table below is a small part of SAMM-LV."""
TABLE = """subject,video_name,start_frame,apex_frame,end_frame,type_idx,au
samm_006,samm_006_1,2,5,9,1,4
samm_006,samm_006_1,11,13,15,2,7
samm_006,samm_006_2,3,4,5,2,7
samm_007,samm_007_3,1,10,20,1,12
"""


def windows_of(num_frames: int, *, num_columns: int = 18) -> np.ndarray:
    positions = np.clip(np.arange(num_frames)[:, None] - 8 + np.arange(17), 0, num_frames - 1)
    moved = 0.25 * (positions - positions[:, :1])
    return np.broadcast_to(moved[:, :, None, None], (num_frames, 17, num_columns, 2)).astype(np.float32)


@pytest.fixture
def release(tmp_path) -> Path:
    """A folder of features, and the table beside it."""
    for name, num_frames in LENGTHS.items():
        path = tmp_path / "release" / name[:8] / f"{name}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, windows_of(num_frames))
    (tmp_path / "release" / "table.csv").write_text(TABLE)
    return tmp_path / "release"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def find_with(release, workspace):
    """What is found with these further options."""

    def found(*options: str):
        command = argparse.ArgumentParser()
        add_released_options(command)
        arguments = ["--features", str(release), "--annotations", str(release / "table.csv"), *ACCEPTED, *options]
        return find_released(released_options(command.parse_args(arguments)), workspace=workspace)

    return found


@pytest.fixture
def import_with(find_with, workspace):
    """What comes of these further options."""
    return lambda *options: import_released(find_with(*options), workspace=workspace)


def test_a_release_becomes_a_dataset_and_a_flow_store(find_with, workspace, capsys):
    found = find_with()
    imported = import_released(found, workspace=workspace)

    recordings = found.dataset.recordings
    assert [(one.name, one.subject, one.num_frames) for one in recordings] == [
        ("samm_006_1", "samm_006", 20),
        ("samm_006_2", "samm_006", 30),
        ("samm_007_3", "samm_007", 25),
    ]
    assert all(one.frame_paths == () and one.video_path is None for one in recordings)
    assert recordings[1].expressions == (Expression(onset=3, apex=4, offset=5, kind=ExpressionKind.MICRO),)
    assert (imported.num_imported, imported.problems) == (3, ())
    for recording in recordings:
        windows = sw_mro(imported.store.read(recording).flow, 17)
        np.testing.assert_array_equal(windows, windows_of(recording.num_frames)[:, :, :10].astype(np.float16))
    assert (
        "dataset lineage: 3 recordings of 2 subjects, 75 frames, 2 macro, 2 micro expressions"
        in capsys.readouterr().out
    )


def test_importing_again_imports_nothing(import_with):
    first = import_with()
    before = {path: path.stat().st_mtime_ns for path in first.store.folder.iterdir()}

    again = import_with()

    assert (again.num_imported, again.problems, again.store) == (0, (), first.store)
    assert {path: path.stat().st_mtime_ns for path in first.store.folder.iterdir()} == before


def test_other_options_never_meet_in_one_store(import_with):
    assert import_with().store.folder != import_with("--edge-windows", "replicate").store.folder


def test_the_store_lies_in_the_workspace_under_a_name_that_says_what_it_is(import_with, workspace):
    folder = import_with().store.folder

    assert folder.parent == workspace.folder / "flow"
    assert folder.name.startswith("lineage-released-")


def test_a_dry_run_counts_what_would_be_imported_and_writes_nothing(find_with, import_with, release, workspace):
    published = named_space("published")

    plan = features_to_import(find_with(), published, workspace=workspace)

    assert plan.lines == (
        "would import 3 of 3 recordings, 0 are there",
        "no conflict: the features serve windows of 17 frames",
    )
    assert plan.num_steps == 16
    assert not workspace.folder.exists()
    import_with()
    np.save(release / "samm_006" / "samm_006_1.npy", 2 * windows_of(20))
    again = features_to_import(find_with(), published, workspace=workspace)
    assert again.lines[0] == "would import 1 of 3 recordings, 2 are there"


def test_the_command_line_reaches_the_dry_run(release, workspace, capsys):
    features = ("--dataset", "lineage", "--features", release, "--annotations", release / "table.csv", *ACCEPTED)

    code = run_search(*features, "--space", "imported-features", "--workspace", workspace.folder, "--dry-run")

    said = capsys.readouterr()
    assert (code, said.err) == (DONE, "")
    assert "would import 3 of 3 recordings, 0 are there\n" in said.out
    assert "x 2 folds = " in said.out
    assert not workspace.folder.exists()


def test_features_that_do_not_serve_the_space_are_refused_before_anything_is_imported(release, workspace, capsys):
    features = ("--dataset", "lineage", "--features", release, "--annotations", release / "table.csv", *ACCEPTED)

    code = run_search(*features, "--space", "table5", "--workspace", workspace.folder)

    assert code == MISTAKE
    assert "windows of 17 frames only, got 9" in capsys.readouterr().err
    assert not (workspace.folder / "flow").exists()


def run_search(*arguments: object) -> int:
    return run_command(platform.search.main, platform.search.parser(), [str(argument) for argument in arguments])


def test_recordings_can_be_chosen(find_with, workspace):
    found = find_with("--recordings", "samm_006_2")

    assert [one.name for one in found.dataset.recordings] == ["samm_006_2"]
    assert import_released(found, workspace=workspace).num_imported == 1


def test_features_that_contradict_the_options_are_named_and_the_others_imported(import_with, release):
    windows = windows_of(30)
    windows[29, 16] = 5
    np.save(release / "samm_006" / "samm_006_2.npy", windows)

    imported = import_with()

    assert imported.num_imported == 2
    (problem,) = imported.problems
    assert "of the window of frame 29 of samm_006_2" in problem
    assert import_with("--edge-windows", "replicate").problems == ()


def test_recordings_without_features_are_an_error_unless_they_may_be_skipped(find_with, release):
    (release / "samm_007" / "samm_007_3.npy").unlink()

    with pytest.raises(AnnotationError, match="samm_007_3"):
        find_with()
    dataset = find_with("--missing-recordings", "skip").dataset
    assert [one.name for one in dataset.recordings] == ["samm_006_1", "samm_006_2"]
    assert dataset.missing == ("samm_007_3",)


def test_a_file_that_is_no_array_is_an_error_and_a_problem_when_it_may_be_skipped(import_with, release):
    broken = release / "samm_007" / "samm_007_3.npy"
    broken.write_bytes(b"broken")

    with pytest.raises(DatasetError, match=rf"must be a NumPy array, got {broken}"):
        import_with()
    imported = import_with("--missing-recordings", "skip")
    assert imported.num_imported == 2
    assert [str(broken) in problem for problem in imported.problems] == [True]


def test_a_release_of_broken_files_is_an_error_whatever_may_be_skipped(import_with, release):
    for path in release.rglob("*.npy"):
        path.write_bytes(b"broken")

    with pytest.raises(DatasetError, match="must be a NumPy array"):
        import_with("--missing-recordings", "skip")


def test_files_with_regions_in_different_columns_are_not_mixed(import_with, release):
    np.save(release / "samm_007" / "samm_007_3.npy", windows_of(25, num_columns=10))

    with pytest.raises(DatasetError, match=r"with-whole-parts for .* and regions-first for samm_007_3"):
        import_with()
    assert import_with("--region-columns", "regions-first").problems == ()


def test_an_unknown_policy_is_refused_with_what_was_meant(import_with):
    with pytest.raises(InvalidValueError, match="samm-step"):
        import_with("--policy", "sam-step=8")


def run(*arguments: object) -> int:
    return run_command(main, parser(), [str(argument) for argument in arguments])


def test_the_command_says_what_it_did(release, tmp_path, capsys):
    arguments = (
        "--features",
        release,
        "--annotations",
        release / "table.csv",
        *ACCEPTED,
        "--workspace",
        tmp_path / "w",
    )

    assert run(*arguments) == DONE
    assert "3 recordings imported now, 0 failed" in capsys.readouterr().out

    np.save(release / "samm_006" / "samm_006_1.npy", np.full((20, 17, 18, 2), np.nan, np.float32))
    assert run(*arguments) == UNDONE
    said = capsys.readouterr()
    assert "0 recordings imported now, 1 failed" in said.out
    assert "got nan in entry 0 of the window of frame 0 of samm_006_1" in said.err


def test_the_command_ends_with_a_message_for_a_mistake(release, tmp_path, capsys):
    nowhere = tmp_path / "nowhere.csv"

    assert run("--features", release, "--annotations", nowhere, "--workspace", tmp_path / "w") == MISTAKE
    assert "nowhere.csv" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["import", "search", "dry run"])
def test_a_table_with_every_row_twice_is_refused_before_anything_is_imported(release, tmp_path, capsys, verb):
    header, *rows = TABLE.splitlines()
    (release / "table.csv").write_text("\n".join([header, *rows, *rows]))
    arguments = (
        "--features",
        release,
        "--annotations",
        release / "table.csv",
        *ACCEPTED,
        "--workspace",
        tmp_path / "w",
    )

    if verb == "import":
        code = run(*arguments)
    else:
        code = run_search("--dataset", "lineage", *arguments, *(["--dry-run"] if verb == "dry run" else []))

    assert code == MISTAKE
    assert (
        "duplicated-rows 4: 4 of 8 rows have recording, onset and offset of an earlier one" in capsys.readouterr().err
    )
    assert not (tmp_path / "w" / "flow").exists()
