"""Totals of the releases as published; a complete copy that is read with the default policies has just these."""

from collections.abc import Mapping
from dataclasses import dataclass

from spotformer_core.datasets import cas_me_2, cas_me_3, samm_lv
from spotformer_core.datasets.recording import Dataset, ExpressionKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What a dataset holds; recordings and subjects without any expression do not count."""

    recordings: int
    subjects: int
    macro: int
    micro: int


PUBLISHED: Mapping[str, Totals] = {
    samm_lv.NAME: Totals(recordings=147, subjects=30, macro=343, micro=159),
    cas_me_2.NAME: Totals(recordings=95, subjects=22, macro=300, micro=57),
    cas_me_3.NAME: Totals(recordings=956, subjects=98, macro=3346, micro=860),
}
"""By the name of the dataset. CAS(ME)^2 has three recordings more that are not annotated."""


def totals(dataset: Dataset) -> Totals:
    """The totals of a dataset that was read."""
    annotated = [recording for recording in dataset.recordings if recording.expressions]
    kinds = [expression.kind for recording in annotated for expression in recording.expressions]
    return Totals(
        recordings=len(annotated),
        subjects=len({recording.subject for recording in annotated}),
        macro=kinds.count(ExpressionKind.MACRO),
        micro=kinds.count(ExpressionKind.MICRO),
    )
