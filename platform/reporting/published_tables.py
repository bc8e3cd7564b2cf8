"""The figures that [Deng2024] publishes in Tables I to VII; nothing else in this project repeats them.

F1 stands in the order macro, micro, overall; None is the paper's dash.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from spotformer_core.choices import Architecture, GraphPooling, MotionFeatures
from spotformer_core.config import Configuration
from spotformer_core.datasets import cas_me_2, cas_me_3, samm_lv
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.metrics.counts import Counts

SAMM_LV, CAS_ME_2, CAS_ME_3, BOTH = samm_lv.NAME, cas_me_2.NAME, cas_me_3.NAME, "both"
MATCHED = ("architecture", "window", "contrastive_lambda", "features", "graph_pooling")
"""The parameters that tell the rows of the paper's tables apart."""

Figures = tuple[float | None, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedRow:
    """One row of a table.

    Attributes:
        f1: by dataset; macro, micro and overall, of BOTH overall alone.
        changes: how its configuration differs from the published one in `MATCHED`; None for the method of others.
    """

    label: str
    f1: Mapping[str, Figures]
    changes: Mapping[str, object] | None = None

    @property
    def parameters(self) -> dict[str, object] | None:
        """Values of `MATCHED`; None for the method of others."""
        if self.changes is None:
            return None
        usual = Configuration().parameters()
        return {name: usual[name] for name in MATCHED} | dict(self.changes)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedTable:
    """One table of F1."""

    number: str
    title: str
    rows: tuple[PublishedRow, ...]

    @property
    def datasets(self) -> tuple[str, ...]:
        """In the order of the paper's columns."""
        return tuple(dict.fromkeys(dataset for row in self.rows for dataset in row.f1))


def _row(label: str, *figures: float | None, **changes: object) -> PublishedRow:
    """A row of SpotFormer with so many figures as the table has: SAMM-LV, CAS(ME)^2, both."""
    f1: dict[str, Figures] = {SAMM_LV: figures[:3]}
    if len(figures) > 3:
        f1[CAS_ME_2] = figures[3:6]
    if len(figures) > 6:
        f1[BOTH] = figures[6:]
    return PublishedRow(label=label, f1=f1, changes=changes)


def _other(label: str, *figures: float | None) -> PublishedRow:
    return PublishedRow(label=label, f1={SAMM_LV: figures[:3], CAS_ME_2: figures[3:]})


TABLE_I: Final = PublishedTable(
    number="I",
    title="comparison with other methods",
    rows=(
        _other("MDMD", 0.0629, 0.0364, 0.0445, 0.1196, 0.0082, 0.0376),
        _other("Optical Strain", None, None, None, 0.1436, 0.0098, 0.0448),
        _other("Zhang et al.", 0.0725, 0.1331, 0.0999, 0.2131, 0.0547, 0.1403),
        _other("He", 0.4149, 0.2162, 0.3638, 0.3782, 0.1965, 0.3436),
        _other("Zhao et al.", None, None, 0.3863, None, None, 0.4030),
        _other("Wang et al.", 0.3724, 0.2866, 0.3419, 0.5061, 0.2614, 0.4558),
        _other("Verburg", None, 0.0821, None, None, None, None),
        _other("LBCNN", None, None, 0.0813, None, None, 0.0595),
        _other("MESNet", None, 0.0880, None, None, 0.0360, None),
        _other("SOFTNet", 0.2169, 0.1520, 0.1881, 0.2410, 0.1173, 0.2022),
        _other("3D-CNN", 0.1595, 0.0466, 0.1084, 0.2145, 0.0714, 0.1675),
        _other("Concat-CNN", 0.3553, 0.1155, 0.2736, 0.2505, 0.0153, 0.2019),
        _other("LSSNet", 0.2810, 0.1310, 0.2380, 0.3770, 0.0420, 0.3250),
        _other("MTSN", 0.3459, 0.0878, 0.2867, 0.4104, 0.0808, 0.3620),
        _other("ABPN", 0.3349, 0.1689, 0.2908, 0.3357, 0.1590, 0.3117),
        _other("AUW-GCN", 0.4293, 0.1984, 0.3728, 0.4235, 0.1538, 0.3834),
        _other("LGSNet", None, None, 0.3880, None, None, 0.4360),
        _other("MULT", None, 0.2770, None, None, 0.1373, None),
        _row("Ours", 0.4447, 0.4281, 0.4401, 0.5061, 0.2817, 0.4841),
    ),
)

TABLE_II: Final = PublishedTable(
    number="II",
    title="comparison on CAS(ME)^3, by 2231 macro and 285 micro",
    rows=(
        PublishedRow(label="LGSNet", f1={CAS_ME_3: (None, 0.0990, 0.2350)}),
        PublishedRow(label="Ours", f1={CAS_ME_3: (0.2664, 0.2037, 0.2559)}, changes={}),
    ),
)

# The text of the paper does not say which of the two middle rows has which module; its gains of 17.0 % by SW-MRO and
# 3.0 % by FLGP on SAMM-LV do.
TABLE_III: Final = PublishedTable(
    number="III",
    title="ablation of SW-MRO and FLGP",
    rows=(
        _row(
            "neither",
            *(0.4062, 0.2424, 0.3687, 0.4441, 0.0625, 0.4105),
            features=str(MotionFeatures.ADJACENT),
            graph_pooling=str(GraphPooling.AVERAGE),
        ),
        _row("FLGP", 0.4196, 0.2530, 0.3760, 0.4431, 0.0936, 0.4113, features=str(MotionFeatures.ADJACENT)),
        _row("SW-MRO", 0.4418, 0.3889, 0.4274, 0.4907, 0.2462, 0.4684, graph_pooling=str(GraphPooling.AVERAGE)),
        _row("SW-MRO and FLGP", 0.4447, 0.4281, 0.4401, 0.5061, 0.2817, 0.4841),
    ),
)

TABLE_IV: Final = PublishedTable(
    number="IV",
    title="architectures",
    rows=(
        _row("SpotFormer (Simul-ST)", 0.4447, 0.4281, 0.4401, 0.5061, 0.2817, 0.4841, 0.4584),
        _row("Seq-ST", 0.4680, 0.3630, 0.4367, 0.4922, 0.2133, 0.4630, 0.4478, architecture=str(Architecture.SEQ_ST)),
        _row(
            "Paral-ST", 0.4235, 0.3919, 0.4139, 0.5368, 0.2353, 0.5054, 0.4506, architecture=str(Architecture.PARAL_ST)
        ),
        _row(
            "Paral-ST (no addi. para.)",
            *(0.4163, 0.3378, 0.3964, 0.5170, 0.0984, 0.4794, 0.4324),
            architecture=str(Architecture.PARAL_ST_SHARED),
        ),
        _row(
            "Simul-TS", 0.4459, 0.3959, 0.4321, 0.4992, 0.2121, 0.4733, 0.4489, architecture=str(Architecture.SIMUL_TS)
        ),
    ),
)

TABLE_V: Final = PublishedTable(
    number="V",
    title="window sizes",
    rows=(
        _row("9", 0.4278, 0.2419, 0.3794, window=9),
        _row("11", 0.4272, 0.2709, 0.3874, window=11),
        _row("15", 0.4254, 0.3883, 0.4151, window=15),
        _row("17", 0.4447, 0.4281, 0.4401, window=17),
        _row("19", 0.4397, 0.3922, 0.4269, window=19),
        _row("21", 0.4557, 0.3851, 0.4350, window=21),
        _row("25", 0.4421, 0.3408, 0.4127, window=25),
    ),
)

TABLE_VI: Final = PublishedTable(
    number="VI",
    title="lambda of the contrastive loss",
    rows=(
        _row("0.0", 0.4320, 0.384, 0.4153, 0.4495, 0.2632, 0.4164, contrastive_lambda=0.0),
        _row("0.001", 0.4514, 0.3704, 0.4240, 0.4934, 0.2716, 0.4698, contrastive_lambda=0.001),
        _row("0.003", 0.4429, 0.3873, 0.4261, 0.4947, 0.2500, 0.4704, contrastive_lambda=0.003),
        _row("0.005", 0.4447, 0.4281, 0.4401, 0.5061, 0.2817, 0.4841, contrastive_lambda=0.005),
        _row("0.008", 0.4501, 0.3881, 0.4330, 0.4954, 0.2029, 0.4675, contrastive_lambda=0.008),
        _row("0.01", 0.4509, 0.3505, 0.4230, 0.5057, 0.1875, 0.4758, contrastive_lambda=0.01),
        _row("0.03", 0.4345, 0.2621, 0.3961, 0.5024, 0.0678, 0.4651, contrastive_lambda=0.03),
        _row("0.05", 0.4363, 0.2723, 0.3983, 0.4977, 0.0345, 0.4596, contrastive_lambda=0.05),
    ),
)

F1_TABLES: Final = (TABLE_I, TABLE_II, TABLE_III, TABLE_IV, TABLE_V, TABLE_VI)


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedCounts:
    """Table VII: what the published configuration found.

    Attributes:
        counts: by dataset and kind.
    """

    number: str = "VII"
    title: str = "detailed results"
    counts: Mapping[str, Mapping[str, Counts]] = field(default_factory=dict)


_MACRO, _MICRO = str(ExpressionKind.MACRO), str(ExpressionKind.MICRO)
TABLE_VII: Final = PublishedCounts(
    counts={
        SAMM_LV: {_MACRO: Counts(163, 227, 180), _MICRO: Counts(61, 65, 98)},
        CAS_ME_2: {_MACRO: Counts(165, 187, 135), _MICRO: Counts(10, 4, 47)},
    }
)

Truths = Mapping[str, int]
"""Annotated expressions by kind."""

PUBLISHED_TRUTHS: Final[Mapping[str, Truths]] = {
    **{
        dataset: {kind: one.true_positives + one.false_negatives for kind, one in counts.items()}
        for dataset, counts in TABLE_VII.counts.items()
    },
    CAS_ME_3: {_MACRO: 2231, _MICRO: 285},
}
"""What the paper judges by; of CAS(ME)^3 in Sec. 4.2."""

STANDING_TRUTHS: Final[Mapping[str, Mapping[str, Truths]]] = {
    CAS_ME_3: {
        "the paper's limits of length": {_MACRO: 2364, _MICRO: 288},
        "LGSNet's list": {_MACRO: 2071, _MICRO: 277},
        "the full release": {_MACRO: 3346, _MICRO: 860},
    }
}
"""By what else a study may be judged that stands beside the paper, by name: the filter that left the paper's numbers is
not published."""


def counted_truths(truths: Truths) -> str:
    """For instance "343 macro and 159 micro"."""
    return " and ".join(f"{number} {kind}" for kind, number in truths.items())
