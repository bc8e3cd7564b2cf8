"""Decoding settings per second: this project beside a pandas transcription of the released procedure, in one run.

    make bench-decoding

147 recordings of about 1,000 frames, with the truths of SAMM-LV where its table is found and made-up ones elsewhere.
A setting is an apex threshold of each kind. Both do the same: boundaries, consistency, suppression, five proposals of
a kind in a recording, truths in order. One thread.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.released_decoding import TYPES, ReleasedProcedure
from benchmarks.results_file import write_result
from spotformer_core.config import DecodingConfig
from spotformer_core.datasets import samm_lv
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.metrics.conventions import SPOTFORMER, STRICT
from spotformer_core.metrics.threshold_counts import Scored, prepare

NUM_RECORDINGS, NUM_FRAMES = 147, 1000
COMPARED = (0.3, 0.5, 0.7)
GRID = np.linspace(0.3, 0.7, 200)
DECODING = DecodingConfig(boundary_consistency=True, max_proposals_per_recording=5)
GOALS = {"released procedure / ours, once prepared": 5000.0, "released procedure / ours, one cold setting": 40.0}
TABLE = Path(__file__).resolve().parents[2] / "shared" / "annotations" / "SAMM_LongVideos_release.xlsx"


def truths(path: Path) -> list[list[Expression]]:
    """The expressions of each recording, at every 7th frame of the release, or made-up ones without a table."""
    if not path.is_file():
        return _made_up_truths()
    of_recording: dict[str, list[Expression]] = {}
    for row in samm_lv.read_annotations(path):
        onset, offset = (round((number - 1) / samm_lv.FRAME_STEP) for number in (max(row.onset, 1), row.offset))
        of_recording.setdefault(row.recording, []).append(
            Expression(onset=onset, apex=(onset + offset) // 2, offset=offset, kind=row.kind)
        )
    return list(of_recording.values())


def _made_up_truths() -> list[list[Expression]]:
    generator = np.random.default_rng(0)
    lengths = {ExpressionKind.MACRO: (16, 60), ExpressionKind.MICRO: (6, 14)}
    made = []
    for _ in range(NUM_RECORDINGS):
        onsets = np.sort(generator.choice(NUM_FRAMES // 70, size=3, replace=False)) * 70
        kinds = generator.choice(list(lengths), size=3, p=(0.7, 0.3))
        spans = [int(generator.integers(*lengths[ExpressionKind(kind)])) for kind in kinds]
        made.append(
            [
                Expression(
                    onset=int(onset), apex=int(onset) + span // 2, offset=int(onset) + span, kind=ExpressionKind(kind)
                )
                for onset, span, kind in zip(onsets, spans, kinds, strict=True)
            ]
        )
    return made


def frame_scores(expressions: list[Expression], generator: np.random.Generator) -> np.ndarray:
    """Smooth noise that is mostly low, with bumps at two of three truths: about what a network gives."""
    num_frames = max([NUM_FRAMES, *(one.offset + 50 for one in expressions)])
    noise = generator.normal(size=(num_frames + 6, len(KINDS), len(Channel)))
    logits = 1.6 * sum(noise[shift : shift + num_frames] for shift in range(7)) / np.sqrt(7)
    logits[..., Channel.APEX] -= 2.5
    for one in expressions:
        if generator.random() < 2 / 3:
            for channel, frame in zip(Channel, (one.onset, one.apex, one.offset), strict=False):
                logits[max(frame - 2, 0) : frame + 3, KINDS.index(one.kind), channel] += 3.5
    boundaries = np.exp(logits[..., [Channel.ONSET, Channel.OFFSET, Channel.NEUTRAL]])
    shares = boundaries / boundaries.sum(axis=-1, keepdims=True)
    logits[..., Channel.ONSET], logits[..., Channel.OFFSET] = shares[..., 0], shares[..., 1]
    logits[..., Channel.APEX] = 1 / (1 + np.exp(-logits[..., Channel.APEX]))
    return logits.astype(np.float32)


def released(recordings: Sequence[Scored], folder: Path) -> tuple[dict[str, np.ndarray], pd.DataFrame]:
    """The same in the released code's form: channels onset, apex, offset by name, and the annotation table."""
    order = [Channel.ONSET, Channel.APEX, Channel.OFFSET]
    scores = {f"{index:03d}": one[..., order] for index, (one, _) in enumerate(recordings)}
    rows = [
        (f"{index:03d}", 1 + KINDS.index(truth.kind), truth.onset, truth.offset)
        for index, (_, expressions) in enumerate(recordings)
        for truth in expressions
    ]
    table = pd.DataFrame(rows, columns=["video_name", "type_idx", "start_frame", "end_frame"])
    table.to_csv(folder / "annotations.csv", index=False)
    return scores, table


