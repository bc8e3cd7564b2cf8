"""What may vary in a search: declarations only, in a small vocabulary of our own.

A space names fields of `spotformer_core.config.Configuration`; how they are drawn is `platform`'s business.
"""

from search_spaces.named import named_space, names_of_spaces
from search_spaces.vocabulary import Choice, Condition, Dimension, Float, Integer, LogFloat, Space

__all__ = [
    "Choice",
    "Condition",
    "Dimension",
    "Float",
    "Integer",
    "LogFloat",
    "Space",
    "named_space",
    "names_of_spaces",
]
