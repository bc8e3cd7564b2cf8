"""Frame scores of made-up recordings of CAS(ME)^2, the table that annotates them, and `decode` on both."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xlsxwriter

from platform import decode
from platform.console.command import run_command
from spotformer_core.datasets import cas_me_2
from tests.made_up_tables import OPTIONS

SUBJECTS = ("s15", "s16", "s19", "s20")
MACRO_AT, MICRO_AT = 60, 150
"""Where the middle of the annotated expression of each kind is, in frames of the release."""


RECORDINGS = [f"{subject}_{stimulus}" for subject in SUBJECTS for stimulus in ("0101", "0401")]


def macro_scores() -> dict[str, np.ndarray]:
    """Every recording: a bump at the annotated expression and one where there is none."""
    return {name: bumps(200, seed=i, at=[MACRO_AT, 110]) for i, name in enumerate(RECORDINGS)}


def micro_scores() -> dict[str, np.ndarray]:
    """The recordings with a micro-expression: a bump at it."""
    return {name: bumps(200, seed=90 + i, at=[MICRO_AT], width=3) for i, name in enumerate(RECORDINGS[::2])}


def bumps(num_frames: int, *, seed: int, at: Sequence[int], width: float = 6.0) -> np.ndarray:
    """Noise with a bump around a frame (counted from 1)."""
    noise = np.random.default_rng(seed).random(num_frames) * 0.5
    frames = np.arange(1, num_frames + 1)
    return noise + sum(np.exp(-(((frames - one) / width) ** 2)) for one in at)


def rows_of(scores: Mapping[str, Sequence[float]]) -> str:
    """The lines of a CSV below its header; frames from 1."""
    return "".join(f"{name},{1 + i},{x:.6f}\n" for name, own in scores.items() for i, x in enumerate(own))


def write_truths(folder: Path) -> Path:
    """A table: in the first recording of every subject one expression of each kind, in the second one macro."""
    codes, subjects = [], []
    for subject in SUBJECTS:
        index = 1 + cas_me_2.SUBJECT_FOLDERS.index(subject)
        for clip, middle, half, kind in (
            ("disgust1_1", MACRO_AT, 20, "macro"),
            ("disgust1_2", MICRO_AT, 5, "micro"),
            ("anger1_1", MACRO_AT, 20, "macro"),
        ):
            ends = (middle - half, middle, middle + half)
            codes.append((index, clip, *ends, 4, "negative", f"{kind}-expression", "anger"))
            subjects.append((subject[1:], subject, index))
    book = xlsxwriter.Workbook(folder / "CAS(ME)^2code_final.xlsx")
    sheets = (cas_me_2.CODE_SHEET, codes), (cas_me_2.SUBJECT_SHEET, subjects)
    for name, rows in (*sheets, (cas_me_2.STIMULUS_SHEET, list(cas_me_2.STIMULUS_CODES.items()))):
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return folder / "CAS(ME)^2code_final.xlsx"


def run_decode(
    folder: Path,
    macro: Mapping[str, Sequence[float]],
    micro: Mapping[str, Sequence[float]] | None = None,
    *arguments: object,
) -> int:
    """The exit code of `decode` on these scores; k is 20 and 5 unless it is among the arguments."""
    given: list[object] = ["--dataset", "cas-me-2", "--annotations", write_truths(folder), *OPTIONS]
    given += [] if "--candidates" in arguments else ["--candidates", 4]
    for kind, scores, k in (("macro", macro, 20), ("micro", micro, 5)):
        if scores is not None:
            (folder / f"{kind}.csv").write_text("recording,frame,score\n" + rows_of(scores))
            given += ["--frame-scores", f"{kind}={folder / kind}.csv"]
            given += [] if "--k" in arguments else ["--k", f"{kind}={k}"]
    return run_command(decode.main, decode.parser(), [str(one) for one in (*given, *arguments)])


def ten(num_frames: int, *, seed: int) -> np.ndarray:
    """Probabilities that are high around both expressions; the network's order of kinds and channels."""
    scores = np.random.default_rng(seed).random((num_frames, 2, 5)) * 0.4
    for kind, middle, half in ((0, MACRO_AT - 1, 20), (1, MICRO_AT - 1, 5)):
        for channel, at in enumerate((middle - half, middle, middle + half)):
            scores[at - 1 : at + 2, kind, channel] = 0.9
    return scores.astype(np.float32)
