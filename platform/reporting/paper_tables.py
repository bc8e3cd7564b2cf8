"""The paper's tables beside what this project's studies gave on the same datasets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from platform.reporting.own_configurations import OwnConfiguration
from platform.reporting.published_tables import (
    BOTH,
    F1_TABLES,
    TABLE_I,
    TABLE_VII,
    Figures,
    PublishedRow,
    PublishedTable,
)
from platform.reporting.study_comparison import per_subject_counts
from platform.study.leaderboard import OVERALL
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.metrics.bootstrap import Estimate, f1_interval
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol
from spotformer_core.shapes import Int

NAMES = (*map(str, KINDS), OVERALL)
"""In the order in which the paper gives F1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """One published F1 and, where a study gives it, our own.

    Attributes:
        own: under the protocol `pooled`.
        honest: the same under `honest`.
    """

    published: float | None
    own: Estimate | None = None
    honest: Estimate | None = None

    @property
    def difference(self) -> float | None:
        """Our figure minus the published one."""
        return None if self.own is None or self.published is None else self.own.value - self.published

    @property
    def holds_published(self) -> bool | None:
        """Whether the interval of our figure includes the published one."""
        return None if self.own is None or self.published is None else self.own.low <= self.published <= self.own.high


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedRow:
    """A row of a table.

    Attributes:
        cells: by dataset, then by "macro", "micro" and "overall".
        sources: by dataset, the configurations that are this row's; the first gives the figures.
    """

    label: str
    cells: dict[str, dict[str, Beside]]
    sources: dict[str, tuple[OwnConfiguration, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedTable:
    """A table of F1."""

    number: str
    title: str
    datasets: tuple[str, ...]
    rows: tuple[ComparedRow, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedCounts:
    """One column of Table VII: published counts, and ours under the protocol `pooled` where a study gives them."""

    dataset: str
    name: str
    published: Counts
    own: Counts | None


def compared_tables(own: Sequence[OwnConfiguration], *, seed: int = 0) -> tuple[ComparedTable, ...]:
    """Tables I and III to VI; equal seeds give equal intervals.

    Args:
        own: where several are the same row's, the first stands for it.

    Raises:
        InvalidValueError: for a negative seed.
    """
    return tuple(
        ComparedTable(
            number=table.number,
            title=table.title,
            datasets=table.datasets,
            rows=tuple(_compared_row(row, table, own, seed=seed) for row in table.rows),
        )
        for table in F1_TABLES
    )


def compared_counts(own: Sequence[OwnConfiguration]) -> tuple[ComparedCounts, ...]:
    """The columns of Table VII."""
    published_row = next(row for row in TABLE_I.rows if row.parameters is not None)
    columns = []
    for dataset, published in TABLE_VII.counts.items():
        sources = _sources(published_row, dataset, own)
        ours = None if not sources else _counts_by_name(sources[0])
        total = {**published, OVERALL: sum(published.values(), Counts())}
        columns += [
            ComparedCounts(dataset=dataset, name=name, published=total[name], own=None if ours is None else ours[name])
            for name in NAMES
        ]
    return tuple(columns)


def _compared_row(
    row: PublishedRow, table: PublishedTable, own: Sequence[OwnConfiguration], *, seed: int
) -> ComparedRow:
    sources = {dataset: _sources(row, dataset, own) for dataset in table.datasets if dataset != BOTH}
    cells = {
        dataset: _cells(figures, sources[dataset][:1], names=NAMES, seed=seed)
        for dataset, figures in row.f1.items()
        if dataset != BOTH
    }
    if BOTH in row.f1:
        # Pooled over the subjects of both datasets, so it needs a study of each.
        firsts = [one[0] for one in sources.values() if one]
        enough = firsts if len(firsts) == len(sources) else []
        cells[BOTH] = _cells(row.f1[BOTH], enough, names=(OVERALL,), seed=seed)
    return ComparedRow(label=row.label, cells=cells, sources={name: one for name, one in sources.items() if one})


def _sources(row: PublishedRow, dataset: str, own: Sequence[OwnConfiguration]) -> tuple[OwnConfiguration, ...]:
    if row.parameters is None:
        return ()
    return tuple(one for one in own if one.dataset == dataset and one.is_row(row.parameters))


def _cells(figures: Figures, own: Sequence[OwnConfiguration], *, names: Sequence[str], seed: int) -> dict[str, Beside]:
    if not own:
        return {name: Beside(published=figure) for name, figure in zip(names, figures, strict=True)}
    return {
        name: Beside(
            published=figure,
            own=f1_interval(_pooled_subjects(own, Protocol.POOLED, name), seed=seed),
            honest=f1_interval(_pooled_subjects(own, Protocol.HONEST, name), seed=seed),
        )
        for name, figure in zip(names, figures, strict=True)
    }


def _pooled_subjects(own: Sequence[OwnConfiguration], protocol: Protocol, name: str) -> Int[np.ndarray, "subjects 3"]:
    return np.concatenate([per_subject_counts(one.results[protocol])[name] for one in own])


def _counts_by_name(own: OwnConfiguration) -> Mapping[str, Counts]:
    counts = per_subject_counts(own.results[Protocol.POOLED])
    return {name: Counts(*counts[name].sum(axis=0).tolist()) for name in NAMES}
