"""Small datasets in the layouts of the releases, and the real annotation tables."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import xlsxwriter

from spotformer_core.datasets import cas_me_2, cas_me_3, lineage, plain, samm_lv
from spotformer_core.datasets.recording import Dataset
from tests.recordings import real_file

_JPEG = cv2.imencode(".jpg", np.zeros((8, 8), np.uint8))[1].tobytes()

Row = tuple[str, str, object, object, object]
"""Recording, type, onset, apex, offset."""


def write_sheets(path: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def write_images(folder: Path, names: Iterable[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(_JPEG)


def write_csv(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


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
    first_number = 1
    first_row_number = 11
    read: Callable[..., Dataset] = samm_lv.read

    def add_recording(self, recording: str, *, numbers: Iterable[int]) -> Path:
        folder = samm_lv.recording_folder(self.root, recording=recording)
        write_images(folder, (samm_lv.frame_file_name(recording, number=number) for number in numbers))
        return folder

    def write_table(self, rows: Iterable[Row], *, file_name: str = samm_lv.ANNOTATION_FILE) -> Path:
        preamble: list[Sequence[object]] = [["SAMM Long Videos Dataset - FACS Codes"], *([[]] * 8)]
        body = [
            [recording[:3], f"{recording}_{number}", "", onset, apex, offset, "", type_, "4+7", ""]
            for number, (recording, type_, onset, apex, offset) in enumerate(rows, start=1)
        ]
        return write_sheets(self.root / file_name, {samm_lv.SHEET: [*preamble, samm_lv.COLUMNS, *body]})


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
    first_number = 1
    first_row_number = 1
    read: Callable[..., Dataset] = cas_me_2.read

    def add_recording(self, recording: str, *, numbers: Iterable[int]) -> Path:
        folder = cas_me_2.recording_folder(self.root, recording=recording)
        write_images(folder, (cas_me_2.frame_file_name(recording, number=number) for number in numbers))
        return folder

    def write_table(self, rows: Iterable[Row], *, file_name: str = cas_me_2.ANNOTATION_FILE) -> Path:
        codes: list[Sequence[object]] = []
        subjects: list[Sequence[object]] = []
        for number, (recording, type_, onset, apex, offset) in enumerate(rows, start=1):
            subject, stimulus = recording.split("_")
            index = cas_me_2.SUBJECT_FOLDERS.index(subject) + 1
            clip_code = f"{cas_me_2.STIMULUS_CODES[stimulus]}_{number}"
            codes.append([index, clip_code, onset, apex, offset, 4, "negative", type_, "anger"])
            subjects.append([int(subject[1:]), subject, index])
        return self.write_sheets(codes=codes, subjects=subjects, file_name=file_name)

    def write_sheets(
        self,
        *,
        codes: Sequence[Sequence[object]],
        subjects: Sequence[Sequence[object]],
        stimuli: Sequence[Sequence[object]] = tuple(cas_me_2.STIMULUS_CODES.items()),
        file_name: str = cas_me_2.ANNOTATION_FILE,
    ) -> Path:
        sheets = {cas_me_2.CODE_SHEET: codes, cas_me_2.SUBJECT_SHEET: subjects, cas_me_2.STIMULUS_SHEET: stimuli}
        return write_sheets(self.root / file_name, sheets)


@dataclass(frozen=True, kw_only=True)
class CasMe3Tree:
    """CAS(ME)^3 with the frames and rows that a test asks for."""

    root: Path
    name = cas_me_3.NAME
    recordings = ("spNO.1_a", "spNO.1_b", "spNO.2_a")
    subjects = ("spNO.1", "spNO.1", "spNO.2")
    micro = "Micro-expression"
    step = 1
    frames_per_second = 30
    first_number = 6
    first_row_number = 2
    read: Callable[..., Dataset] = cas_me_3.read

    def add_recording(self, recording: str, *, numbers: Iterable[int], inner: str = "part_A/data/part_A") -> Path:
        folder = cas_me_3.recording_folder(self.root / inner, recording=recording)
        write_images(folder, (cas_me_3.frame_file_name(recording, number=number) for number in numbers))
        return folder

    def write_table(self, rows: Iterable[Row], *, file_name: str = "cas(me)3_part_A_v2.xlsx") -> Path:
        body = [
            [*recording.split("_"), onset, apex, offset, "4", type_, "I"]
            for recording, type_, onset, apex, offset in rows
        ]
        return write_sheets(self.root / "part_A/annotation" / file_name, {cas_me_3.SHEET: [cas_me_3.COLUMNS, *body]})


@dataclass(frozen=True, kw_only=True)
class LineageTree:
    """Subsampled frames of SAMM-LV with the table of the lineage."""

    root: Path
    name = lineage.NAME
    recordings = ("samm_006_1", "samm_006_2", "samm_007_1")
    subjects = ("samm_006", "samm_006", "samm_007")
    micro = "Micro"
    step = 1
    frames_per_second = 200 / 7
    first_number = 0
    first_row_number = 2
    read: Callable[..., Dataset] = lineage.read

    def add_recording(self, recording: str, *, numbers: Iterable[int]) -> Path:
        folder = self.root / recording.rpartition("_")[0] / recording
        write_images(folder, (f"img_{number:05d}.jpg" for number in numbers))
        return folder

    def write_table(self, rows: Iterable[Row], *, file_name: str = "samm_new_25_7.csv") -> Path:
        indices = {"ma": 1, "mi": 2}
        body = [
            [recording.rpartition("_")[0], recording, onset, apex, offset, indices.get(type_[:2].lower(), type_), "4"]
            for recording, type_, onset, apex, offset in rows
        ]
        return write_csv(self.root / file_name, [[*lineage.COLUMNS, "au"], *body])


@dataclass(frozen=True, kw_only=True)
class PlainTree:
    """Somebody's own folders of images, with both tables."""

    root: Path
    name = plain.NAME
    recordings = ("anna_1", "anna_2", "ben")
    subjects = ("anna", "anna", "ben")
    micro = "micro"
    step = 1
    frames_per_second = 30
    first_number = 0
    first_row_number = 2
    read: Callable[..., Dataset] = plain.read

    def add_recording(self, recording: str, *, numbers: Iterable[int]) -> Path:
        folder = self.root / recording
        write_images(folder, (f"{number:06d}.png" for number in numbers))
        return folder

    def write_table(self, rows: Iterable[Row]) -> Path:
        body = [
            [recording, recording.split("_")[0], type_, onset, apex, offset]
            for recording, type_, onset, apex, offset in rows
        ]
        on_disk = [
            (recording, subject, 30)
            for recording, subject in zip(self.recordings, self.subjects, strict=True)
            if (self.root / recording).is_dir()
        ]
        return self.write_tables(annotations=body, recordings=on_disk)

    def write_tables(
        self,
        *,
        annotations: Iterable[Sequence[object]],
        recordings: Iterable[Sequence[object]] = (),
        columns: Sequence[str] = ("recording", "subject", "frames_per_second"),
    ) -> Path:
        write_csv(self.root / plain.RECORDING_FILE, [columns, *recordings])
        return write_csv(self.root / plain.ANNOTATION_FILE, [plain.COLUMNS, *annotations])


