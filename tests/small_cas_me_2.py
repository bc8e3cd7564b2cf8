"""A tree of CAS(ME)^2 that is written in no time, for tests of what is said about datasets."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import xlsxwriter


def write_cas_me_2(root: Path, *, rows: Sequence[tuple[int, str, int, int, int]], num_frames: int = 40) -> None:
    """A CAS(ME)^2 tree of two subjects with one recording each; rows are (subject index, clip, onset, apex, offset)."""
    for subject in ("s15", "s16"):
        folder = root / "rawpic" / subject / f"{subject[1:]}_0101disgustingteeth"
        folder.mkdir(parents=True)
        for number in range(1, num_frames + 1):
            cv2.imwrite(str(folder / f"img{number:03d}.jpg"), np.full((16, 16, 3), number, np.uint8))
    book = xlsxwriter.Workbook(root / "CAS(ME)^2code_final.xlsx")
    codes, subjects, stimuli = (
        book.add_worksheet(name) for name in ("CASFEcode_final", "naming rule1", "naming rule2")
    )
    for number, (subject, clip, onset, apex, offset) in enumerate(rows):
        codes.write_row(number, 0, (subject, clip, onset, apex, offset, 4, "negative", "macro-expression", "anger"))
        subjects.write_row(number, 0, (14 + subject, f"s{14 + subject}", subject))
    stimuli.write_row(0, 0, ("0101", "disgust1"))
    book.close()
