"""Decoding and epoch of a configuration, chosen on its stored frame scores: from counts to a record and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from platform.study.records import DecodingRecord, StudyRecord
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.metrics.conventions import STRICT, Convention, convention_named
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import LAST_EPOCH, Protocol, ProtocolResult, Setting, choose_settings
from spotformer_core.metrics.setting_tables import all_settings
from spotformer_core.shapes import Int


def study_settings(study: StudyRecord) -> tuple[Setting, ...]:
    """What a study chooses among; of equally good ones the first is taken.

    The last epoch and the configuration's own decoding come first, then earlier epochs from the latest on.
    """
    earlier = sorted(study.space.get("stored_epochs", ()), reverse=True)
    return all_settings((LAST_EPOCH, *earlier), num_decodings=len(study.decodings))


def convention_of(study: StudyRecord) -> Convention:
    """How the proposals of a study are counted."""
    return convention_named(study.space.get("convention", STRICT.name))


def searches_settings(study: StudyRecord) -> bool:
    """Whether there is more to choose on stored scores than apex thresholds."""
    return len(study_settings(study)) > 1


def decoding_record(
    study: StudyRecord, configuration: str, tables: Mapping[str, Int[np.ndarray, "settings kinds thresholds 3"]]
) -> DecodingRecord:
    """What every protocol chooses for every held-out subject.

    Raises:
        InvalidValueError: with fewer than two subjects.
    """
    settings, thresholds = study_settings(study), study.space["apex_thresholds"]
    results = [choose_settings(protocol, tables, thresholds, settings) for protocol in Protocol]
    return DecodingRecord(
        configuration=configuration,
        choices={
            str(result.protocol): {subject: _as_choice(result, subject) for subject in sorted(tables)}
            for result in results
        },
    )


def recorded_result(record: DecodingRecord, protocol: Protocol) -> ProtocolResult:
    """The result under a protocol that `decoding_record` wrote down."""
    result = ProtocolResult(protocol=protocol, thresholds={}, counts={}, settings={})
    for subject, choice in record.choices[str(protocol)].items():
        result.settings[subject] = Setting(epoch=choice["epoch"], decoding=choice["decoding"])
        result.thresholds[subject] = {ExpressionKind(kind): value for kind, value in choice["thresholds"].items()}
        result.counts[subject] = {ExpressionKind(kind): Counts(*values) for kind, values in choice["counts"].items()}
    return result


def _as_choice(result: ProtocolResult, subject: str) -> dict[str, Any]:
    setting = result.settings[subject]
    return {
        "epoch": setting.epoch,
        "decoding": setting.decoding,
        "thresholds": {str(kind): result.thresholds[subject][kind] for kind in KINDS},
        "counts": {str(kind): list(result.counts[subject][kind].as_dict().values()) for kind in KINDS},
    }
