"""What to do with rows and frames that do not fit, where published code differs.

python -m platform.search --dataset cas-me-2 --root DIR --policy offset-zero=apex --policy past-end=drop
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from spotformer_core.errors import InvalidValueError, did_you_mean


class OnsetZero(StrEnum):
    """An onset 0 where frames are numbered from 1 (10 rows of SAMM-LV): the start was not seen."""

    FIRST_FRAME = "first-frame"
    """As the code of [Deng2024] has it."""
    APEX = "apex"
    """As two entries of MEGC2021 have it."""
    DROP = "drop"
    """As SoftNet has it, which leaves 333 macro-expressions."""


class OffsetZero(StrEnum):
    """An offset 0 (44 rows of CAS(ME)^2): the end was not annotated."""

    SYMMETRIC = "symmetric"
    """As far after the apex as the onset is before it: the training labels of ABPN and AUW-GCN."""
    APEX = "apex"
    """SoftNet and the MEGC2020 baseline."""
    APEX_PLUS_20 = "apex+20"
    """LGSNet."""
    UNMATCHABLE = "unmatchable"
    """A truth that nothing can find: what the evaluation of ABPN, AUW-GCN and [Deng2024] comes to."""


class PastEnd(StrEnum):
    """An offset past the last frame (3 rows of SAMM-LV)."""

    CLIP = "clip"
    """To the last frame; what begins past it stays as a truth that nothing can find: [Deng2024]'s table."""
    KEEP = "keep"
    DROP = "drop"
    """LGSNet."""


class Gaps(StrEnum):
    """An expression with frames that have no file (a tenth of CAS(ME)^3)."""

    NEAREST = "nearest"
    """Its ends move to the nearest frames that have one."""
    DROP = "drop"
    """LGSNet's reduced table."""


class DamagedFrames(StrEnum):
    """Images of CAS(ME)^3 that cannot be opened; each is treated as a gap or makes its recording fail."""

    LISTED = "listed"
    """Those in the release's own list, exception/error_info_damaged_image_partA.txt, are gaps."""
    LISTED_AND_EMPTY = "listed-and-empty"
    """Files without content are gaps too, in any dataset of images."""
    KEEP = "keep"
    """None is: they are found when the recording is decoded, which then fails by name."""


class Links(StrEnum):
    """Symbolic links among the frames and videos of a dataset; no truth depends on it."""

    INSIDE = "inside"
    """They must lead to something in the dataset's root."""
    ANYWHERE = "anywhere"


class ExpressionLengths(StrEnum):
    """Which expressions of CAS(ME)^3 count."""

    ALL = "all"
    PAPER = "paper"
    """Micro up to 15 and macro up to 120 frames from onset to offset, [Deng2024] Sec. 4.1: 288 and 2364 rows."""


class FirstFrame(StrEnum):
    """The number of the first frame in a table of the lineage."""

    BY_DATASET = "by-dataset"
    """1 for CAS(ME)^2 (names that begin with "casme_"), 0 for the others, as in [Deng2024]'s released code."""
    ZERO = "0"
    ONE = "1"


class SammStep(StrEnum):
    """Every how many frames of SAMM-LV one is kept."""

    SEVEN = "7"
    """28.6 frames per second, [Deng2024] Sec. 4.1."""
    EIGHT = "8"
    """25 frames per second: ABPN and AUW-GCN."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnotationPolicies:
    """What to do with rows and frames that do not fit, where published conventions differ.

    The defaults are [Deng2024]'s where its released code says; all rows of the releases stay in the totals.
    """

    onset_zero: OnsetZero = OnsetZero.FIRST_FRAME
    offset_zero: OffsetZero = OffsetZero.SYMMETRIC
    past_end: PastEnd = PastEnd.CLIP
    gaps: Gaps = Gaps.NEAREST
    damaged_frames: DamagedFrames = DamagedFrames.LISTED
    links: Links = Links.INSIDE
    expression_lengths: ExpressionLengths = ExpressionLengths.ALL
    lineage_first_frame: FirstFrame = FirstFrame.BY_DATASET
    samm_step: SammStep = SammStep.SEVEN

    def as_dict(self) -> dict[str, str]:
        """Names as on the command line, to values."""
        return {_spelt(one.name): str(getattr(self, one.name)) for one in fields(self)}


_DEFAULTS = AnnotationPolicies()


def policy_values() -> dict[str, tuple[str, ...]]:
    """Name of every policy, as on the command line, to its values; the default comes first."""
    chosen = {one.name: getattr(_DEFAULTS, one.name) for one in fields(_DEFAULTS)}
    return {
        _spelt(name): (str(default), *(str(one) for one in type(default) if one is not default))
        for name, default in chosen.items()
    }


def parse_policies(choices: Iterable[str]) -> AnnotationPolicies:
    """The policies that "offset-zero=apex" and the like name; the others are the defaults.

    Raises:
        InvalidValueError: for a choice of another form, a name that is chosen twice, and an unknown name or value, with
            what was meant.
    """
    kinds: dict[str, type[StrEnum]] = {one.name: type(getattr(_DEFAULTS, one.name)) for one in fields(_DEFAULTS)}
    known = {_spelt(name): name for name in kinds}
    chosen: dict[str, Any] = {}
    for choice in choices:
        name, equals, value = choice.partition("=")
        if not equals:
            raise InvalidValueError(
                f"a policy must be chosen as NAME=VALUE, got {choice!r}. For instance offset-zero=apex."
            )
        if name not in known:
            raise InvalidValueError(f"a policy must have a known name, got {name!r}. {did_you_mean(name, known)}")
        if known[name] in chosen:
            raise InvalidValueError(
                f"a policy must be chosen once, got {name}={chosen[known[name]]} and {choice}. Leave one of them out."
            )
        kind = kinds[known[name]]
        if value not in {str(one) for one in kind}:
            raise InvalidValueError(
                f"the policy {name} must have a known value, got {value!r}. {did_you_mean(value, map(str, kind))}"
            )
        chosen[known[name]] = kind(value)
    return replace(_DEFAULTS, **chosen)


def _spelt(field: str) -> str:
    return field.replace("_", "-")
