"""The tables of [Deng2024] Sec. 4.3 and 4.4 as spaces: every row is a point, everything else is the paper's recipe.

Made for a GPU. The published figures are the paper's own; nothing here knows them.
"""

from search_spaces.vocabulary import Choice, Dimension, Space
from spotformer_core.recipes import changes_of, published


def table_3(dataset: str) -> Space:
    """Table III: motion features and graph pooling."""
    return _table(
        "table3",
        "[Deng2024] Table III: SW-MRO or adjacent flow, FLGP or a mean; all 4 points (needs a GPU)",
        {"features": Choice(("adjacent", "sw-mro")), "graph_pooling": Choice(("average", "flgp"))},
        dataset,
    )


def table_4(dataset: str) -> Space:
    """Table IV: architectures."""
    return _table(
        "table4",
        "[Deng2024] Table IV: the 5 architectures (needs a GPU)",
        {"architecture": Choice(("simul-st", "seq-st", "paral-st", "paral-st-shared", "simul-ts"))},
        dataset,
    )


def table_5(dataset: str) -> Space:
    """Table V: windows."""
    return _table(
        "table5",
        "[Deng2024] Table V: the 7 windows from 9 to 25 frames (needs a GPU and a band of 24 steps)",
        {"window": Choice((9, 11, 15, 17, 19, 21, 25))},
        dataset,
    )


def table_6(dataset: str) -> Space:
    """Table VI: weights of the contrastive loss."""
    return _table(
        "table6",
        "[Deng2024] Table VI: the 8 weights lambda of the contrastive loss, 0 among them (needs a GPU)",
        {"contrastive_lambda": Choice((0.0, 0.001, 0.003, 0.005, 0.008, 0.01, 0.03, 0.05))},
        dataset,
    )


def _table(name: str, description: str, dimensions: dict[str, Dimension], dataset: str) -> Space:
    return Space(
        name=name,
        description=description,
        fixed=changes_of(published(dataset)),
        dimensions=dimensions,
        every_point=True,
    )
