"""The one point that [Deng2024] Sec. 4.1 publishes, and what its released code does. Made for a GPU."""

from search_spaces.vocabulary import Space
from spotformer_core import recipes
from spotformer_core.recipes import changes_of

_FIRST_STORED_EPOCH = {"samm-lv": 2}
"""The released code begins to look at its second epoch on SAMM-LV and at its seventh elsewhere, counted from 1."""
_FIRST_STORED_EPOCH_ELSEWHERE = 7


def published(dataset: str) -> Space:
    """The configuration of the paper for a dataset; only apex thresholds are chosen."""
    return Space(
        name="published",
        description="the configuration of the paper, nothing varies but the apex thresholds (needs a GPU)",
        fixed=changes_of(recipes.published(dataset)),
    )


def as_released(dataset: str) -> Space:
    """Everything that the released code of the paper does for a dataset.

    Its apex thresholds stay at 0.5. Scores are stored after every epoch that it looks at, so that the protocol
    `as-released` can take the best epoch of every held-out subject, as that code does.
    """
    configuration = recipes.as_released(dataset)
    first = _FIRST_STORED_EPOCH.get(dataset, _FIRST_STORED_EPOCH_ELSEWHERE)
    return Space(
        name="as-released",
        description="everything that the paper's released code does, its choice of epochs included (needs a GPU)",
        fixed={**changes_of(configuration), "macro_apex_threshold": 0.5, "micro_apex_threshold": 0.5},
        stored_epochs=tuple(range(first, configuration.training.num_epochs)),
        convention="spotformer",
    )
