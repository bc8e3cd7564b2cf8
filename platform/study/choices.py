"""Decoding and epoch of a configuration, chosen on its stored frame scores: from counts to a record and back."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from platform.study.records import DecodingRecord, StudyRecord
from search_spaces.stored_scores import APEX_THRESHOLDS
from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.metrics.apex_thresholds import ApexThresholds, stated_thresholds
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import LAST_EPOCH, Protocol, ProtocolResult, Setting, choose_settings
from spotformer_core.metrics.setting_tables import all_settings
from spotformer_core.shapes import Int

COUNTED = "counted_thresholds"
"""In the space of a study that counts at more apex thresholds than it tries, or obeys one that is fixed. Studies from
before this was done have none."""
_WITHOUT_CHOICE_OF_THRESHOLDS = (Protocol.FIXED, Protocol.AS_RELEASED)


def study_thresholds(study: StudyRecord) -> ApexThresholds:
    """The apex thresholds at which the folds of a study were counted, and which of them are chosen among.

    One that the space fixes is the only choice for its kind, but not in a study that began before this was so: its
    honest figures, which its sampler was told, were chosen among all.
    """
    fixed, grid = study.space.get("fixed", {}), tuple(study.space["apex_thresholds"])
    own = {name: value for name, value in fixed.items() if name in APEX_THRESHOLDS}
    stated = stated_thresholds(Configuration.from_parameters(own).decoding)
    obeyed = own if COUNTED in study.space else {}
    return ApexThresholds(
        counted=tuple(study.space.get(COUNTED, grid)),
        eligible={kind: (stated[kind],) if f"{kind}_apex_threshold" in obeyed else grid for kind in KINDS},
        stated=stated,
    )


def why_uncounted(study: StudyRecord, protocol: Protocol) -> str:
    """Why the journal of a study alone gives no result under a protocol; empty when it does.

    A study that chooses among epochs notes what `as-released` takes when it is decoded; one that began before that was
    done chose other things under this name.
    """
    if protocol not in _WITHOUT_CHOICE_OF_THRESHOLDS:
        return ""
    thresholds = study_thresholds(study)
    if thresholds.uncounted:
        listed = ", ".join(f"{one:g}" for one in thresholds.counted)
        stated = " and ".join(f"{one:g}" for one in thresholds.uncounted)
        return f"the study counted at the apex thresholds {listed}, not at the stated {stated}"
    if protocol is Protocol.AS_RELEASED and len({one.epoch for one in study_settings(study)}) > 1:
        return "the journal has no counts of every stored epoch at the stated apex thresholds"
    return ""


def study_settings(study: StudyRecord) -> tuple[Setting, ...]:
    """What a study chooses among; of equally good ones the first is taken.

    The last epoch and the configuration's own decoding come first, then earlier epochs from the latest on.
    """
    earlier = sorted(study.space.get("stored_epochs", ()), reverse=True)
    return all_settings((LAST_EPOCH, *earlier), num_decodings=len(study.decodings))


def searches_settings(study: StudyRecord) -> bool:
    """Whether there is more to choose on stored scores than apex thresholds."""
    return len(study_settings(study)) > 1


def decoding_record(
    study: StudyRecord, configuration: str, tables: Mapping[str, Int[np.ndarray, "settings kinds thresholds 3"]]
) -> DecodingRecord:
    """What every protocol chooses for every held-out subject; of those that need counts that are not there, nothing.

    Raises:
        InvalidValueError: with fewer than two subjects.
    """
    settings, thresholds = study_settings(study), study_thresholds(study)
    chosen = [one for one in Protocol if one not in _WITHOUT_CHOICE_OF_THRESHOLDS or not thresholds.uncounted]
    results = [choose_settings(protocol, tables, thresholds, settings) for protocol in chosen]
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
