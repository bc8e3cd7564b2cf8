"""The main job in child processes, on a tiny rendered dataset: from its frames to the leaderboard."""

import sqlite3
import time
from pathlib import Path

import pytest

from tests.searches import Search, journal_lines, run_search


def test_the_json_report_holds_what_is_promised(undisturbed: Search):
    assert undisturbed.ended.code == 0, undisturbed.ended.err
    result = undisturbed.result
    assert set(result) >= {
        "dataset",
        "protocol",
        "configurations",
        "best",
        "seconds",
        "mlflow",
        "resumed_folds",
        "new_folds",
    }
    assert result["dataset"] == "demo"
    assert result["protocol"] == "honest"
    assert [entry["id"] for entry in result["configurations"]] == ["c0000", "c0001", "c0002"]
    for entry in result["configurations"]:
        assert set(entry["params"]) == {"window", "learning_rate"}
        assert entry["folds_done"] == 3
        assert set(entry["f1"]) == {"overall", "macro", "micro"}
        assert entry["counts"]["macro"]["tp"] + entry["counts"]["macro"]["fn"] == 3
        assert entry["counts"]["micro"]["tp"] + entry["counts"]["micro"]["fn"] == 3
    assert set(result["mlflow"]) >= {"tracking_uri", "experiment", "run_id"}
    assert set(result["seconds"]) == {"demo", "extraction", "search", "tracking"}
    assert (result["resumed_folds"], result["new_folds"]) == (0, 9)


def test_the_best_configuration_has_the_highest_honest_f1(undisturbed: Search):
    f1 = {entry["id"]: entry["f1"]["overall"] for entry in undisturbed.result["configurations"]}

    assert f1[undisturbed.result["best"]] == max(f1.values())


def test_the_terminal_shows_a_leaderboard_and_where_to_look_next(undisturbed: Search):
    out = undisturbed.ended.out

    assert "study demo-smoke-seed5: 3 configurations" in out
    assert "nothing about real faces" in out
    assert "make ui" in out
    assert "(BBC-CV)" in out


def test_the_leaderboard_with_intervals_is_in_the_report_and_in_the_folder_of_the_study(undisturbed: Search):
    comparison = undisturbed.result["comparison"]

    assert (comparison["rendered"], comparison["subjects"]) == (True, 3)
    assert comparison["events"] == {"macro": 3, "micro": 3}
    assert comparison["winner"]["id"] == undisturbed.result["best"]
    f1 = {entry["id"]: (entry["f1"], entry["f1_paper"]) for entry in undisturbed.result["configurations"]}
    for one in comparison["configurations"]:
        honest, paper = f1[one["id"]]
        for kind in ("overall", "macro", "micro"):
            estimate = one["f1"]["honest"][kind]
            assert (estimate["value"], one["f1"]["paper"][kind]["value"]) == (honest[kind], paper[kind])
            assert estimate["low"] <= honest[kind] <= estimate["high"]
    written = (undisturbed.journal.parent / "leaderboard.md").read_text()
    assert [line.split(" | ")[1] for line in written.splitlines() if " | c000" in line] == [
        one["id"] for one in comparison["configurations"]
    ]
    assert "nothing about real faces" in written


def test_every_fold_is_in_the_journal_once_with_its_scores_beside_it(undisturbed: Search):
    folds = [(fold["configuration"], fold["subject"]) for fold in journal_lines(undisturbed.journal, "fold")]

    assert len(folds) == len(set(folds)) == 9
    for configuration, subject in folds:
        assert (undisturbed.journal.parent / "scores" / configuration / f"{subject}.arrow").is_file()


def test_mlflow_holds_a_run_for_the_study_and_one_per_configuration(undisturbed: Search):
    with sqlite3.connect(undisturbed.workspace / "mlflow.db") as database:
        parents = database.execute("select count(*) from tags where key = 'mlflow.parentRunId'").fetchone()[0]
        metrics = {key for (key,) in database.execute("select distinct key from metrics")}

    assert states_of_runs(undisturbed.workspace) == ["FINISHED"] * 4
    assert parents == 3
    assert {"f1_overall", "f1_macro", "f1_micro", "precision_overall", "recall_overall", "tp_micro"} <= metrics


def test_each_configuration_run_has_its_tables_and_its_timeline(undisturbed: Search):
    artifacts = list((undisturbed.workspace / "mlflow-artifacts").rglob("artifacts"))
    files = [{path.name.split("_")[0] for path in folder.rglob("*") if path.is_file()} for folder in artifacts]

    assert sum({"folds.json", "configuration.yaml"} <= names for names in files) == 3
    pictures = [path.parent.name for folder in artifacts for path in folder.rglob("*.png")]
    assert pictures == ["timelines"] * 9


def test_a_second_run_computes_nothing_and_says_the_same(undisturbed: Search):
    before = undisturbed.journal.read_bytes()
    started = time.monotonic()

    again = run_search(undisturbed.workspace, "--workers", "1")

    assert again.ended.code == 0, again.ended.err
    assert (again.result["resumed_folds"], again.result["new_folds"]) == (9, 0)
    assert again.result["configurations"] == undisturbed.result["configurations"]
    assert undisturbed.journal.read_bytes() == before
    assert again.result["mlflow"] == undisturbed.result["mlflow"]
    # Nothing was started for it: neither Ray Data nor Ray Tune appears among the stages' lines.
    assert "folds in" not in again.ended.err
    assert time.monotonic() - started < 120


def test_two_workers_in_two_runs_decide_and_score_the_same_as_one_worker_in_one(undisturbed: Search, workspace: Path):
    first = run_search(workspace, "--configurations", "1", "--workers", "2")

    second = run_search(workspace, "--workers", "2")

    assert (first.result["new_folds"], second.result["resumed_folds"], second.result["new_folds"]) == (3, 3, 6)
    assert second.result["configurations"] == undisturbed.result["configurations"]


def test_a_search_without_time_for_a_fold_runs_none_and_says_what_is_left_and_how_to_go_on(workspace: Path):
    stopped = run_search(workspace, "--workers", "1", "--max-hours", "1e-6", "--price", "local=3600")

    assert stopped.ended.code == 1, stopped.ended.err
    assert "the search stopped at --max-hours 1e-06" in stopped.ended.err
    assert "0 of 3 configurations are decided, at most 9 folds are left." in stopped.ended.err
    assert "the same command with more of --max-hours continues" in stopped.ended.err
    assert stopped.result["efficiency"]["finished"]["count"] == 0
    # A price of one a second.
    assert stopped.result["efficiency"]["cost"] == pytest.approx(
        stopped.result["efficiency"]["node_seconds"]["local"], rel=0.01
    )
    assert journal_lines(stopped.journal, "fold") == []
    assert states_of_runs(workspace) == ["KILLED"]


def states_of_runs(workspace: Path) -> list[str]:
    with sqlite3.connect(workspace / "mlflow.db") as database:
        return [state for (state,) in database.execute("select status from runs")]


def test_what_was_used_is_in_the_report_and_on_the_terminal(undisturbed: Search):
    efficiency = undisturbed.result["efficiency"]

    assert (efficiency["finished"]["count"], efficiency["winner"]["count"]) == (9, 1)
    assert 0 < efficiency["busy"] < 1
    assert efficiency["used"]["worker_seconds"] == pytest.approx(
        efficiency["finished"]["worker_seconds"] + efficiency["winner"]["worker_seconds"], abs=0.01
    )
    assert all(part["count"] == 0 for part in efficiency["lost"].values())
    assert "used by this study: " in undisturbed.ended.out
