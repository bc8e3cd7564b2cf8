"""Finished studies on disk, with frame scores that were made up: what reports and decoding start from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from platform.sampling.decodings import draw_decodings
from platform.study.choices import searches_settings
from platform.study.journal import encode
from platform.study.records import ConfigurationRecord, FoldRecord, Record, StudyRecord
from platform.study.state import StudyState
from platform.study.stored_scores import choose_decoding, count_fold
from platform.study.workspace import journal_path, scores_path
from search_spaces.vocabulary import Choice, Float, Integer, Space
from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.score_files import write_scores

SUBJECTS = ("a", "b", "c", "d", "e", "f")
NUM_FRAMES = 160
TRUTHS = (
    Expression(onset=15, apex=38, offset=62, kind=ExpressionKind.MACRO),
    Expression(onset=80, apex=84, offset=88, kind=ExpressionKind.MICRO),
    Expression(onset=105, apex=125, offset=150, kind=ExpressionKind.MACRO),
)
SEARCHED = Space(
    name="toy",
    description="decodings and one more epoch",
    fixed={"num_epochs": 5, "macro_duration": 20},
    dimensions={"window": Choice((9, 11))},
    decoding={"overlap_threshold": Float(0.1, 0.95), "macro_duration": Integer(20, 60)},
    num_decodings=6,
    stored_epochs=(2,),
)
PLAIN = Space(name="toy", description="apex thresholds alone", dimensions={"window": Choice((9, 11))})


def noisy_scores(generator: np.random.Generator, *, noise: float) -> np.ndarray:
    """Frame scores of a recording: those of a perfect network, drowned in noise by that share."""
    truth = label_scores(TRUTHS, NUM_FRAMES)
    return ((1 - noise) * truth + noise * generator.random(truth.shape)).astype(np.float32)


def study_record(space: Space, **fields: Any) -> StudyRecord:
    """The first record of a study of one recording of every subject."""
    truths = [[str(one.kind), one.onset, one.apex, one.offset] for one in TRUTHS]
    usual = {
        "dataset": "toy",
        "dataset_digest": "00ff",
        "space": space.as_dict(),
        "seed": 7,
        "scheduling": "reproducible",
        "lag": 2,
        "subjects": list(SUBJECTS),
        "extraction": {},
        "versions": {},
        "defaults": Configuration().parameters(),
        "decodings": draw_decodings(space.decoding, count=space.num_decodings, seed=7),
        "recordings": {f"{subject}_1": {"subject": subject, "expressions": truths} for subject in SUBJECTS},
    }
    return StudyRecord(**usual | fields)


def write_study(folder: Path, space: Space = SEARCHED, *, num_configurations: int = 1, **fields: Any) -> StudyState:
    """Writes frame scores and journal of a finished study into `folder`; its state."""
    records: list[Record] = [study_record(space, **fields)]
    state = StudyState(records[0])

    def add(record: Record) -> None:
        state.apply(record)
        records.append(record)

    for number in range(num_configurations):
        name = f"c{number:04d}"
        add(ConfigurationRecord(configuration=name, params={"window": 9 + 2 * (number % 2)}))
        write_frame_scores(folder, name, epochs=(0, *space.stored_epochs), seed=number)
        for subject in SUBJECTS:
            table = count_fold(state, name, subject, folder=folder)
            counts = {str(kind): table[0, row].tolist() for row, kind in enumerate(KINDS)}
            add(FoldRecord(configuration=name, subject=subject, seed=1, counts=counts, final_loss=0.1, seconds={}))
        if searches_settings(state.study):
            add(choose_decoding(state, name, folder=folder))
    write_journal(folder, records)
    return state


def write_frame_scores(folder: Path, configuration: str, *, epochs: Sequence[int] = (0,), seed: int = 0) -> None:
    """Writes the frame scores of every fold after each epoch."""
    generator = np.random.default_rng(seed)
    for subject in SUBJECTS:
        for epoch in epochs:
            scores = noisy_scores(generator, noise=0.6)
            write_scores(scores_path(folder, configuration, subject, epoch=epoch), {f"{subject}_1": scores})


def write_garbage(folder: Path, configuration: str, subject: str, *, epochs: Sequence[int] = (0,)) -> None:
    """Puts noise in place of a subject's frame scores."""
    generator = np.random.default_rng(99)
    for epoch in epochs:
        scores = noisy_scores(generator, noise=1.0)
        write_scores(scores_path(folder, configuration, subject, epoch=epoch), {f"{subject}_1": scores})


def write_journal(folder: Path, records: Sequence[Record]) -> None:
    """Writes a journal of these records."""
    folder.mkdir(parents=True, exist_ok=True)
    journal_path(folder).write_bytes(b"".join(encode(record) for record in records))
