"""The spaces that `--space` knows by name."""

from search_spaces.demo import DEMO
from search_spaces.demo_decoding import DEMO_DECODING
from search_spaces.full import FULL
from search_spaces.published import PUBLISHED
from search_spaces.released import RELEASED
from search_spaces.smoke import SMOKE, SMOKE_DECODING
from search_spaces.tables import TABLE_3, TABLE_4, TABLE_5, TABLE_6
from search_spaces.vocabulary import Space
from spotformer_core.errors import InvalidValueError, did_you_mean

_SPACES = {
    space.name: space
    for space in (
        *(DEMO, DEMO_DECODING, FULL, PUBLISHED, RELEASED, SMOKE, SMOKE_DECODING),
        *(TABLE_3, TABLE_4, TABLE_5, TABLE_6),
    )
}


def named_space(name: str) -> Space:
    """The space of this name.

    Raises:
        InvalidValueError: when no space has it.
    """
    if name not in _SPACES:
        raise InvalidValueError(
            f"a space must be one of the named ones or a file that ends in .yaml or .py, got {name!r}. "
            f"{did_you_mean(name, _SPACES)}"
        )
    return _SPACES[name]


def names_of_spaces() -> dict[str, str]:
    """Name and description of every named space."""
    return {name: space.description for name, space in _SPACES.items()}
