"""The tables of [Deng2024] Sec. 4.3 and 4.4 as spaces: every row is a point, everything else is the paper's recipe.

Made for a GPU. The published figures are the paper's own; nothing here knows them.
"""

from search_spaces.vocabulary import Choice, Space

TABLE_3 = Space(
    name="table3",
    description="[Deng2024] Table III: SW-MRO or adjacent flow, FLGP or a mean; all 4 points (needs a GPU)",
    dimensions={"features": Choice(("adjacent", "sw-mro")), "graph_pooling": Choice(("average", "flgp"))},
    every_point=True,
)
TABLE_4 = Space(
    name="table4",
    description="[Deng2024] Table IV: the 5 architectures (needs a GPU)",
    dimensions={"architecture": Choice(("simul-st", "seq-st", "paral-st", "paral-st-shared", "simul-ts"))},
    every_point=True,
)
TABLE_5 = Space(
    name="table5",
    description="[Deng2024] Table V: the 7 windows from 9 to 25 frames (needs a GPU and a band of 24 steps)",
    dimensions={"window": Choice((9, 11, 15, 17, 19, 21, 25))},
    every_point=True,
)
TABLE_6 = Space(
    name="table6",
    description="[Deng2024] Table VI: the 8 weights lambda of the contrastive loss, 0 among them (needs a GPU)",
    dimensions={"contrastive_lambda": Choice((0.0, 0.001, 0.003, 0.005, 0.008, 0.01, 0.03, 0.05))},
    every_point=True,
)
