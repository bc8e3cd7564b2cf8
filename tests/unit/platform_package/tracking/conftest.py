"""A study of one complete and one failed configuration over two subjects, with frame scores on disk."""

from pathlib import Path

import numpy as np
import pytest

from platform.study.records import ConfigurationRecord, FailureRecord, FoldRecord, StudyRecord
from platform.study.state import StudyState
from platform.study.usage import Usage
from platform.study.workspace import scores_path
from platform.tracking.artifacts import TrackedInputs
from platform.tracking.projection import Projection
from search_spaces.vocabulary import Choice, Space
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.score_files import write_scores
from tests.recordings import listed_recording

SPACE = Space(
    name="toy",
    description="decoding durations that suit 60 frames",
    fixed={"macro_duration": 20, "macro_min_duration": 8},
    dimensions={"window": Choice((9, 11))},
    apex_thresholds=(0.3, 0.5, 0.9),
)
MACRO_TRUTH = Expression(onset=10, apex=15, offset=20, kind=ExpressionKind.MACRO)
COUNTS = {
    "a": {"macro": [[1, 0, 0], [1, 0, 0], [0, 0, 1]], "micro": [[0, 0, 0]] * 3},
    "b": {"macro": [[0, 0, 1]] * 3, "micro": [[0, 0, 0]] * 3},
}


def fold_record(subject: str, *, configuration: str = "c0000") -> FoldRecord:
    return FoldRecord(
        configuration=configuration,
        subject=subject,
        seed=11,
        counts=COUNTS[subject],
        final_loss=0.125,
        seconds={"training": 1.5, "scoring": 0.25},
        usage=Usage(seconds=1.75, num_gpus=0.5).as_dict(),
    )


def make_inputs(folder: Path) -> TrackedInputs:
    """Of "a" the one truth is spotted, of "b" nothing; an apex threshold of 0.5 is chosen for both."""
    recordings = tuple(listed_recording(subject, MACRO_TRUTH, num_frames=60) for subject in "ab")
    spotted = np.zeros((60, 2, 5), np.float32)
    spotted[10, 0, 0] = spotted[20, 0, 2] = 0.9
    spotted[15, 0, 1] = 0.8
    for configuration in ("c0000", "c0001"):
        for subject, scores in (("a", spotted), ("b", np.zeros_like(spotted))):
            write_scores(scores_path(folder, configuration, subject), {f"{subject}_1": scores})
    return TrackedInputs(name="first", recordings=recordings, space=SPACE, folder=folder, is_rendered=True)


def make_state(identity: str) -> StudyState:
    study = StudyRecord(
        dataset="toy",
        dataset_digest="00ff",
        space=SPACE.as_dict(),
        seed=7,
        scheduling="reproducible",
        lag=2,
        subjects=["b", "a"],
        extraction={},
        versions={"torch": "2.13.0"},
        identity=identity,
    )
    asked = [ConfigurationRecord(configuration=f"c000{number}", params={"window": 9 + 2 * number}) for number in (0, 1)]
    failure = FailureRecord(configuration="c0001", subject="b", reason="loss is NaN")
    return StudyState(study, [*asked, fold_record("a"), fold_record("b"), failure])


class Tracked:
    """A tracking store in a SQLite file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # In a folder that is made with the file.
        self.uri = f"sqlite:///{folder / 'new' / 'mlflow.db'}"
        self._inputs = make_inputs(folder)

    def projection(self, state: StudyState) -> Projection:
        return Projection(self._inputs, state.study, tracking_uri=self.uri, artifacts=self._folder / "artifacts")


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Tracked:
    """Shared by a module, because the first use of MLflow takes seconds."""
    return Tracked(tmp_path_factory.mktemp("tracking"))


@pytest.fixture
def state(request) -> StudyState:
    """A study of the test's own: two studies are told apart by their identity."""
    return make_state(identity=request.node.name)


@pytest.fixture
def make_fold():
    return fold_record


@pytest.fixture
def projection(store, state) -> Projection:
    """Of the test's own study, which runs."""
    made = store.projection(state)
    made.begin()
    return made


@pytest.fixture
def records(state):
    """A journal that says only what the study is."""
    return [state.study]
