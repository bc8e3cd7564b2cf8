"""Table II: which studies of CAS(ME)^3 stand beside it, whatever choice of expressions they are judged by."""

import json
from typing import Any

import numpy as np
import pytest

from platform import report
from platform.console.command import DONE, run_command
from platform.reporting.published_tables import CAS_ME_3
from platform.study.records import ConfigurationRecord, FoldRecord, StudyRecord
from platform.study.workspace import Workspace
from spotformer_core.config import Configuration
from tests.scored_studies import write_journal

SUBJECTS = ("spNO.1", "spNO.2", "spNO.3", "spNO.4")
STUDY = StudyRecord(
    dataset=CAS_ME_3,
    dataset_digest="00ff",
    space={"name": "made", "fixed": {}, "apex_thresholds": [0.5]},
    seed=0,
    scheduling="reproducible",
    lag=1,
    subjects=list(SUBJECTS),
    extraction={},
    versions={},
    rendered=False,
    defaults=Configuration().parameters(),
)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path)


def tables(workspace: Workspace) -> dict[str, Any]:
    path = workspace.folder / "tables.json"
    given = ["tables", "--workspace", str(workspace.folder), "--json", str(path)]
    assert run_command(report.main, report.parser(), given) == DONE
    return json.loads(path.read_text())


def ours(document: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in document["tables"]["II"] if one["label"] == "Ours")


def write_cas_me_3(workspace: Workspace, name: str, *, macro: int, micro: int) -> None:
    """A study of CAS(ME)^3 that finds a quarter of so many expressions of each kind and nothing else."""
    counts: dict[str, dict[str, list[list[int]]]] = {subject: {} for subject in SUBJECTS}
    for kind, total in (("macro", macro), ("micro", micro)):
        for index, part in enumerate(np.array_split(np.ones(total, int), len(SUBJECTS))):
            found = len(part) if index == 0 else 0
            counts[SUBJECTS[index]][kind] = [[found, 0, len(part) - found]]
    folds = [
        FoldRecord(configuration="c0000", subject=subject, seed=1, counts=own, final_loss=0.1, seconds={})
        for subject, own in counts.items()
    ]
    asked = ConfigurationRecord(configuration="c0000", params={})
    write_journal(workspace.study(name), [STUDY, asked, *folds])


@pytest.mark.parametrize(
    ("macro", "micro", "choice"),
    [(2364, 288, "the paper's limits of length"), (2071, 277, "LGSNet's list"), (3346, 860, "the full release")],
)
def test_a_study_of_cas_me_3_stands_in_table_ii_with_both_totals(workspace, capsys, macro, micro, choice):
    write_cas_me_3(workspace, "third", macro=macro, micro=micro)

    one = ours(tables(workspace))

    first = -(-macro // 4)  # The first of four parts is the largest.
    assert one["f1"][CAS_ME_3]["macro"]["published"] == 0.2664
    assert one["f1"][CAS_ME_3]["macro"]["own"]["value"] == pytest.approx(2 * first / (macro + first))
    assert one["sources"][CAS_ME_3]["judged_by"] == {"macro": macro, "micro": micro}
    assert one["sources"][CAS_ME_3]["published"] == {"macro": 2231, "micro": 285}
    shown = capsys.readouterr().out
    assert "Table II: comparison on CAS(ME)^3, by 2231 macro and 285 micro (F1)" in shown
    assert f"judged by {macro} macro and {micro} micro ({choice}), the paper by 2231 macro and 285 micro" in shown


def test_of_several_studies_of_cas_me_3_the_one_judged_most_like_the_paper_stands_there(workspace):
    write_cas_me_3(workspace, "a-full", macro=3346, micro=860)
    write_cas_me_3(workspace, "b-short", macro=2364, micro=288)

    source = ours(tables(workspace))["sources"][CAS_ME_3]

    assert (source["study"], source["of"]) == ("b-short", 2)


def test_a_study_of_a_part_of_cas_me_3_is_left_out_with_what_it_could_be_judged_by(workspace):
    write_cas_me_3(workspace, "part", macro=2000, micro=288)

    (reason,) = tables(workspace)["left_out"]

    assert reason.startswith(
        "part: it is judged by 2000 macro and 288 micro expressions, the paper by 2231 macro and 285 micro (a study may"
    )
    assert "the full release: 3346 macro and 860 micro" in reason
