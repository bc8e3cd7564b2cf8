"""Training recipes by name: the paper's and that of its released code.

Differs from [Deng2024]'s released code under `as-released`, because windows here are drawn one by one: its batches of
512 are 32 whole segments of 16 neighbouring windows, and its last batch of an epoch may be smaller. Its optimiser is
made in a file that was not released; the betas are the paper's.
"""

from collections.abc import Callable

from spotformer_core.config import (
    BinaryLoss,
    BoundaryLoss,
    Configuration,
    LabelRule,
    LearningRateSchedule,
    TrainingFrames,
)
from spotformer_core.errors import InvalidValueError, did_you_mean


def paper(dataset: str) -> Configuration:  # noqa: ARG001  one signature for all recipes
    """[Deng2024] Sec. 4.1, the same for all datasets. What it leaves open is said at the fields of `Configuration`."""
    return Configuration()


def as_released(dataset: str) -> Configuration:
    """What the released code of [Deng2024] does for a dataset: "samm-lv", "cas-me-2", "cas-me-3" or any other."""
    return Configuration.from_parameters(
        {
            "binary_loss": BinaryLoss.DISTANCE_FOCAL,
            "label_smoothing": 0.16,
            "boundary_loss": BoundaryLoss.CROSS_ENTROPY,
            "macro_weight": 0.55 if dataset == "samm-lv" else 0.5,
            "contrastive_base_tau": 0.07,
            "num_epochs": 90 if dataset == "cas-me-3" else 100,
            "learning_rate_schedule": LearningRateSchedule.EXPONENTIAL,
            "learning_rate_decay": 0.96,
            "training_frames": TrainingFrames.EXPRESSION_SEGMENTS,
            "labels": LabelRule.AS_RELEASED,
            # Its search for boundaries ends at 16 and 59 frames, rounded down.
            "macro_duration": 59,
            "micro_min_duration": 5,
            "boundary_consistency": True,
            "max_proposals_per_recording": 5,
        }
    )


RECIPES: dict[str, Callable[[str], Configuration]] = {"paper": paper, "as-released": as_released}


def recipe(name: str, *, dataset: str) -> Configuration:
    """The configuration of the recipe of this name for a dataset.

    Raises:
        InvalidValueError: when there is none.
    """
    if name not in RECIPES:
        raise InvalidValueError(f"a recipe must be one of the named ones, got {name!r}. {did_you_mean(name, RECIPES)}")
    return RECIPES[name](dataset)
