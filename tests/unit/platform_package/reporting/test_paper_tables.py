"""`python -m platform.report tables`: which studies stand beside the paper, for which rows, and what is said of it."""

import json
from typing import Any

import numpy as np
import pytest

from platform import report
from platform.console.command import DONE, MISTAKE, run_command
from platform.reporting.published_tables import CAS_ME_2, SAMM_LV, TABLE_VII
from platform.study.choices import decoding_record
from platform.study.records import ConfigurationRecord, FoldRecord, Record, StudyRecord
from platform.study.workspace import Workspace, journal_path
from spotformer_core.metrics.bootstrap import f1_interval
from tests.scored_studies import write_journal

SUBJECTS = ("006", "007", "008", "009")


def study(dataset: str = SAMM_LV, **fields: Any) -> StudyRecord:
    usual = {
        "dataset": dataset,
        "dataset_digest": "00ff",
        "space": {"name": "made", "fixed": {}, "apex_thresholds": [0.5]},
        "seed": 0,
        "scheduling": "reproducible",
        "lag": 1,
        "subjects": list(SUBJECTS),
        "extraction": {},
        "versions": {},
        "rendered": False,
    }
    return StudyRecord(**usual | fields)


def per_subject(dataset: str, *, found: int = 0) -> dict[str, dict[str, list[list[int]]]]:
    """The counts of Table VII, split over the subjects; `found` more macro-expressions of the first one found."""
    split: dict[str, dict[str, list[list[int]]]] = {subject: {} for subject in SUBJECTS}
    for kind, counts in TABLE_VII.counts[dataset].items():
        parts = [np.array_split(np.ones(value, int), len(SUBJECTS)) for value in counts.as_dict().values()]
        for index, subject in enumerate(SUBJECTS):
            split[subject][kind] = [[int(part[index].sum()) for part in parts]]
    split[SUBJECTS[0]]["macro"][0][0] += found
    split[SUBJECTS[0]]["macro"][0][2] -= found
    return split


def folds(name: str, counts: dict[str, dict[str, list[list[int]]]]) -> list[FoldRecord]:
    return [
        FoldRecord(configuration=name, subject=subject, seed=1, counts=own, final_loss=0.1, seconds={})
        for subject, own in counts.items()
    ]


def write(workspace: Workspace, name: str, made: StudyRecord, *configurations: dict[str, Any], found: int = 0) -> None:
    records: list[Record] = [made]
    dataset = made.dataset if made.dataset in TABLE_VII.counts else SAMM_LV
    for number, params in enumerate(configurations):
        records.append(ConfigurationRecord(configuration=f"c{number:04d}", params=params))
        records += folds(f"c{number:04d}", per_subject(dataset, found=found + number))
    write_journal(workspace.study(name), records)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path)


def tables(workspace: Workspace, *arguments: object) -> dict[str, Any]:
    path = workspace.folder / "tables.json"
    given = ["tables", "--workspace", str(workspace.folder), "--json", str(path), *map(str, arguments)]
    assert run_command(report.main, report.parser(), given) == DONE
    return json.loads(path.read_text())


def row(document: dict[str, Any], number: str, label: str) -> dict[str, Any]:
    return next(one for one in document["tables"][number] if one["label"] == label)


def test_without_studies_there_are_published_figures_and_dashes(workspace, capsys):
    document = tables(workspace)

    assert list(document["tables"]) == ["I", "II", "III", "IV", "V", "VI", "VII"]
    for number in ("I", "II", "III", "IV", "V", "VI"):
        for one in document["tables"][number]:
            assert one["sources"] == {}
            for cells in one["f1"].values():
                assert all(cell["own"] is cell["honest"] is cell["difference"] is None for cell in cells.values())
    assert all(one["own"] is None for one in document["tables"]["VII"])
    shown = capsys.readouterr().out
    assert "0.4447 | -" in shown
    assert "included" not in shown.replace("includes the published", "")


