"""The comparison of a study, from its journal to table, Markdown and JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

from platform import report
from platform.console.command import DONE, MISTAKE, run_command
from platform.reporting.comparison_report import RETRY_INFEASIBLE
from platform.reporting.study_comparison import compare_configurations, read_study
from platform.study.journal import encode
from platform.study.records import (
    ConfigurationRecord,
    DroppedRecord,
    FoldRecord,
    InfeasibleRecord,
    Record,
    StudyRecord,
)
from platform.study.state import StudyState
from platform.study.workspace import Workspace, journal_path
from spotformer_core.errors import StudyError
from spotformer_core.metrics.bootstrap import f1_interval
from spotformer_core.metrics.comparison import paired_difference
from spotformer_core.metrics.protocols import Protocol

SUBJECTS = [f"{number:02d}" for number in range(8)]
FOUND = {"c0000": 4, "c0001": 6, "c0002": 5}
"""Of ten macro-expressions of every subject, at the first of two thresholds; at the second none. No micro ones."""


def records(configurations=FOUND, *, rendered=False, sampler="tpe") -> list[Record]:
    study = StudyRecord(
        dataset="toy",
        dataset_digest="00ff",
        space={"name": "toy", "apex_thresholds": [0.3, 0.6]},
        seed=7,
        scheduling="reproducible",
        lag=2,
        subjects=SUBJECTS,
        extraction={},
        versions={},
        rendered=rendered,
        sampler=sampler,
    )
    made: list[Record] = [study]
    generator = np.random.default_rng(0)
    for name, found in configurations.items():
        made.append(ConfigurationRecord(configuration=name, params={"window": 9, "learning_rate": 0.001}))
        for subject in SUBJECTS:
            own = found + int(generator.integers(-2, 3))
            counts = {"macro": [[own, 5, 10 - own], [0, 0, 10]], "micro": [[0, 1, 0], [0, 0, 0]]}
            made.append(
                FoldRecord(configuration=name, subject=subject, seed=1, counts=counts, final_loss=0.1, seconds={})
            )
    return made


@pytest.fixture
def state() -> StudyState:
    made = records()
    return StudyState(made[0], made)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    workspace = Workspace(tmp_path)
    write_journal(workspace.study("toy"), records())
    return workspace


def write_journal(folder: Path, made: list[Record]) -> None:
    folder.mkdir(parents=True)
    journal_path(folder).write_bytes(b"".join(encode(record) for record in made))


def report_on(workspace: Workspace, *arguments: object) -> int:
    given = ["leaderboard", "--workspace", str(workspace.folder), *map(str, arguments)]
    return run_command(report.main, report.parser(), given)


def macro_counts(state: StudyState, name: str) -> np.ndarray:
    return np.array([state.configurations[name].folds[subject].counts["macro"][0] for subject in SUBJECTS])


def test_figures_are_those_of_the_pooled_counts_of_the_subjects(state):
    comparison = compare_configurations(state)

    assert (comparison.num_subjects, comparison.num_events) == (8, {"macro": 80, "micro": 0})
    assert [one.name for one in comparison.configurations] == ["c0001", "c0002", "c0000"]
    for one in comparison.configurations:
        assert one.f1[Protocol.HONEST]["macro"] == f1_interval(macro_counts(state, one.name))
    assert comparison.configurations[0].f1[Protocol.HONEST]["overall"].value == pytest.approx(
        state.value("c0001"), abs=1e-12
    )


def test_differences_are_taken_to_the_best_on_the_same_subjects(state):
    best, second, _ = compare_configurations(state).configurations

    expected = paired_difference(macro_counts(state, "c0001"), macro_counts(state, "c0002"))
    assert second.behind_best == expected
    assert (best.behind_best.f1.value, best.behind_best.superiority) == (0, 0.5)


def test_probabilities_of_being_best_add_up_and_the_winner_is_the_first(state):
    comparison = compare_configurations(state)

    assert sum(one.probability_best for one in comparison.configurations) == pytest.approx(1)
    assert comparison.winner.index == 0
    assert comparison.winner.corrected_f1.value <= comparison.winner.apparent_f1


def test_table_markdown_and_json_say_the_same(workspace, tmp_path, capsys):
    written, document = tmp_path / "l.json", tmp_path / "l.md"

    code = report_on(workspace, "--study", "toy", "--json", written, "--markdown", document)

    assert code == DONE
    values = json.loads(written.read_text())
    assert (values["rendered"], values["subjects"], values["events"]) == (False, 8, {"macro": 80, "micro": 0})
    assert [one["id"] for one in values["configurations"]] == ["c0001", "c0002", "c0000"]
    assert values["winner"]["id"] == "c0001"
    best = values["configurations"][0]
    # 0.5 was not counted, and no frame scores are there.
    assert set(best["f1"]) == {"honest", "pooled", "paper"}
    assert best["f1"]["paper"] == best["f1"]["pooled"]
    reason = "the study counted at the apex thresholds 0.3, 0.6, not at the stated 0.5"
    assert reason in values["uncounted"]
    assert reason in document.read_text()
    overall = best["f1"]["honest"]["overall"]
    cell = f"{overall['value']:.4f} ({overall['low']:.3f}, {overall['high']:.3f})"
    shown = capsys.readouterr().out
    assert "study toy: 3 configurations, 8 subjects, 80 macro and 0 micro expressions" in shown
    assert f"{overall['value']:.4f}" in shown
    assert f"| 1 | c0001 | {cell} |" in document.read_text()
    best_of, winner = "Best of 3: c0001, honest overall F1 0.6286", values["winner"]
    assert winner["correction_is_told"] == (
        winner["f1"] - winner["corrected_f1"]["value"] > winner["correction_spread"]
    )
    figure = f"selection-corrected F1 (BBC-CV) {winner['corrected_f1']['value']:.4f} ("
    corrected = f"{best_of}; {figure if winner['correction_is_told'] else 'its selection correction (BBC-CV), '}"
    assert corrected in document.read_text()
    assert corrected in shown


def test_ten_rows_are_shown_the_others_counted_and_all_of_them_written(tmp_path, capsys):
    workspace = Workspace(tmp_path)
    write_journal(workspace.study("toy"), records({f"c{number:04d}": 9 - number // 4 for number in range(13)}))

    assert report_on(workspace, "--study", "toy", "--markdown", tmp_path / "l.md") == DONE

    shown, written = capsys.readouterr().out, (tmp_path / "l.md").read_text()
    assert sum(f"c{number:04d} " in shown.partition("Best of")[0] for number in range(13)) == 10
    assert "... and 3 more" in shown
    assert sum(f"| c{number:04d} |" in written for number in range(13)) == 13
    assert "Best of 13: " in written


@pytest.mark.parametrize(("rendered", "warned"), [(True, True), (False, False), (None, False)])
def test_a_leaderboard_of_rendered_recordings_says_so(tmp_path, capsys, rendered, warned):
    workspace = Workspace(tmp_path)
    write_journal(workspace.study("toy"), records(rendered=rendered))

    assert report_on(workspace, "--study", "toy", "--markdown", tmp_path / "l.md") == DONE

    assert ("nothing about real faces" in capsys.readouterr().out) == warned
    assert ("nothing about real faces" in (tmp_path / "l.md").read_text()) == warned


def test_dropped_configurations_are_listed_apart_with_what_they_lost_to(tmp_path, capsys):
    made = records()
    for number in range(10, 22):
        name = f"c{number:04d}"
        made += [
            ConfigurationRecord(configuration=name, params={"window": 9, "learning_rate": 0.1}),
            DroppedRecord(configuration=name, reference="c0001", num_subjects=6, f1=0.125, reference_f1=0.5),
        ]
    workspace = Workspace(tmp_path)
    write_journal(workspace.study("toy"), made)

    report_on(workspace, "--study", "toy", "--json", tmp_path / "out.json", "--markdown", tmp_path / "out.md")

    lines = [line for line in capsys.readouterr().out.splitlines() if "dropped" in line]
    assert lines[0] == "dropped: c0010 after 6 of 8 subjects, F1 0.125 against 0.500 of c0001 on the same ones"
    assert lines[10:] == ["... and 2 more were dropped"]
    assert (tmp_path / "out.md").read_text().count("dropped: ") == 12
    written = json.loads((tmp_path / "out.json").read_text())
    assert [one["configuration"] for one in written["dropped"]] == [f"c{number:04d}" for number in range(10, 22)]
    assert [one["id"] for one in written["configurations"]] == ["c0001", "c0002", "c0000"]


def test_configurations_that_do_not_fit_are_listed_apart_with_the_reason_and_the_way_to_try_again(tmp_path, capsys):
    made = [
        *records(),
        ConfigurationRecord(configuration="c0003", params={"window": 25, "learning_rate": 0.1}),
        InfeasibleRecord(configuration="c0003", subject="02", reason="too large for 80 GB"),
    ]
    workspace = Workspace(tmp_path)
    write_journal(workspace.study("toy"), made)

    report_on(workspace, "--study", "toy", "--json", tmp_path / "out.json", "--markdown", tmp_path / "out.md")

    line = "infeasible: c0003 does not fit into memory: 02: too large for 80 GB"
    shown, written = capsys.readouterr().out, (tmp_path / "out.md").read_text()
    assert line in shown.splitlines()
    assert f"{line}  \n{RETRY_INFEASIBLE}  \n" in written
    assert RETRY_INFEASIBLE in shown.splitlines()
    assert json.loads((tmp_path / "out.json").read_text())["infeasible"] == {"c0003": "02: too large for 80 GB"}


def test_where_everything_fits_nothing_is_said_of_memory(workspace, capsys):
    report_on(workspace, "--study", "toy")

    assert "memory" not in capsys.readouterr().out


@pytest.mark.parametrize("sampler", ["tpe", "nsga-ii"])
def test_the_front_of_two_objectives_is_starred_and_explained(tmp_path, capsys, sampler):
    workspace = Workspace(tmp_path)
    write_journal(workspace.study("toy"), records(sampler=sampler))

    report_on(workspace, "--study", "toy")

    text = capsys.readouterr().out
    # No micro-expression is found by any, so that the best in macro F1 stands alone.
    assert ("c0001 *" in text) == (sampler == "nsga-ii")
    assert "c0002 *" not in text
    assert ("*: no other configuration is better in macro or micro F1" in text) == (sampler == "nsga-ii")


def test_a_negative_seed_ends_with_code_2(workspace, capsys):
    assert report_on(workspace, "--study", "toy", "--seed", "-1") == MISTAKE
    assert "error: the seed of an interval must be 0 or more, got -1. Leave it out" in capsys.readouterr().err


def test_a_damaged_journal_ends_with_code_2(workspace, capsys):
    path = journal_path(workspace.study("toy"))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], b"nonsense\n", *lines[3:]]))

    assert report_on(workspace, "--study", "toy") == MISTAKE
    assert "error: every line of a journal must be whole, but line 4 of" in capsys.readouterr().err


def test_an_empty_journal_ends_with_code_2(workspace, capsys):
    journal_path(workspace.study("toy")).write_bytes(b"")

    assert report_on(workspace, "--study", "toy") == MISTAKE
    assert "error: a journal must begin with its study, got none in" in capsys.readouterr().err


def test_an_unknown_study_ends_with_code_2(workspace, capsys):
    assert report_on(workspace, "--study", "other") == MISTAKE
    assert "error: a study must have a journal, got no " in capsys.readouterr().err


def test_a_study_without_a_complete_configuration_is_an_error(tmp_path):
    write_journal(tmp_path / "open", records()[:3])

    with pytest.raises(StudyError, match=r"must have a complete configuration to report on, got none in .*go on"):
        read_study(tmp_path / "open")


def test_a_journal_without_its_study_is_an_error(tmp_path):
    write_journal(tmp_path / "headless", records()[1:3])

    with pytest.raises(StudyError, match="a journal must begin with its study, got none in"):
        read_study(tmp_path / "headless")
