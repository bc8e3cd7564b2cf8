"""Annotation tables in the real formats, and the real ones; studies on disk."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from platform import score
from platform.console.command import run_command
from platform.reporting.study_facts import StudyFacts, study_facts
from platform.study.records import Record
from platform.study.workspace import Workspace
from spotformer_core.datasets import cas_me_2, samm_lv
from tests.made_up_tables import OPTIONS
from tests.recordings import real_file
from tests.reported_studies import write_study


def write_sheets(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.fixture
def samm_lv_table(tmp_path: Path) -> Path:
    """Three recordings of two subjects: 006_1 with a macro and a micro, 006_2 with a macro, 007_1 with a micro."""
    rows = [
        ["006", "006_1_1", 1, 100.4, 150, 200, 101, "Macro", "4+7", ""],
        ["006", "006_1_2", 1, 301, 320, 340, 40, "Micro - 1/2", "4", ""],
        ["006", "006_2_1", 2, 100, -1, 250, 151, "Macro", "12", ""],
        ["007", "007_1_1", 1, 40, 60, 80, 41, "Micro - 1/2", "4", ""],
    ]
    return write_sheets(tmp_path / "samm.xlsx", {samm_lv.SHEET: [["codes"], *([[]] * 8), samm_lv.COLUMNS, *rows]})


@pytest.fixture
def cas_me_2_table(tmp_path: Path) -> Path:
    """One recording, s15_0101: a macro-expression without an annotated end and a micro-expression."""
    codes = [
        [1, "disgust1_1", 100, 150, 0, 4, "negative", "macro-expression", "anger"],
        [1, "disgust1_2", 301, 305, 310, 4, "negative", "micro-expression", "anger"],
    ]
    sheets = {
        cas_me_2.CODE_SHEET: codes,
        cas_me_2.SUBJECT_SHEET: [[15, "s15", 1]] * 2,
        cas_me_2.STIMULUS_SHEET: list(cas_me_2.STIMULUS_CODES.items()),
    }
    return write_sheets(tmp_path / "CAS(ME)^2code_final.xlsx", sheets)


@pytest.fixture
def full_cas_me_2_table(tmp_path: Path) -> tuple[Path, list[str]]:
    """A table of the release's size, and a csv line for each truth as the convention `strict` has it.

    ORIGIN: 22 subjects, 300 macro- and 57 micro-expressions, 44 macro-expressions with offset 0, one row with apex 0,
    subjects by index and recordings by code, as in the release; the frame numbers are made up.
    """
    codes, subjects, truths = [], [], []
    films = list(cas_me_2.STIMULUS_CODES.items())
    for number in range(357):
        kind = "micro" if number >= 300 else "macro"
        index = number % 22
        folder = cas_me_2.SUBJECT_FOLDERS[index]
        film, code = films[number // 22 % len(films)]
        onset = 100 + 150 * (number // (22 * len(films)))
        apex, offset = (onset + 20, onset + 60) if kind == "macro" else (onset + 4, onset + 9)
        end = offset
        if number < 44:
            offset, end = 0, 2 * apex - onset
        apex = 0 if number == 100 else apex
        codes.append([index + 1, f"{code}_{number}", onset, apex, offset, 4, "negative", f"{kind}-expression", "anger"])
        subjects.append([int(folder.removeprefix("s")), folder, index + 1])
        truths.append(f"{folder}_{film},{kind},{onset},{end}")
    sheets = {cas_me_2.CODE_SHEET: codes, cas_me_2.SUBJECT_SHEET: subjects, cas_me_2.STIMULUS_SHEET: films}
    return write_sheets(tmp_path / "full" / "CAS(ME)^2code_final.xlsx", sheets), truths


@pytest.fixture
def write_detections(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a csv file from its text."""

    def write(text: str) -> Path:
        path = tmp_path / "detections.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session", name="real_file")
def _real_file() -> Callable[[str], Path]:
    return real_file


@pytest.fixture(scope="module")
def facts_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Record]], StudyFacts]:
    """The facts of a study with these records."""

    def make(records: Sequence[Record]) -> StudyFacts:
        workspace = Workspace(tmp_path_factory.mktemp("workspace"))
        write_study(workspace, "made-up", records)
        return study_facts(workspace, "made-up")

    return make


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command on files given by their content, and gives exit code, JSON and what was printed."""

    def run_on(*arguments, sets):
        given = []
        for number, (dataset, annotations, detections) in enumerate(sets):
            paths = {}
            for name, content in (("annotations", annotations), ("detections", detections)):
                paths[name] = content
                if isinstance(content, str):
                    paths[name] = tmp_path / f"{name}{number}.csv"
                    paths[name].write_text(content)
            given += ["--dataset", dataset, "--annotations", paths["annotations"], "--detections", paths["detections"]]
        out = tmp_path / "score.json"
        code = run_command(score.main, score.parser(), [*map(str, given), *OPTIONS, *arguments, "--json", str(out)])
        written = json.loads(out.read_text()) if out.exists() else None
        return code, written, capsys.readouterr()

    return run_on