def test_a_study_of_the_published_configuration_stands_beside_it_in_every_table(workspace, capsys):
    write(workspace, "ours", study(), {"contrastive_lambda": 0.005}, found=2)

    document = tables(workspace)

    counts = np.array([one["macro"][0] for one in per_subject(SAMM_LV, found=2).values()])
    expected = f1_interval(counts)
    labels = {"I": "Ours", "III": "SW-MRO and FLGP", "IV": "SpotFormer (Simul-ST)", "V": "17", "VI": "0.005"}
    for number, label in labels.items():
        one = row(document, number, label)
        cell = one["f1"][SAMM_LV]["macro"]
        assert (cell["published"], cell["own"]["value"]) == (0.4447, expected.value)
        assert (cell["own"]["low"], cell["own"]["high"]) == (expected.low, expected.high)
        assert cell["difference"] == pytest.approx(expected.value - 0.4447)
        assert cell["interval_includes_published"] == (expected.low <= 0.4447 <= expected.high)
        assert one["sources"] == {SAMM_LV: {"study": "ours", "id": "c0000", "differing": {}, "of": 1}}
        assert all(other["sources"] == {} for other in document["tables"][number] if other["label"] != label)
    seven = next(one for one in document["tables"]["VII"] if (one["dataset"], one["kind"]) == (SAMM_LV, "macro"))
    assert (seven["published"]["tp"], seven["own"]["tp"], seven["own"]["fn"]) == (163, 165, 178)
    assert seven["own"]["f1"] == expected.value
    assert row(document, "IV", "SpotFormer (Simul-ST)")["f1"]["both"]["overall"]["own"] is None
    shown = capsys.readouterr().out
    assert f"0.4447 | {expected.value:.4f}" in shown
    assert f"{expected.value - 0.4447:+.4f}" in shown
    assert "samm-lv: ours/c0000; every other parameter as published" in shown


def test_table_and_markdown_say_the_same(workspace):
    write(workspace, "ours", study(), {}, found=2)

    document = tables(workspace, "--markdown", workspace.folder / "tables.md")

    cell = row(document, "I", "Ours")["f1"][SAMM_LV]["overall"]
    written = (workspace.folder / "tables.md").read_text()
    assert f"0.4401 / {cell['own']['value']:.4f} ({cell['own']['low']:.3f}, {cell['own']['high']:.3f})" in written
    assert "## Table VII: detailed results" in written
    assert "| MDMD | 0.0629 / - |" in written


@pytest.mark.parametrize(
    ("params", "number", "label"),
    [
        ({"features": "adjacent", "graph_pooling": "average"}, "III", "neither"),
        ({"features": "adjacent"}, "III", "FLGP"),
        ({"graph_pooling": "average"}, "III", "SW-MRO"),
        ({"architecture": "seq-st"}, "IV", "Seq-ST"),
        ({"architecture": "paral-st-shared"}, "IV", "Paral-ST (no addi. para.)"),
        ({"window": 25}, "V", "25"),
        ({"contrastive_lambda": 0.03}, "VI", "0.03"),
    ],
)
def test_a_configuration_stands_beside_the_row_of_its_parameters_and_no_other(workspace, params, number, label):
    write(workspace, "ours", study(), params)

    document = tables(workspace)

    matched = {
        (table, one["label"])
        for table in ("I", "III", "IV", "V", "VI")
        for one in document["tables"][table]
        if one["sources"]
    }
    assert matched == {(number, label)}


def test_a_lambda_that_the_paper_did_not_try_stands_nowhere(workspace):
    write(workspace, "ours", study(), {"contrastive_lambda": 0.0051})

    assert not any(one["sources"] for one in tables(workspace)["tables"]["VI"])


def test_of_several_the_nearest_to_the_published_one_stands_there_whatever_it_scores(workspace, capsys):
    far, near = {"width": 32, "learning_rate": 1e-3}, {"learning_rate": 1e-3}
    write(workspace, "a-study", study(), {**far, "dropout": 0.0}, far, near)

    source = row(tables(workspace), "I", "Ours")["sources"][SAMM_LV]

    assert source == {"study": "a-study", "id": "c0002", "differing": {"learning_rate": 0.001}, "of": 3}
    assert "samm-lv: a-study/c0002, nearest of 3; not as published: learning_rate 0.001" in capsys.readouterr().out


