"""Records of a small study: subjects "a" and "b", two apex thresholds, any number of configurations."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from platform.study.records import ConfigurationRecord, FoldRecord, StudyRecord
from platform.study.state import StudyState
from platform.study.workspace import scores_path
from search_spaces.vocabulary import Choice, Space
from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.decoding.score_files import write_scores
from tests.recordings import listed_recording

COUNTS = {
    "a": {"macro": [[2, 0, 0], [0, 0, 2]], "micro": [[0, 0, 0], [0, 0, 0]]},
    "b": {"macro": [[0, 2, 1], [1, 0, 0]], "micro": [[0, 0, 0], [0, 0, 0]]},
}


@pytest.fixture
def make_study_record() -> Callable[..., StudyRecord]:
    """Makes the first record of a journal; any field can be given."""

    def make(**fields: object) -> StudyRecord:
        usual = {
            "dataset": "toy",
            "dataset_digest": "00ff",
            "space": {"name": "toy", "apex_thresholds": [0.3, 0.6]},
            "seed": 7,
            "scheduling": "reproducible",
            "lag": 2,
            "subjects": ["b", "a"],
            "extraction": {"face_size": 160},
            "versions": {"torch": "2.13.0"},
            "defaults": Configuration().parameters(),
            "identity": "first",
        }
        return StudyRecord(**usual | fields)

    return make


@pytest.fixture
def make_fold_record() -> Callable[..., FoldRecord]:
    """Makes a finished fold of "c0000" that holds out "a"; any field can be given.

    At the first threshold "a" is spotted well and "b" badly; at the second it is the other way round.
    """

    def make(subject: str = "a", **fields: object) -> FoldRecord:
        usual = {
            "configuration": "c0000",
            "subject": subject,
            "seed": 11,
            "counts": COUNTS[subject],
            "final_loss": 0.125,
            "seconds": {"training": 1.5},
        }
        return FoldRecord(**usual | fields)

    return make


@dataclass(frozen=True, kw_only=True)
class FinishedStudy:
    """A study of one complete configuration with frame scores on disk, and what is needed to decode them."""

    state: StudyState
    recordings: tuple[Recording, ...]
    space: Space
    folder: Path


MACRO_TRUTH = Expression(onset=10, apex=15, offset=20, kind=ExpressionKind.MACRO)
MICRO_TRUTH = Expression(onset=40, apex=42, offset=44, kind=ExpressionKind.MICRO)


def scores_of(*spotted: Expression) -> np.ndarray:
    """Onset and offset 0.9 and apex 0.8 where an expression is spotted, 0 elsewhere."""
    scores = np.zeros((60, 2, 5), np.float32)
    for expression in spotted:
        own = scores[:, KINDS.index(expression.kind)]
        own[expression.onset, Channel.ONSET] = 0.9
        own[expression.apex, Channel.APEX] = 0.8
        own[expression.offset, Channel.OFFSET] = 0.9
    return scores


@pytest.fixture
def finished_study(tmp_path, make_study_record, make_fold_record) -> FinishedStudy:
    """Of "a" both truths are spotted; of "b" a macro-expression is spotted where there is none, and one is missed.

    An apex threshold below 0.8 keeps all proposals, 0.9 keeps none. Where thresholds are equally good the middle one
    is taken, so that 0.5 is chosen everywhere.
    """
    space = Space(
        name="toy",
        description="decoding durations that suit 60 frames",
        fixed={"macro_duration": 20, "macro_min_duration": 8, "micro_duration": 8, "micro_min_duration": 4},
        dimensions={"window": Choice((9, 11))},
        apex_thresholds=(0.3, 0.5, 0.9),
    )
    recordings = (
        listed_recording("a", MACRO_TRUTH, MICRO_TRUTH, num_frames=60),
        listed_recording("b", MACRO_TRUTH, num_frames=60),
    )
    elsewhere = replace(MACRO_TRUTH, onset=30, apex=35, offset=40)
    write_scores(scores_path(tmp_path, "c0000", "a"), {"a_1": scores_of(MACRO_TRUTH, MICRO_TRUTH)})
    write_scores(scores_path(tmp_path, "c0000", "b"), {"b_1": scores_of(elsewhere)})
    found, missed, nothing = [1, 0, 0], [0, 0, 1], [0, 0, 0]
    counts = {
        "a": {"macro": [found, found, missed], "micro": [found, found, missed]},
        "b": {"macro": [[0, 1, 1], [0, 1, 1], missed], "micro": [nothing, nothing, nothing]},
    }
    folds = [make_fold_record(subject, counts=counts[subject]) for subject in "ab"]
    asked = ConfigurationRecord(configuration="c0000", params={"window": 9})
    state = StudyState(make_study_record(space=space.as_dict()), [asked, *folds])
    return FinishedStudy(state=state, recordings=recordings, space=space, folder=tmp_path)