def require_equal_counts(
    recordings: Sequence[Scored], scores: dict[str, np.ndarray], procedure: ReleasedProcedure
) -> None:
    """Ends the benchmark unless both give the same counts."""
    prepared = prepare(recordings, DECODING, SPOTFORMER)
    for threshold in COMPARED:
        theirs = procedure.counts(scores, dict.fromkeys(TYPES, threshold))
        for type_, row in TYPES.items():
            tp, fp, fn = prepared[KINDS[row]].counts(np.array([threshold]))[0].tolist()
            if (tp + fp, tp + fn, tp) != theirs[type_]:
                sys.exit(f"counts differ at {threshold}: ours {(tp + fp, tp + fn, tp)}, transcription {theirs[type_]}")


def seconds(work: Callable[[], object]) -> float:
    """How much processor time `work` takes, in which other work on the machine matters little."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measure(recordings: Sequence[Scored], folder: Path, repeats: int) -> dict[str, list[float]]:
    """Seconds per setting of each way, one value per repeat; the ways take turns."""
    scores, annotations = released(recordings, folder)
    with_files = ReleasedProcedure(folder=folder, annotations=annotations)
    in_memory = replace(with_files, uses_files=False)
    require_equal_counts(recordings, scores, in_memory)
    prepared = prepare(recordings, DECODING, SPOTFORMER)
    unlimited = prepare(recordings, DecodingConfig(), STRICT)

    def theirs(procedure: ReleasedProcedure) -> None:
        for threshold in COMPARED:
            procedure.counts(scores, dict.fromkeys(TYPES, threshold))

    def cold() -> None:
        for one in prepare(recordings, DECODING, SPOTFORMER).values():
            one.counts(GRID[:1])

    ways: dict[str, tuple[Callable[[], object], int]] = {
        "released procedure": (lambda: theirs(with_files), len(COMPARED)),
        "released procedure, no files": (lambda: theirs(in_memory), len(COMPARED)),
        "ours, one cold setting": (cold, 1),
        "ours, once prepared": (lambda: [one.counts(GRID) for one in prepared.values()], len(GRID)),
        "ours, all proposals kept": (lambda: [one.counts(GRID) for one in unlimited.values()], len(GRID)),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, (work, settings) in ways.items():
            taken[name].append(seconds(work) / settings)
    return taken


def ratios(taken: dict[str, list[float]]) -> dict[str, float]:
    """The median ratio of each way of ours to each of theirs."""
    return {
        f"{theirs} / {ours}": float(np.median(np.divide(taken[theirs], taken[ours])))
        for theirs in taken
        for ours in taken
        if theirs.startswith("released") and ours.startswith("ours")
    }


def show(taken: dict[str, list[float]], figures: dict[str, float]) -> None:
    """Prints settings per second and the ratios."""
    console = Console(width=100)
    table = Table(title="decoding settings per second on one core", title_justify="left")
    for column in ("", "median", "lowest", "highest"):
        table.add_column(column, justify="right" if column else "left")
    for name, values in taken.items():
        rates = 1 / np.array(values)
        table.add_row(name, *(f"{rate:,.1f}" for rate in (np.median(rates), rates.min(), rates.max())))
    console.print(table)
    for name, value in figures.items():
        console.print(f"{name}: {value:,.0f}" + (f" (goal {GOALS[name]:,.0f})" if name in GOALS else ""))


def main() -> int:
    """0 when every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--annotations", type=Path, default=TABLE, help="SAMM-LV's table (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    generator = np.random.default_rng(0)
    recordings = [(frame_scores(one, generator), one) for one in truths(options.annotations)]
    with tempfile.TemporaryDirectory() as name:
        taken = measure(recordings, Path(name), options.repeats)
    figures = ratios(taken)
    show(taken, figures)
    print(f"written to {write_result('decoding', figures, GOALS, repeats=options.repeats)}")
    met = all(figures[name] >= goal for name, goal in GOALS.items())
    print("every goal is met" if met else "a goal is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
