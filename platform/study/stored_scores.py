"""Counts of a study's stored frame scores under every setting that it chooses among; nothing is trained."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from platform.study.choices import decoding_record, study_settings, study_thresholds
from platform.study.records import DecodingRecord, StudyRecord
from platform.study.state import StudyState
from platform.study.workspace import scores_path, table_path
from spotformer_core.config import Configuration, DecodingConfig
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.decoding.score_files import read_scores
from spotformer_core.errors import StudyError
from spotformer_core.metrics.protocols import Setting
from spotformer_core.metrics.setting_tables import read_setting_table, setting_table
from spotformer_core.metrics.threshold_counts import Scored
from spotformer_core.shapes import Int


def choose_decoding(state: StudyState, configuration: str, *, folder: Path) -> DecodingRecord:
    """What is chosen for a configuration whose folds are all in, from the tables that its folds left in `folder`.

    A table that is missing is counted again from the frame scores.

    Raises:
        StudyError: when frame scores are missing or damaged, or a table is damaged.
    """
    settings = study_settings(state.study)
    tables = {}
    for subject in state.study.subjects:
        table = read_setting_table(table_path(folder, configuration, subject), settings)
        tables[subject] = table if table is not None else count_fold(state, configuration, subject, folder=folder)
    return decoding_record(state.study, configuration, tables)


def count_fold(
    state: StudyState, configuration: str, subject: str, *, folder: Path
) -> Int[np.ndarray, "settings kinds thresholds 3"]:
    """The counts of a finished fold under every setting of the study, from its frame scores in `folder`.

    Raises:
        StudyError: when frame scores are missing or damaged.
    """
    settings = study_settings(state.study)
    return setting_table(
        {
            epoch: _scored(state.study, scores_path(folder, configuration, subject, epoch=epoch), subject)
            for epoch in dict.fromkeys(one.epoch for one in settings)
        },
        settings,
        decodings=candidate_decodings(state.study, state.configurations[configuration].params),
        thresholds=study_thresholds(state.study).counted,
    )


def candidate_decodings(study: StudyRecord, params: Mapping[str, Any]) -> tuple[DecodingConfig, ...]:
    """Every candidate of a study on top of a configuration's own decoding."""
    own = configuration_of(study, params)
    return tuple(own.with_parameters(candidate).decoding for candidate in study.decodings)


def configuration_of(study: StudyRecord, params: Mapping[str, Any]) -> Configuration:
    """The whole configuration that these values of the study's dimensions stand for."""
    return Configuration.from_parameters({**study.space.get("fixed", {}), **params})


def decoding_at(state: StudyState, configuration: str, setting: Setting) -> DecodingConfig:
    """The decoding of a configuration under a setting; its apex thresholds are chosen apart."""
    return candidate_decodings(state.study, state.configurations[configuration].params)[setting.decoding]


def described_recordings(recordings: Sequence[Recording]) -> dict[str, dict[str, Any]]:
    """What a study notes of its recordings, as plain JSON values."""
    return {
        one.name: {
            "subject": one.subject,
            "frames_per_second": one.frames_per_second,
            "expressions": [[str(each.kind), each.onset, each.apex, each.offset] for each in one.expressions],
        }
        for one in recordings
    }


def _scored(study: StudyRecord, path: Path, subject: str) -> list[Scored]:
    scores = read_scores(path)
    own = {name: noted for name, noted in study.recordings.items() if noted["subject"] == subject}
    if set(scores) != set(own):
        raise StudyError(
            f"{path} must hold the recordings of subject {subject}, {sorted(own)}, got {sorted(scores)}. "
            "Restore the file, or name another --study."
        )
    return [(scores[name], [_expression(*values) for values in noted["expressions"]]) for name, noted in own.items()]


def _expression(kind: str, onset: int, apex: int, offset: int) -> Expression:
    return Expression(kind=ExpressionKind(kind), onset=onset, apex=apex, offset=offset)
