"""How public scorers count, by name: what a length is, which overlap is enough, and who finds whom.

    name         length     enough     who finds whom                       a CAS(ME)^2 offset 0 is
    strict       inclusive  >= 0.5     pairs by falling IoU, one to one     as far from the apex as the onset
    optimal      inclusive  >= 0.5     as many pairs as possible            as far from the apex as the onset
    megc2020     inclusive  >= 0.5     any detection finds any truth        the apex
    strs         inclusive  >= 0.5     every pair                           as far from the apex as the onset
    spotformer   exclusive  >= 0.5     truths in order take the best left   kept, so that nothing finds it
    any-kind     inclusive  >= 0.5     as strict, whatever the kind         as far from the apex as the onset
    sl-swin      inclusive  > 0.5      a detection only its best truth      the apex

`strict` is the rule of MEGC that [Deng2024] Sec. 4.1 states and what this project reports everywhere.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from spotformer_core.choices import IntervalLength
from spotformer_core.errors import InvalidValueError, did_you_mean, require

IOU_THRESHOLD = 0.5
"""theta_IoU of Eq. 6 of [Deng2024]."""


class Enough(StrEnum):
    """Which IoU lets a detection find a truth."""

    AT_LEAST = "at least the threshold"
    ABOVE = "above the threshold"


class Matching(StrEnum):
    """Who finds whom, of the pairs that overlap enough."""

    FALLING_IOU = "falling-iou"
    """Pairs by falling IoU, of equal ones the first detection's; one to one."""
    TRUTH_ORDER = "truth-order"
    """Each truth in order takes the best detection that is left; one to one."""
    OPTIMAL = "optimal"
    """The most pairs that any choice gives, by maximum bipartite matching; one to one."""
    ANY = "any"
    """Each truth is found by the first detection that overlaps it enough; a detection may find several."""
    OWN_BEST = "own-best"
    """Detections in order take the truth that each overlaps most; one whose truth is taken finds nothing."""


class Kinds(StrEnum):
    """Whether macro- and micro-expressions are counted apart."""

    APART = "apart"
    ANY = "any"
    """Detections may find truths of any kind and need none of their own."""
    IF_GIVEN = "if-given"
    """Apart where detections have a kind."""


class MissingOffset(StrEnum):
    """What an offset 0 ("not annotated", 44 rows of CAS(ME)^2) becomes."""

    SYMMETRIC = "symmetric"
    """As far behind the apex as the onset is before it."""
    APEX = "apex"
    APEX_PLUS_20 = "apex-plus-20"
    """20 frames behind the apex, as LGSNet has it."""
    KEPT = "kept"
    """The truth ends before it begins: nothing finds it, and it counts as missed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Convention:
    """One way of counting.

    Attributes:
        shortest: intervals of fewer frames, both ends counted, find nothing and are not found.
        nothing_is_one_false: a recording with a truth of a kind and no detection of it counts one false positive.
        every_pair_counts: with `Matching.ANY`, whether each pair of a detection and a truth is a true positive and only
            a detection in no pair a false one (STRS); otherwise every detection beyond the truths found is (MEGC2020).
        truths_needed: recordings without a truth of a kind are left out where that kind is counted.
        detections_needed: subjects without a detection of a kind are left out where that kind is counted.
    """

    name: str
    length: IntervalLength
    matching: Matching
    missing_offset: MissingOffset
    enough: Enough = Enough.AT_LEAST
    iou_threshold: float = IOU_THRESHOLD
    shortest: int = 1
    nothing_is_one_false: bool = False
    every_pair_counts: bool = False
    truths_needed: bool = False
    detections_needed: bool = False
    kinds: Kinds = Kinds.APART

    def __post_init__(self) -> None:
        require(
            0 < self.iou_threshold <= 1,
            "iou_threshold",
            "greater than 0 and at most 1",
            self.iou_threshold,
            "MEGC uses 0.5.",
        )

    @property
    def counts_recordings_alone(self) -> bool:
        """Whether the counts of a kind in a recording follow from that recording, and each truth is found once."""
        return not (self.every_pair_counts or self.detections_needed or self.kinds is Kinds.ANY)

    def for_detections(self, *, have_kinds: bool) -> "Convention":
        """The convention for detections that have a kind or none: its `kinds` are APART or ANY.

        Raises:
            InvalidValueError: when it counts kinds apart and the detections have none.
        """
        if self.kinds is Kinds.IF_GIVEN:
            return replace(self, kinds=Kinds.APART if have_kinds else Kinds.ANY)
        if self.kinds is Kinds.APART and not have_kinds:
            raise InvalidValueError(
                f"detections must say of which kind they are where {self.name} counts them, got no kind. "
                f"Add a column kind (macro or micro), or use --convention {ANY_KIND.name}, which asks for none."
            )
        return self


STRICT: Final = Convention(
    name="strict",
    length=IntervalLength.INCLUSIVE,
    matching=Matching.FALLING_IOU,
    missing_offset=MissingOffset.SYMMETRIC,
)
OPTIMAL: Final = Convention(
    name="optimal",
    length=IntervalLength.INCLUSIVE,
    matching=Matching.OPTIMAL,
    missing_offset=MissingOffset.SYMMETRIC,
)
# The baseline's scorer counts the overlap of two disjoint intervals as 1. Of two frames or more, and it leaves shorter
# ones out, disjoint intervals then have an IoU of at most 1/3, so that this decides nothing at 0.5.
MEGC2020: Final = Convention(
    name="megc2020",
    length=IntervalLength.INCLUSIVE,
    matching=Matching.ANY,
    missing_offset=MissingOffset.APEX,
    shortest=2,
)
# ORIGIN: genbing99/STRS-Metric, strs_metric.py at commit 1802cf5. It knows no kind; where detections have one, it is
# as if it had been run on the detections and truths of each kind.
STRS: Final = Convention(
    name="strs",
    length=IntervalLength.INCLUSIVE,
    matching=Matching.ANY,
    missing_offset=MissingOffset.SYMMETRIC,
    every_pair_counts=True,
    truths_needed=True,
    detections_needed=True,
    kinds=Kinds.IF_GIVEN,
)
SPOTFORMER: Final = Convention(
    name="spotformer",
    length=IntervalLength.EXCLUSIVE,
    matching=Matching.TRUTH_ORDER,
    missing_offset=MissingOffset.KEPT,
)
# ORIGIN: eddiehe99/pytorch-expression-spotting, the code of [He2023]: scoring by mean average precision of boxes, which
# must not be empty, so that a recording without a detection is given one that finds nothing.
SL_SWIN: Final = Convention(
    name="sl-swin",
    length=IntervalLength.INCLUSIVE,
    matching=Matching.OWN_BEST,
    missing_offset=MissingOffset.APEX,
    enough=Enough.ABOVE,
    nothing_is_one_false=True,
    truths_needed=True,
)

ANY_KIND: Final = replace(STRICT, name="any-kind", kinds=Kinds.ANY)

CONVENTIONS: Final = {one.name: one for one in (STRICT, OPTIMAL, MEGC2020, STRS, SPOTFORMER, SL_SWIN, ANY_KIND)}
"""Every convention by its name."""


def convention_named(name: str) -> Convention:
    """The convention of this name.

    Raises:
        InvalidValueError: when none has it.
    """
    if name not in CONVENTIONS:
        raise InvalidValueError(
            f"a convention must be one of the named ones, got {name!r}. {did_you_mean(name, CONVENTIONS)}"
        )
    return CONVENTIONS[name]
