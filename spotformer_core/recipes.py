"""Training recipes by name: what [Deng2024] publishes, and what its released code does.

`published` is what the paper states and, where it is silent, the value of the released code; docs/recipes.md has the
source of every field. `as-released` is the released code where both differ.

Differs from [Deng2024]'s released code under `as-released`, because windows here are drawn one by one: its batches of
512 are 32 whole segments of 16 neighbouring windows, and its last batch of an epoch may be smaller. Its optimiser is
made in a file that was not released; the betas are the paper's, and weight decay is on the weights of linear and
convolution layers, as in the code that it grew out of.
"""

from collections.abc import Callable
from typing import Any

from spotformer_core.config import BinaryLoss, BoundaryLoss, Configuration, ContrastiveLoss
from spotformer_core.errors import InvalidValueError, did_you_mean

_SAMM_LV, _CAS_ME_3 = "samm-lv", "cas-me-3"
_MACRO_WEIGHT_ON_SAMM_LV = 0.55
_EPOCHS_ON_CAS_ME_3 = 90


def published(dataset: str) -> Configuration:
    """[Deng2024] Sec. 3 and 4.1; where the paper is silent, its released code.

    Args:
        dataset: name of the dataset; SAMM-LV has a `macro_weight` of its own in the released code.
    """
    weight = {"macro_weight": _MACRO_WEIGHT_ON_SAMM_LV} if dataset == _SAMM_LV else {}
    return Configuration.from_parameters(weight)


def as_released(dataset: str) -> Configuration:
    """What the released code of [Deng2024] does for a dataset: "samm-lv", "cas-me-2", "cas-me-3" or any other."""
    return published(dataset).with_parameters(
        {
            "binary_loss": BinaryLoss.DISTANCE_FOCAL,
            "label_smoothing": 0.16,
            "boundary_loss": BoundaryLoss.CROSS_ENTROPY,
            "contrastive_loss": ContrastiveLoss.AS_RELEASED,
            "contrastive_base_tau": 0.07,
            # Its search for boundaries ends at 16 and 59 frames, rounded down.
            "macro_duration": 59,
            "micro_min_duration": 5,
            "boundary_consistency": True,
            "max_proposals_per_recording": 5,
        }
        | ({"num_epochs": _EPOCHS_ON_CAS_ME_3} if dataset == _CAS_ME_3 else {})
    )


RECIPES: dict[str, Callable[[str], Configuration]] = {"published": published, "as-released": as_released}


def recipe(name: str, *, dataset: str) -> Configuration:
    """The configuration of the recipe of this name for a dataset.

    Raises:
        InvalidValueError: when there is none.
    """
    if name not in RECIPES:
        raise InvalidValueError(f"a recipe must be one of the named ones, got {name!r}. {did_you_mean(name, RECIPES)}")
    return RECIPES[name](dataset)


def changes_of(configuration: Configuration) -> dict[str, Any]:
    """The fields whose value is not the default of `Configuration`, as plain JSON values."""
    usual = Configuration().parameters()
    return {name: value for name, value in configuration.parameters().items() if value != usual[name]}
