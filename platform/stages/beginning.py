"""What a study is when it begins: the first record of its journal."""

import random

from platform.rendering.rendered_root import RECORD_FILE
from platform.sampling.decodings import draw_decodings
from platform.stages.search_options import SearchOptions
from platform.study.identity import dataset_digest, json_values, subject_order, versions
from platform.study.origin import revision, without_credentials
from platform.study.records import StudyRecord
from platform.study.stored_scores import described_recordings
from spotformer_core.config import Configuration
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import InvalidValueError
from spotformer_core.flow.store import FlowStore


def study_record(dataset: Dataset, store: FlowStore, options: SearchOptions) -> StudyRecord:
    """What must be equal for a study to be continued.

    Raises:
        InvalidValueError: when there are fewer than two subjects.
    """
    require_two_subjects(dataset)
    return StudyRecord(
        dataset=dataset.name,
        dataset_digest=dataset_digest(dataset.recordings),
        space=json_values(options.space.as_dict()),
        seed=options.seed,
        scheduling=str(options.scheduling),
        lag=options.lag,
        subjects=subject_order(dataset.subjects, seed=options.seed),
        extraction=store.settings.as_dict(),
        versions=versions(),
        defaults=Configuration().parameters(),
        identity=f"{random.SystemRandom().getrandbits(64):016x}",
        repairs=dataset.repairs,
        missing_recordings=list(dataset.missing),
        decodings=draw_decodings(options.space.decoding, count=options.space.num_decodings, seed=options.seed),
        recordings=described_recordings(dataset.recordings),
        rendered=is_rendered(dataset),
        sampler=str(options.sampler),
        racing=str(options.racing),
        stack_folds=options.stack_folds,
        prior_studies=list(options.prior_studies),
        command=without_credentials(options.command),
        revision=revision(),
    )


def require_two_subjects(dataset: Dataset) -> None:
    """Raises InvalidValueError unless leave-one-subject-out is possible."""
    if len(dataset.subjects) < 2:
        raise InvalidValueError(
            f"leave-one-subject-out needs recordings of at least 2 subjects, got {list(dataset.subjects)} in "
            f"{dataset.root}. Add recordings of another subject."
        )


def is_rendered(dataset: Dataset) -> bool:
    """Whether the dataset was rendered by this software, so that its figures say nothing about people."""
    return (dataset.root / RECORD_FILE).exists()
