"""Whatever a table holds, readers give rows or one of our errors, in bounded memory and time."""

import csv
import itertools
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from spotformer_core.datasets import cas_me_2, cas_me_3, lineage, plain, samm_lv
from spotformer_core.datasets.policy_choices import parse_policies, policy_values
from spotformer_core.datasets.reader import ReadingOptions
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import AnnotationError, SpotFormerError
from tests.recordings import real_file

READ_SPREADSHEET = (samm_lv.read_annotations, cas_me_2.read_annotations, cas_me_3.read_annotations)
READ_CSV = (lineage.read_annotations, plain.read_annotations, plain.read_recordings)
FIRST_BYTES = (b"", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"))
MOST_CHILD_BYTES = 600 << 20
"""Of the process that parses: its limit is 512 MiB of address space."""

few = settings(max_examples=8, deadline=None)
"""Each example starts child processes."""
many = settings(max_examples=150, deadline=None)

absurd = st.sampled_from(
    ["1e300", "-1e300", "nan", "inf", "-inf", "1e-300", "9" * 400, "0x10", "٣", "1_0", "\0", "=1/0"]
)
cells = st.one_of(
    st.text(max_size=12),
    st.text("macroi_-0159. ", max_size=8),
    st.integers(-5, 10**9).map(str),
    st.floats().map(str),
    absurd,
    st.just("macro"),
    st.just("x" * 100_000),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


def rows_or_our_error(read: Callable[[Path], Sequence[object]], path: Path) -> Sequence[object]:
    """What `read` gives; nothing when it raises one of our errors, whose message is short."""
    try:
        return read(path)
    except SpotFormerError as error:
        message = str(error)
    assert len(message) < 2000
    return ()


def write_workbook(path: Path, rows: Sequence[Sequence[object]], *, columns: Sequence[str] = samm_lv.COLUMNS) -> Path:
    """A file with the sheets of all three releases, with `rows` below the headers."""
    sheets = {
        samm_lv.SHEET: [columns, *rows],
        cas_me_3.SHEET: [cas_me_3.COLUMNS, *rows],
        cas_me_2.CODE_SHEET: rows,
        cas_me_2.SUBJECT_SHEET: [(15, "s15", 1)],
        cas_me_2.STIMULUS_SHEET: [("0401", "macro")],
    }
    with xlsxwriter.Workbook(path, {"nan_inf_to_errors": True}) as workbook:
        for name, body in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(body):
                for column, cell in enumerate(row):
                    # Longer text is not allowed in a cell.
                    sheet.write(number, column, cell[:32_000] if isinstance(cell, str) else cell)
    return path


def write_lines(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8", errors="surrogatepass") as file:
        csv.writer(file).writerows(rows)
    return path


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(FIRST_BYTES[:1] * 3 + FIRST_BYTES), st.binary(max_size=3000))
def test_any_bytes_give_only_our_errors(folder, first, content):
    path = folder / "random"
    path.write_bytes(first + content)

    for read in READ_SPREADSHEET:
        with pytest.raises(AnnotationError, match="random"):
            read(path)
    for read in READ_CSV:
        rows_or_our_error(read, path)


@few
@given(st.integers(0, 2**32), st.sampled_from(["cut", "changed", "repeated"]), st.integers(1, 60))
def test_a_damaged_workbook_gives_rows_or_our_errors(folder, seed, how, count):
    chosen = random.Random(seed)
    content = write_workbook(folder / "whole.xlsx", [["006", "006_1_1", "", 1, 2, 3, "", "Macro", "", ""]]).read_bytes()
    path = folder / "damaged.xlsx"
    path.write_bytes(damaged(content, chosen, how=how, count=count))

    for read in READ_SPREADSHEET:
        rows_or_our_error(read, path)


@few
@given(st.integers(0, 2**32), st.sampled_from(["cut", "changed", "repeated"]), st.integers(1, 60))
def test_a_damaged_real_workbook_gives_rows_or_our_errors(folder, seed, how, count):
    source = real_file(cas_me_3.ANNOTATION_FILE)
    path = folder / "damaged.xls"
    path.write_bytes(damaged(source.read_bytes(), random.Random(seed), how=how, count=count))

    rows_or_our_error(cas_me_3.read_annotations, path)


def damaged(content: bytes, chosen: random.Random, *, how: str, count: int) -> bytes:
    if how == "cut":
        return content[: chosen.randrange(len(content))]
    changed = bytearray(content)
    for _ in range(count):
        at = chosen.randrange(len(changed))
        if how == "changed":
            changed[at] = chosen.randrange(256)
        else:
            changed[at : at + 8] = changed[:8]
    return bytes(changed)


def refusal_peak(path: Path) -> int:
    """The most memory in bytes that a process started for refusing the workbook took."""
    refuse = (
        "import resource, sys, pathlib\n"
        "from spotformer_core.datasets import samm_lv\n"
        "from spotformer_core.errors import AnnotationError\n"
        "try:\n    samm_lv.read_annotations(pathlib.Path(sys.argv[1]))\n"
        "except AnnotationError:\n    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    # In a process of its own, since the figure is the highest of all children that a process ever had.
    told = subprocess.run([sys.executable, "-c", refuse, str(path)], capture_output=True, text=True, check=True)
    return int(told.stdout) * 1024


def test_a_cell_in_the_last_corner_of_a_sheet_does_not_cost_its_area(folder):
    path = folder / "corner.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet(samm_lv.SHEET).write(1_048_575, 16_383, "far")
    began = time.monotonic()

    with pytest.raises(AnnotationError, match=r"must be an .xlsx or .xls spreadsheet, got \S+corner.xlsx \("):
        samm_lv.read_annotations(path)

    assert time.monotonic() - began < 60
    assert refusal_peak(path) < MOST_CHILD_BYTES


def test_a_sheet_that_unpacks_to_700_megabytes_is_refused(folder):
    path = folder / "bomb.xlsx"
    whole = write_workbook(folder / "whole.xlsx", [])
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name in source.namelist():
            if name == "xl/sharedStrings.xml":
                with target.open(name, "w") as file:
                    file.write(b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>')
                    for _ in range(700):
                        file.write(b"x" * (1 << 20))
                    file.write(b"</t></si></sst>")
            else:
                target.writestr(name, source.read(name))

    with pytest.raises(AnnotationError, match=r"must be an .xlsx or .xls spreadsheet, got \S+bomb.xlsx \("):
        samm_lv.read_annotations(path)

    assert refusal_peak(path) < MOST_CHILD_BYTES


spreadsheet_cells = st.one_of(cells, st.integers(-5, 2**60), st.floats(allow_nan=True), st.booleans())


@few
@given(st.lists(st.lists(spreadsheet_cells, min_size=10, max_size=10), max_size=4))
def test_any_cells_of_a_workbook_give_rows_or_our_errors(folder, rows):
    path = write_workbook(folder / "cells.xlsx", rows)

    for read in READ_SPREADSHEET:
        assert len(rows_or_our_error(read, path)) <= len(rows)


@few
@given(st.permutations(samm_lv.COLUMNS), st.sets(st.sampled_from(samm_lv.COLUMNS), max_size=3))
def test_columns_of_a_workbook_may_be_shuffled_but_not_missing(folder, order, missing):
    row = dict(zip(samm_lv.COLUMNS, ["006", "006_1_1", "", 1.5, 2, 3, "", "Macro", "", ""], strict=True))
    columns = [name for name in order if name not in missing]
    path = write_workbook(folder / "shuffled.xlsx", [[row[name] for name in columns]], columns=columns)
    needed = {"Subject", "Filename", "Onset", "Apex", "Offset", "Type"}

    if missing & needed:
        with pytest.raises(AnnotationError, match="must have a header row"):
            samm_lv.read_annotations(path)
    else:
        (read,) = samm_lv.read_annotations(path)
        assert (read.recording, read.onset, read.apex, read.offset) == ("006_1", 1.5, 2.0, 3.0)


@many
@given(st.permutations(plain.COLUMNS), st.sets(st.sampled_from(plain.COLUMNS), max_size=2))
def test_columns_of_a_csv_file_may_be_shuffled_but_not_missing(folder, order, missing):
    row = dict(zip(plain.COLUMNS, ["anna_1", "anna", "micro", "4", "", "9"], strict=True))
    columns = [name for name in order if name not in missing]
    path = write_lines(folder / "shuffled.csv", [columns, [row[name] for name in columns]])

    if missing:
        with pytest.raises(AnnotationError, match="must have the columns"):
            plain.read_annotations(path)
    else:
        (read,) = plain.read_annotations(path)
        assert (read.recording, read.onset, read.apex, read.offset) == ("anna_1", 4.0, None, 9.0)


@many
@given(st.lists(st.lists(cells, min_size=1, max_size=8), max_size=5), st.booleans())
def test_any_cells_of_a_csv_file_give_rows_or_our_errors(folder, rows, has_header):
    for read, columns in zip(READ_CSV, (lineage.COLUMNS, plain.COLUMNS, plain.RECORDING_COLUMNS), strict=True):
        path = write_lines(folder / "cells.csv", [columns, *rows] if has_header else rows)

        assert len(rows_or_our_error(read, path)) <= len(rows)


numbers = st.one_of(st.integers(-2, 30).map(str), st.floats(0, 40).map(str), absurd)
lines = st.tuples(
    st.sampled_from(["a", "b", "c"]), st.just("anna"), st.sampled_from(["macro", "micro"]), numbers, numbers, numbers
)
policies = st.lists(
    st.sampled_from([f"{name}={value}" for name, values in policy_values().items() for value in values]),
    max_size=4,
    unique_by=lambda choice: choice.partition("=")[0],
)


@pytest.fixture(scope="module")
def two_recordings(folder) -> Path:
    """Recordings a and b of 12 and 20 frames, the second with gaps; c is missing."""
    image = cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1].tobytes()
    for name, frames in (("a", range(12)), ("b", itertools.chain(range(5, 15), range(18, 28)))):
        (folder / "tree" / name).mkdir(parents=True)
        for number in frames:
            (folder / "tree" / name / f"{number}.png").write_bytes(image)
    return folder / "tree"


@many
@given(st.lists(lines, max_size=4), policies)
def test_any_annotations_give_a_dataset_that_keeps_its_rules_or_our_errors(two_recordings, rows, choices):
    write_lines(two_recordings / plain.ANNOTATION_FILE, [plain.COLUMNS, *rows])
    write_lines(two_recordings / plain.RECORDING_FILE, [plain.RECORDING_COLUMNS, ["a", "anna"], ["b", "anna"]])

    options = ReadingOptions(policies=parse_policies(choices))
    datasets = rows_or_our_error(lambda root: (plain.read(root, options),), two_recordings)

    for dataset in datasets:
        require_rules(dataset, num_rows=len(rows))


def require_rules(dataset: Dataset, *, num_rows: int) -> None:
    assert [one.num_frames for one in dataset.recordings] == [12, 20]
    placed = [expression for one in dataset.recordings for expression in one.expressions]
    assert len(placed) <= num_rows
    assert all(0 <= one.onset <= one.apex <= one.offset for one in placed)
    assert all(count > 0 for count in dataset.repairs.values())
