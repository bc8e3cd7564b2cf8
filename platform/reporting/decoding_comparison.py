"""What decoding a study anew came to: what was chosen for whom, what it scores, and how much that gains."""

from dataclasses import dataclass
from typing import Any

from platform.reporting.study_comparison import (
    ComparedConfiguration,
    StudyComparison,
    compare_configurations,
    f1_estimates,
    per_subject_counts,
)
from platform.study.choices import study_settings
from platform.study.leaderboard import OVERALL
from platform.study.state import StudyState
from platform.study.stored_scores import configuration_of, decoding_at
from spotformer_core.metrics.bootstrap import Estimate
from spotformer_core.metrics.comparison import Difference, paired_difference
from spotformer_core.metrics.protocols import LAST_EPOCH, Protocol, ProtocolResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """One choice, and the held-out subjects that it was made for.

    Attributes:
        epoch: counted from 1.
        decoding: values of the fields that vary.
        thresholds: apex threshold by kind.
    """

    epoch: int
    decoding: dict[str, Any]
    thresholds: dict[str, float]
    subjects: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodedConfiguration:
    """One configuration before and after.

    Attributes:
        before: overall F1 under the honest protocol, as the study itself has it.
        after: with the decodings that were tried now.
        gain: of the honest overall F1, on the same subjects.
        choices: by protocol, the choice for most subjects first.
    """

    before: Estimate
    after: ComparedConfiguration
    gain: Difference
    choices: dict[Protocol, tuple[Chosen, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodingReport:
    """Configurations decoded anew, best honest overall F1 first.

    Attributes:
        num_decodings: candidates, the configurations' own decoding among them.
        epochs: whose scores were stored, by number; LAST_EPOCH is the last.
    """

    comparison: StudyComparison
    configurations: tuple[DecodedConfiguration, ...]
    num_decodings: int
    epochs: tuple[int, ...]


def compare_decodings(before: StudyState, after: StudyState, *, seed: int = 0) -> DecodingReport:
    """The report on a study and on the same configurations decoded anew; equal seeds give equal intervals.

    Raises:
        InvalidValueError: when the study has fewer than two subjects, or for a negative seed.
    """
    comparison = compare_configurations(after, seed=seed)
    fields = tuple(after.study.decodings[-1])
    return DecodingReport(
        comparison=comparison,
        configurations=tuple(
            _decoded(before, after, one, fields=fields, seed=seed) for one in comparison.configurations
        ),
        num_decodings=len(after.study.decodings),
        epochs=tuple(dict.fromkeys(one.epoch for one in study_settings(after.study))),
    )


def _decoded(
    before: StudyState, after: StudyState, compared: ComparedConfiguration, *, fields: tuple[str, ...], seed: int
) -> DecodedConfiguration:
    name = compared.name
    old, new = (state.result(name, Protocol.HONEST) for state in (before, after))
    return DecodedConfiguration(
        before=f1_estimates(old, seed=seed)[OVERALL],
        after=compared,
        gain=paired_difference(per_subject_counts(new)[OVERALL], per_subject_counts(old)[OVERALL], seed=seed),
        choices={
            protocol: _choices(after, name, result, fields=fields) for protocol, result in after.results(name).items()
        },
    )


def _choices(state: StudyState, name: str, result: ProtocolResult, *, fields: tuple[str, ...]) -> tuple[Chosen, ...]:
    subjects_of: dict[tuple[Any, ...], list[str]] = {}
    for subject in sorted(result.settings):
        thresholds = tuple((str(kind), value) for kind, value in result.thresholds[subject].items())
        subjects_of.setdefault((result.settings[subject], thresholds), []).append(subject)
    last = configuration_of(state.study, state.configurations[name].params).training.num_epochs
    return tuple(
        Chosen(
            epoch=last if setting.epoch == LAST_EPOCH else setting.epoch,
            decoding={field: getattr(decoding_at(state, name, setting), field) for field in fields},
            thresholds=dict(thresholds),
            subjects=tuple(subjects),
        )
        for (setting, thresholds), subjects in sorted(subjects_of.items(), key=lambda item: -len(item[1]))
    )
