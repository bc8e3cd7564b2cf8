"""The spaces that `--space` knows by name. What the paper and its released code do depends on the dataset."""

from collections.abc import Callable

from search_spaces.demo import DEMO
from search_spaces.demo_decoding import DEMO_DECODING
from search_spaces.full import FULL
from search_spaces.imported_features import imported_features
from search_spaces.published import as_released, published
from search_spaces.smoke import SMOKE, SMOKE_DECODING
from search_spaces.tables import table_3, table_4, table_5, table_6
from search_spaces.vocabulary import Space
from spotformer_core.errors import InvalidValueError, did_you_mean

_ANY_DATASET = ""
_SPACES: dict[str, Space | Callable[[str], Space]] = {
    "demo": DEMO,
    "demo-decoding": DEMO_DECODING,
    "full": FULL,
    "published": published,
    "as-released": as_released,
    "imported-features": imported_features,
    "smoke": SMOKE,
    "smoke-decoding": SMOKE_DECODING,
    "table3": table_3,
    "table4": table_4,
    "table5": table_5,
    "table6": table_6,
}


def named_space(name: str, *, dataset: str = _ANY_DATASET) -> Space:
    """The space of this name for a dataset.

    Args:
        dataset: its name; "samm-lv", "cas-me-2" and "cas-me-3" have values of their own in the released code.

    Raises:
        InvalidValueError: when no space has the name.
    """
    if name not in _SPACES:
        raise InvalidValueError(
            f"a space must be one of the named ones or a file that ends in .yaml or .py, got {name!r}. "
            f"{did_you_mean(name, _SPACES)}"
        )
    space = _SPACES[name]
    return space if isinstance(space, Space) else space(dataset)


def names_of_spaces() -> dict[str, str]:
    """Name and description of every named space."""
    return {name: named_space(name).description for name in _SPACES}
