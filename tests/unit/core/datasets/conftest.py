"""Small datasets in the layouts of the releases, and the real annotation tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import xlsxwriter

from spotformer_core.datasets import cas_me_2, samm_lv
from spotformer_core.datasets.recording import Dataset

_JPEG = cv2.imencode(".jpg", np.zeros((8, 8), np.uint8))[1].tobytes()

Row = tuple[str, str, object, object, object]
"""Recording, type, onset, apex, offset."""


def write_sheets(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def write_images(folder: Path, names: Iterable[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(_JPEG)


@dataclass(frozen=True, kw_only=True)
class SammLvTree:
    """SAMM-LV with the frames and rows that a test asks for."""

    root: Path
    name = samm_lv.NAME
    recordings = ("006_1", "006_2", "007_1")
    subjects = ("006", "006", "007")
    micro = "Micro - 1/2"
    step = samm_lv.FRAME_STEP
    frames_per_second = 200 / 7
    first_row_number = 11
    read: Callable[..., Dataset] = samm_lv.read

    def add_recording(self, recording: str, *, numbers: Iterable[int]) -> Path:
        folder = samm_lv.recording_folder(self.root, recording=recording)
        write_images(folder, (samm_lv.frame_file_name(recording, number=number) for number in numbers))
        return folder

    def write_table(self, rows: Iterable[Row], *, file_name: str = samm_lv.ANNOTATION_FILE) -> None:
        preamble: list[Sequence[object]] = [["SAMM Long Videos Dataset - FACS Codes"], *([[]] * 8)]
        body = [
            [recording[:3], f"{recording}_{number}", "", onset, apex, offset, "", type_, "4+7", ""]
            for number, (recording, type_, onset, apex, offset) in enumerate(rows, start=1)
        ]
        write_sheets(self.root / file_name, {samm_lv.SHEET: [*preamble, samm_lv.COLUMNS, *body]})


@dataclass(frozen=True, kw_only=True)
class CasMe2Tree:
    """CAS(ME)^2 with the frames and rows that a test asks for."""

    root: Path
    name = cas_me_2.NAME
    recordings = ("s15_0101", "s15_0502", "s16_0401")
    subjects = ("s15", "s15", "s16")
    micro = "micro-expression"
    step = 1
    frames_per_second = 30
    first_row_number = 1
    read: Callable[..., Dataset] = cas_me_2.read

    def add_recording(self, recording: str, *, numbers: Iterable[int]) -> Path:
        folder = cas_me_2.recording_folder(self.root, recording=recording)
        write_images(folder, (cas_me_2.frame_file_name(recording, number=number) for number in numbers))
        return folder

    def write_table(self, rows: Iterable[Row], *, file_name: str = cas_me_2.ANNOTATION_FILE) -> None:
        codes: list[Sequence[object]] = []
        subjects: list[Sequence[object]] = []
        for number, (recording, type_, onset, apex, offset) in enumerate(rows, start=1):
            subject, stimulus = recording.split("_")
            index = cas_me_2.SUBJECT_FOLDERS.index(subject) + 1
            clip_code = f"{cas_me_2.STIMULUS_CODES[stimulus]}_{number}"
            codes.append([index, clip_code, onset, apex, offset, 4, "negative", type_, "anger"])
            subjects.append([int(subject[1:]), subject, index])
        self.write_sheets(codes=codes, subjects=subjects, file_name=file_name)

    def write_sheets(
        self,
        *,
        codes: Sequence[Sequence[object]],
        subjects: Sequence[Sequence[object]],
        stimuli: Sequence[Sequence[object]] = tuple(cas_me_2.STIMULUS_CODES.items()),
        file_name: str = cas_me_2.ANNOTATION_FILE,
    ) -> None:
        sheets = {cas_me_2.CODE_SHEET: codes, cas_me_2.SUBJECT_SHEET: subjects, cas_me_2.STIMULUS_SHEET: stimuli}
        write_sheets(self.root / file_name, sheets)


Tree = SammLvTree | CasMe2Tree


@pytest.fixture
def samm_lv_tree(tmp_path: Path) -> SammLvTree:
    return SammLvTree(root=tmp_path / "samm")


@pytest.fixture
def cas_me_2_tree(tmp_path: Path) -> CasMe2Tree:
    return CasMe2Tree(root=tmp_path / "cas")


@pytest.fixture(scope="session", name="write_sheets")
def _write_sheets() -> Callable[[Path, dict[str, Sequence[Sequence[object]]]], None]:
    return write_sheets


@pytest.fixture(scope="session", name="write_images")
def _write_images() -> Callable[[Path, Iterable[str]], None]:
    return write_images


@pytest.fixture(scope="session")
def real_annotations() -> Path:
    """The folder with the real tables; they belong to the datasets' owners and are no part of this repository."""
    folder = Path(__file__).resolve().parents[4].parent / "shared" / "annotations"
    if not folder.is_dir():
        pytest.fail(f"the real annotation tables must lie in a folder beside the repository, got none at {folder}")
    return folder


@pytest.fixture(scope="session")
def samm_lv_frame_counts() -> dict[str, int]:
    """Frames of each recording of SAMM-LV, as in `SAMM_MEGC_all.txt` of the MEGC2020 baseline (HeyingGithub)."""
    entries = (Path(__file__).parent / "samm_lv_frame_counts.txt").read_text().split()
    return {name: int(count) for name, count in (entry.split(":") for entry in entries)}
