"""What a space may search on stored frame scores, without training: the decoding and the epoch."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from search_spaces.dimensions import Dimension
from spotformer_core.config import Configuration, DecodingConfig
from spotformer_core.errors import InvalidValueError, did_you_mean, require

APEX_THRESHOLDS = ("macro_apex_threshold", "micro_apex_threshold")
DECODING_FIELDS = tuple(one.name for one in fields(DecodingConfig) if one.name not in APEX_THRESHOLDS)
"""What `Space.decoding` may name."""
USUAL_CONVENTION = "strict"
"""The rule of MEGC, [Deng2024] Sec. 4.1: `spotformer_core.metrics.conventions`."""


def require_thresholds(thresholds: Sequence[float]) -> None:
    """Raises InvalidValueError unless these are apex thresholds, the lowest first."""
    require(
        len(thresholds) > 0
        and list(thresholds) == sorted(set(thresholds))
        and all(0 <= value <= 1 for value in thresholds),
        "apex_thresholds",
        "rising numbers in [0, 1]",
        thresholds,
        "For instance (0.1, 0.3, 0.5).",
    )


def require_searchable(
    decoding: Mapping[str, Dimension], dimensions: Mapping[str, Dimension], *, count: int, space: str
) -> None:
    """Raises InvalidValueError unless `count` decodings can be drawn beside the dimensions of a space of this name."""
    for name in decoding:
        if name not in DECODING_FIELDS:
            raise InvalidValueError(
                f"a name in decoding must be a field of the decoding other than apex thresholds, got {name!r} in "
                f"{space!r}. {did_you_mean(name, DECODING_FIELDS)}"
            )
        if name in dimensions:
            raise InvalidValueError(
                f"{name} must vary in one place, got it in dimensions and in decoding of {space!r}. "
                "Take it out of dimensions: decoding needs no training."
            )
    repair = "64 is usual; each costs every fold some hundredths of a second."
    require(count >= 1, "num_decodings", "at least 1", count, repair)


def require_stored_epochs(epochs: Sequence[int], dimensions: Mapping[str, Dimension], base: Configuration) -> None:
    """Raises InvalidValueError unless every one of `epochs` comes before the last epoch of every configuration."""
    varied = dimensions.get("num_epochs")
    fewest = base.training.num_epochs if varied is None else min(int(end) for end in varied.ends())
    require(
        list(epochs) == sorted(set(epochs)) and all(1 <= epoch < fewest for epoch in epochs),
        "stored_epochs",
        f"rising numbers from 1, below the fewest num_epochs ({fewest})",
        epochs,
        "The last epoch is always stored.",
    )