Tree = SammLvTree | CasMe2Tree | CasMe3Tree | LineageTree | PlainTree


@pytest.fixture
def samm_lv_tree(tmp_path: Path) -> SammLvTree:
    return SammLvTree(root=tmp_path / "samm")


@pytest.fixture
def cas_me_2_tree(tmp_path: Path) -> CasMe2Tree:
    return CasMe2Tree(root=tmp_path / "cas")


@pytest.fixture
def cas_me_3_tree(tmp_path: Path) -> CasMe3Tree:
    return CasMe3Tree(root=tmp_path / "cas3")


@pytest.fixture
def lineage_tree(tmp_path: Path) -> LineageTree:
    return LineageTree(root=tmp_path / "lineage")


@pytest.fixture
def plain_tree(tmp_path: Path) -> PlainTree:
    return PlainTree(root=tmp_path / "mine")


@pytest.fixture(scope="session", name="write_csv")
def _write_csv() -> Callable[[Path, Iterable[Sequence[object]]], Path]:
    return write_csv


@pytest.fixture(scope="session", name="write_sheets")
def _write_sheets() -> Callable[[Path, dict[str, Sequence[Sequence[object]]]], Path]:
    return write_sheets


@pytest.fixture(scope="session", name="write_images")
def _write_images() -> Callable[[Path, Iterable[str]], None]:
    return write_images


@pytest.fixture(scope="session", name="real_annotation")
def _real_annotation() -> Callable[[str], Path]:
    return real_file


@pytest.fixture(scope="session")
def samm_lv_frame_counts() -> dict[str, int]:
    """Frames of each recording of SAMM-LV, as in `SAMM_MEGC_all.txt` of the MEGC2020 baseline (HeyingGithub)."""
    entries = (Path(__file__).parent / "samm_lv_frame_counts.txt").read_text().split()
    return {name: int(count) for name, count in (entry.split(":") for entry in entries)}
