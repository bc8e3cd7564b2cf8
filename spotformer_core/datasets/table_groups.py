"""The rows of a table by the release that they come from: all of one, or those of a lineage table by their names."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.dataset_names import CAS_ME_2, CAS_ME_3, SAMM_LV
from spotformer_core.datasets.known_tables import KNOWN_REPAIRS, KnownRepairs

RELEASE_SHARE = 0.01
"""Of the rows of a release's table that may need a repair beyond those known: two versions of the table of CAS(ME)^3
differ in onset or offset of 38 of 4206 rows (0.9 %)."""
OWN_SHARE = 0.05
"""The same of anybody's own table: slips of the pen are rarer, exchanged columns and other units concern most rows."""
LEAST_ROWS = 3
"""Beyond the known ones before anything is a problem, however few rows there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowGroup:
    """Rows of one table that are judged by the same facts.

    Attributes:
        release: whose totals and names they must have; "" for anybody's own rows.
        rows: under the names of the release.
        known: repairs that its complete table needs.
        most_share: of the rows that may need a repair beyond the known ones.
        zero_is_missing: whether 0 is no frame number, since frames begin at 1.
    """

    release: str
    rows: tuple[AnnotationRow, ...]
    known: KnownRepairs
    most_share: float = RELEASE_SHARE
    zero_is_missing: bool = False


def row_groups(rows: Sequence[AnnotationRow], *, dataset: str) -> list[RowGroup]:
    """The groups of a table of `dataset`, those of releases first."""
    if dataset in KNOWN_REPAIRS:
        is_from_1 = dataset in {SAMM_LV, CAS_ME_2}
        known = KNOWN_REPAIRS[dataset]
        return [RowGroup(release=dataset, rows=tuple(rows), known=known, zero_is_missing=is_from_1)]
    if dataset != "lineage":
        return [_own_group(rows, may_lack_apexes=True, zero_is_missing=dataset == "demo")]
    grouped: defaultdict[str, list[AnnotationRow]] = defaultdict(list)
    for row in rows:
        release = lineage_release(row.recording)
        grouped[release].append(_in_release(row, release))
    groups = [
        RowGroup(release=release, rows=tuple(grouped[release]), known=known, zero_is_missing=release == CAS_ME_2)
        for release, known in _LINEAGE_KNOWN.items()
        if release in grouped
    ]
    return groups + ([_own_group(grouped[""], may_lack_apexes=False)] if grouped[""] else [])


def lineage_release(recording: str) -> str:
    """The release of a name such as "samm_006_1", "casme_015_0101" or "casme3_1_a"; "" for others."""
    return next((release for release, (pattern, _) in _LINEAGE_NAMES.items() if pattern.match(recording)), "")


def _own_group(rows: Sequence[AnnotationRow], *, may_lack_apexes: bool, zero_is_missing: bool = False) -> RowGroup:
    known = KnownRepairs(apex_missing=len(rows) if may_lack_apexes else 0)
    return RowGroup(release="", rows=tuple(rows), known=known, most_share=OWN_SHARE, zero_is_missing=zero_is_missing)


_LINEAGE_KNOWN: Mapping[str, KnownRepairs] = {
    SAMM_LV: KnownRepairs(apex_missing=6, apex_at_an_end=4, odd_lengths=39, half_second=15),
    CAS_ME_2: KNOWN_REPAIRS[CAS_ME_2],
    CAS_ME_3: KnownRepairs(apex_at_an_end=56, odd_lengths=572, half_second=15),
}
"""Of lineage tables. Their frames of SAMM-LV are subsampled already and counted from 0: 14 of its macro-expressions
last 15 frames or less at every 7th frame, 39 at every 8th."""


def _cas_me_2_name(name: str) -> str:
    number, _, stimulus = name.removeprefix("casme_").partition("_")
    return f"s{number.lstrip('0')}" + (f"_{stimulus}" if stimulus else "")


_LINEAGE_NAMES: Mapping[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    SAMM_LV: (re.compile(r"samm_"), lambda name: name.removeprefix("samm_")),
    CAS_ME_2: (re.compile(r"casme_"), _cas_me_2_name),
    CAS_ME_3: (re.compile(r"casme3_"), lambda name: f"spNO.{name.removeprefix('casme3_')}"),
}


def _in_release(row: AnnotationRow, release: str) -> AnnotationRow:
    """The row with subject and recording named as in its release."""
    if not release:
        return row
    _, named = _LINEAGE_NAMES[release]
    return replace(row, subject=named(row.subject), recording=named(row.recording))
