"""Decoding and counting of the released code, transcribed in pandas, against ours with its lengths and convention."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.released_decoding import TYPES, ReleasedProcedure
from spotformer_core.config import DecodingConfig, IntervalLength
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.metrics.conventions import SPOTFORMER, STRICT
from spotformer_core.metrics.threshold_counts import threshold_counts

NUM_RECORDINGS, NUM_FRAMES, THRESHOLD = 20, 240, 0.5
DECODING = DecodingConfig(boundary_consistency=True, max_proposals_per_recording=5)


def made_recording(generator: np.random.Generator) -> tuple[np.ndarray, list[Expression]]:
    """Smooth scores that rise at most truths, so that many proposals overlap and many are near the thresholds."""
    noise = generator.normal(size=(NUM_FRAMES + 6, len(KINDS), len(Channel)))
    scores = 1 / (1 + np.exp(-sum(noise[shift : shift + NUM_FRAMES] for shift in range(7)) / 2))
    expressions = []
    for kind, length in ((ExpressionKind.MACRO, 40), (ExpressionKind.MICRO, 10)) * 2:
        onset = int(generator.integers(5, NUM_FRAMES - length - 5))
        truth = Expression(onset=onset, apex=onset + length // 2, offset=onset + length, kind=kind)
        expressions.append(truth)
        for channel, frame in (
            (Channel.ONSET, truth.onset),
            (Channel.APEX, truth.apex),
            (Channel.OFFSET, truth.offset),
        ):
            moved = frame + int(generator.integers(-3, 4))
            scores[max(moved, 0), KINDS.index(kind), channel] = generator.uniform(0.6, 1.0)
    return scores.astype(np.float32), expressions


@pytest.fixture(scope="module")
def recordings() -> list[tuple[np.ndarray, list[Expression]]]:
    generator = np.random.default_rng(3)
    return [made_recording(generator) for _ in range(NUM_RECORDINGS)]


def released_counts(scores: np.ndarray, expressions: list[Expression], folder) -> list[tuple[int, int, int]]:
    """TP, FP and FN of macro- and micro-expressions, by the transcription."""
    rows = [("one", 1 + KINDS.index(truth.kind), truth.onset, truth.offset) for truth in expressions]
    annotations = pd.DataFrame(rows, columns=["video_name", "type_idx", "start_frame", "end_frame"])
    procedure = ReleasedProcedure(folder=folder, annotations=annotations, uses_files=False)
    own = {"one": scores[..., [Channel.ONSET, Channel.APEX, Channel.OFFSET]]}
    of_type = procedure.counts(own, dict.fromkeys(TYPES, THRESHOLD))
    return [(found, proposals - found, truths - found) for proposals, truths, found in of_type.values()]


def own_counts(scores, expressions, decoding, convention) -> list[tuple[int, int, int]]:
    table = threshold_counts([(scores, expressions)], (THRESHOLD,), decoding, convention)
    return [tuple(row) for row in table[:, 0].tolist()]


@pytest.fixture(scope="module")
def released(recordings, tmp_path_factory) -> list[list[tuple[int, int, int]]]:
    folder = tmp_path_factory.mktemp("released")
    return [released_counts(*one, folder) for one in recordings]


def test_exclusive_lengths_and_the_convention_of_the_released_code_give_its_counts_in_every_recording(
    recordings, released
):
    assert [own_counts(*one, DECODING, SPOTFORMER) for one in recordings] == released


def test_inclusive_lengths_in_suppression_or_the_rule_of_megc_give_other_counts_somewhere():
    generator = np.random.default_rng(4)
    many = [made_recording(generator) for _ in range(200)]
    released = [own_counts(*one, DECODING, SPOTFORMER) for one in many]
    inclusive = replace(DECODING, suppression_length=IntervalLength.INCLUSIVE)

    assert [own_counts(*one, inclusive, SPOTFORMER) for one in many] != released
    assert [own_counts(*one, DECODING, STRICT) for one in many] != released
