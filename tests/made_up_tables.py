"""Annotation tables that tests make up: they are no release, and must be accepted as such."""

from typing import Final

from spotformer_core.datasets.policy_choices import Acceptance, AnnotationPolicies

POLICIES: Final = AnnotationPolicies(
    other_totals=Acceptance.ACCEPT,
    excess_repairs=Acceptance.ACCEPT,
    odd_lengths=Acceptance.ACCEPT,
    unknown_recordings=Acceptance.ACCEPT,
)
OPTIONS: Final = tuple(
    part
    for name in ("other-totals", "excess-repairs", "odd-lengths", "unknown-recordings")
    for part in ("--policy", f"{name}=accept")
)
"""The same on a command line."""
