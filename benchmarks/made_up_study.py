"""A finished study of made-up frame scores: as many configurations as wanted, as good as their parameters say.

Nothing is trained and nothing is rendered. Better parameters mean less noise upon the scores of a perfect network, so
that pages and figures show something to look at; they say nothing about SpotFormer.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from platform.study.records import ConfigurationRecord, FoldRecord, Record, StudyRecord
from platform.study.state import StudyState
from platform.study.stored_scores import count_fold, described_recordings
from platform.study.usage import Usage
from platform.study.workspace import scores_path
from platform.tracking.artifacts import TrackedInputs
from search_spaces.demo import DEMO
from search_spaces.vocabulary import Choice, Value
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.decoding.score_files import write_scores

NUM_FRAMES = 240
GPUS_PER_FOLD = 0.25
_BEST = {"contrastive_lambda": 0.01, "contrastive_tau": 0.3, "learning_rate": 1.5e-3}
_EVERYTHING_WRONG = 0.9


def made_up_recordings(num_subjects: int) -> tuple[Recording, ...]:
    """One recording per subject, with three expressions at places of its own."""
    return tuple(
        Recording(
            dataset="made-up",
            subject=f"s{number:02d}",
            name=f"s{number:02d}_1",
            frame_paths=tuple(Path(f"{frame}.jpg") for frame in range(NUM_FRAMES)),
            frame_numbers=tuple(range(NUM_FRAMES)),
            frames_per_second=30.0,
            expressions=tuple(_expressions(number)),
        )
        for number in range(num_subjects)
    )


def _expressions(number: int) -> Iterator[Expression]:
    shift = 3 * number % 20
    yield Expression(onset=15 + shift, apex=38 + shift, offset=62 + shift, kind=ExpressionKind.MACRO)
    yield Expression(onset=100 + shift, apex=104 + shift, offset=108 + shift, kind=ExpressionKind.MICRO)
    yield Expression(onset=150 + shift, apex=175 + shift, offset=205 + shift, kind=ExpressionKind.MACRO)


def made_up_inputs(folder: Path, *, num_subjects: int) -> TrackedInputs:
    """What a projection needs of the study beside its records; frame scores lie in `folder`."""
    return TrackedInputs(
        name="made-up", recordings=made_up_recordings(num_subjects), space=DEMO, folder=folder, is_rendered=True
    )


def made_up_records(inputs: TrackedInputs, *, num_configurations: int, identity: str, seed: int = 0) -> list[Record]:
    """The journal of the study; frame scores are written as well."""
    generator = np.random.default_rng(seed)
    study = StudyRecord(
        dataset="made-up",
        dataset_digest="0123456789abcdef",
        space=DEMO.as_dict(),
        seed=seed,
        scheduling="reproducible",
        lag=3,
        subjects=[recording.subject for recording in inputs.recordings],
        extraction={},
        versions={},
        identity=identity,
        recordings=described_recordings(inputs.recordings),
        rendered=True,
    )
    records: list[Record] = [study]
    state = StudyState(study)
    for number in range(num_configurations):
        asked = ConfigurationRecord(configuration=f"c{number:04d}", params=_drawn(generator))
        state.apply(asked)
        records += [asked, *_folds(inputs, state, asked, generator)]
    return records


def _drawn(generator: np.random.Generator) -> dict[str, Value]:
    params: dict[str, Value] = {}
    for name, dimension in DEMO.dimensions.items():
        if isinstance(dimension, Choice):
            params[name] = dimension.values[int(generator.integers(len(dimension.values)))]
        else:
            low, high = (math.log(float(end)) for end in dimension.ends())
            params[name] = math.exp(generator.uniform(low, high))
    return params


def _noise(params: dict[str, Value]) -> float:
    """How much of the scores is noise: less where the parameters are near the best."""
    distance = sum(abs(math.log10(float(params[name]) / best)) for name, best in _BEST.items())
    return min(_EVERYTHING_WRONG, 0.5 + 0.12 * distance + (0.0 if params["window"] == 17 else 0.05))


def _folds(
    inputs: TrackedInputs, state: StudyState, asked: ConfigurationRecord, generator: np.random.Generator
) -> Iterator[FoldRecord]:
    noise = _noise(asked.params)
    for recording in inputs.recordings:
        perfect = label_scores(recording.expressions, recording.num_frames)
        scores = ((1 - noise) * perfect + noise * generator.random(perfect.shape)).astype(np.float32)
        write_scores(scores_path(inputs.folder, asked.configuration, recording.subject), {recording.name: scores})
        table = count_fold(state, asked.configuration, recording.subject, folder=inputs.folder)
        seconds = float(generator.uniform(20, 40))
        yield FoldRecord(
            configuration=asked.configuration,
            subject=recording.subject,
            seed=1,
            counts={str(kind): table[0, row].tolist() for row, kind in enumerate(KINDS)},
            final_loss=noise,
            seconds={"training": seconds, "scoring": 0.5},
            usage=Usage(seconds=seconds + 1, num_gpus=GPUS_PER_FOLD).as_dict(),
        )