def test_both_datasets_are_pooled_where_there_is_a_study_of_each(workspace):
    write(workspace, "one", study(SAMM_LV), {})
    write(workspace, "two", study(CAS_ME_2), {})

    cell = row(tables(workspace), "IV", "SpotFormer (Simul-ST)")["f1"]["both"]["overall"]

    assert round(cell["own"]["value"], 4) == cell["published"] == 0.4584
    assert cell["interval_includes_published"]


def test_what_was_searched_on_stored_scores_is_said(workspace):
    made = study(decodings=[{}, {"macro_duration": 50}])
    asked, counts = ConfigurationRecord(configuration="c0000", params={}), per_subject(SAMM_LV)
    tables_of_folds = {subject: np.array([[own["macro"], own["micro"]]] * 2) for subject, own in counts.items()}
    choice = decoding_record(made, "c0000", tables_of_folds)
    write_journal(workspace.study("ours"), [made, asked, *folds("c0000", counts), choice])

    source = row(tables(workspace), "I", "Ours")["sources"][SAMM_LV]

    assert source["differing"] == {"settings_tried": 2}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"rendered": True}, "its recordings are rendered, or it began before that was noted"),
        ({"rendered": None}, "its recordings are rendered, or it began before that was noted"),
        ({"dataset": "demo"}, "the paper's tables have no dataset demo"),
        ({"dataset": "lineage"}, "the paper's tables have no dataset lineage"),
        (
            {"dataset": "lineage", "recordings": {"samm_006_1": {}, "casme_015_0101": {}}},
            "the paper's tables have no dataset lineage",
        ),
    ],
)
def test_a_study_that_is_not_of_the_same_recordings_is_left_out_and_named(workspace, capsys, fields, reason):
    write(workspace, "other", study(**fields), {})

    document = tables(workspace)

    assert document["left_out"] == [f"other: {reason}"]
    assert row(document, "I", "Ours")["sources"] == {}
    assert f"left out: other: {reason}" in capsys.readouterr().out


def test_a_study_of_released_features_counts_for_the_dataset_of_its_recordings(workspace):
    made = study(dataset="lineage", recordings={"samm_006_1": {"subject": "006", "expressions": []}})
    write(workspace, "released", made, {})

    assert row(tables(workspace), "I", "Ours")["sources"][SAMM_LV]["study"] == "released"


def test_a_study_of_a_part_of_a_dataset_is_left_out(workspace):
    records: list[Record] = [study(), ConfigurationRecord(configuration="c0000", params={})]
    counts = per_subject(SAMM_LV)
    counts["009"] = {"macro": [[0, 0, 0]], "micro": [[0, 0, 0]]}
    write_journal(workspace.study("part"), [*records, *folds("c0000", counts)])

    (reason,) = tables(workspace)["left_out"]

    assert reason.startswith("part: it is judged by 258 macro and ")
    assert reason.endswith("expressions, the paper by 343 macro and 159 micro")


def test_a_damaged_study_is_named_and_the_others_are_shown(workspace):
    write(workspace, "good", study(), {})
    write(workspace, "torn", study(), {})
    path = journal_path(workspace.study("torn"))
    path.write_bytes(b"nonsense\n" + path.read_bytes())

    document = tables(workspace)

    assert row(document, "I", "Ours")["sources"][SAMM_LV]["study"] == "good"
    (reason,) = document["left_out"]
    assert reason.startswith("torn: every line of a journal must be whole, but line 1 of")


def test_a_negative_seed_ends_with_code_2(workspace, capsys):
    write(workspace, "ours", study(), {})
    given = ["tables", "--workspace", str(workspace.folder), "--seed", "-1"]

    assert run_command(report.main, report.parser(), given) == MISTAKE
    assert "error: the seed of an interval must be 0 or more, got -1" in capsys.readouterr().err


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        run_command(report.main, report.parser(), ["tables", "--help"])

    assert ended.value.code == DONE
    assert "python -m platform.report tables --markdown tables.md" in capsys.readouterr().out
