"""What is striking about the numbers of a table as a whole. Thresholds and their reasons stand in docs/datasets.md."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import groupby
from statistics import median

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.counted_rows import is_empty, later_copies
from spotformer_core.datasets.findings import Finding, FindingName, Verdict, examples
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import (
    Acceptance,
    AnnotationPolicies,
    DuplicatedRows,
    EmptyRows,
)
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.datasets.table_groups import LEAST_ROWS, RowGroup
from spotformer_core.datasets.table_rows import shown

SHORTEST_MEDIAN_FRAMES = 3
"""Between onset and offset: the median of anything that was filmed at 20 frames per second or more is longer."""

MOST_APEXES_AT_AN_END = 0.5
"""Share of anybody's own rows: some people annotate no rise or no fall."""


def copy_findings(group: RowGroup, policies: AnnotationPolicies) -> list[Finding]:
    """Rows that stand twice, recordings that have the same rows, and rows without an interval."""
    copies, empty = later_copies(group.rows), [row for row in group.rows if is_empty(row)]
    pairs = _copied_recordings(group.rows)
    found = (
        Finding(
            name=FindingName.DUPLICATED_ROWS,
            count=len(copies),
            verdict=_verdict(policies.duplicated_rows is DuplicatedRows.REFUSE),
            sentence=f"{len(copies)} of {len(group.rows)} rows have recording, onset and offset of an earlier one: "
            f"{examples(map(place, copies))}. Every copy is a truth more.",
            accepted_by="duplicated-rows=drop or duplicated-rows=keep",
        ),
        Finding(
            name=FindingName.COPIED_RECORDINGS,
            count=len(pairs),
            verdict=_verdict(policies.duplicated_rows is not DuplicatedRows.KEEP),
            sentence=f"recordings have the same {LEAST_ROWS} or more rows as others: "
            f"{examples(f'{shown(one)} and {shown(other)}' for one, other in pairs)}. "
            "The rows of one stand under another.",
            accepted_by="duplicated-rows=keep",
        ),
        Finding(
            name=FindingName.EMPTY_ROWS,
            count=len(empty),
            verdict=_verdict(policies.empty_rows is EmptyRows.REFUSE),
            sentence=f"onset and offset are both 0: {examples(map(place, empty))}. Nothing was annotated there.",
            accepted_by="empty-rows=drop or empty-rows=keep",
        ),
    )
    return [finding for finding in found if finding.count]


def repair_findings(group: RowGroup, policies: AnnotationPolicies) -> list[Finding]:
    """Rows that need more repair than the release is known to need, which is how exchanged columns show."""
    known = group.known
    checks: list[tuple[FindingName, int, Callable[[AnnotationRow], bool], str]] = [
        (FindingName.APEX_OUTSIDE, known.apex_outside, _is_apex_outside, "the apex lies outside onset and offset"),
        (FindingName.APEX_AT_AN_END, known.apex_at_an_end, _is_apex_at_an_end, "the apex is the onset or the offset"),
        (FindingName.APEX_MISSING, known.apex_missing, lambda row: row.apex is None, "there is no apex"),
        (FindingName.FRACTIONS, known.fractions, _has_fraction, "there are fractions of frames"),
    ]
    if group.zero_is_missing or group.release:
        checks.append((FindingName.OFFSET_ZERO, known.offset_zero, lambda row: row.offset == 0 < row.onset, "offset 0"))
    if group.zero_is_missing:
        checks.append((FindingName.ONSET_ZERO, known.onset_zero, lambda row: row.onset == 0 < row.offset, "onset 0"))
    own_shares = {} if group.release else {FindingName.APEX_AT_AN_END: MOST_APEXES_AT_AN_END}
    found = (
        excess_finding(
            name,
            [row for row in group.rows if holds(row)],
            num_known,
            group,
            policies,
            sentence,
            most_share=own_shares.get(name),
        )
        for name, num_known, holds, sentence in checks
    )
    return [finding for finding in found if finding is not None] + _order_findings(group)


def length_findings(group: RowGroup, policies: AnnotationPolicies) -> list[Finding]:
    """Kinds that do not go with lengths, and lengths that are no frames."""
    kinds = _kinds_by_half_second if group.known.half_second is not None else _kinds_by_medians
    found = (kinds(group, policies), _short_expressions(group, policies))
    return [finding for finding in found if finding is not None]


def _kinds_by_half_second(group: RowGroup, policies: AnnotationPolicies) -> Finding | None:
    half_second, num_known = group.known.half_second or 0, group.known.odd_lengths
    odd = [row for row in group.rows if _is_odd(row, half_second)]
    beyond = len(odd) - num_known
    if beyond <= 0:
        return None
    is_many = beyond >= LEAST_ROWS and beyond > group.most_share * len(group.rows)
    sentence = (
        f"micro-expressions longer than {half_second:g} frames, or macro-expressions that are not: {len(odd)} rows, "
        f"the release has {num_known}: {examples(map(place, odd))}"
    )
    return _kinds_finding(len(odd), sentence, policies, is_many=is_many)


def _kinds_by_medians(group: RowGroup, policies: AnnotationPolicies) -> Finding | None:
    macro, micro = _lengths(group, ExpressionKind.MACRO), _lengths(group, ExpressionKind.MICRO)
    if min(len(macro), len(micro)) < LEAST_ROWS or median(micro) < median(macro):
        return None
    sentence = (
        f"half of the micro-expressions last {median(micro):g} frames or more, half of the macro-expressions "
        f"{median(macro):g}"
    )
    return _kinds_finding(len(group.rows), sentence, policies, is_many=True)


def _short_expressions(group: RowGroup, policies: AnnotationPolicies) -> Finding | None:
    every = [length for kind in ExpressionKind for length in _lengths(group, kind)]
    if len(every) < LEAST_ROWS or median(every) >= SHORTEST_MEDIAN_FRAMES:
        return None
    return Finding(
        name=FindingName.SHORT_EXPRESSIONS,
        count=len(every),
        verdict=_verdict(policies.odd_lengths is Acceptance.REFUSE),
        sentence=f"half of the expressions last {median(every):g} frames or less. The numbers may be seconds.",
        accepted_by=f"odd-lengths={Acceptance.ACCEPT}",
    )


def _lengths(group: RowGroup, kind: ExpressionKind) -> list[float]:
    """From onset to offset, of the rows that have both."""
    return [row.offset - row.onset for row in group.rows if row.kind is kind and row.offset > row.onset]


def form_remarks(group: RowGroup) -> list[Finding]:
    """What changes no truth, but tells that a table was edited."""
    blocks = Counter(recording for recording, _ in groupby(row.recording for row in group.rows))
    scattered = sorted(recording for recording, count in blocks.items() if count > 1)
    as_text = [row for row in group.rows if Policy.NUMBER_FROM_TEXT in row.repairs]
    capital = [row for row in group.rows if Policy.LETTER_LOWERED in row.repairs]
    return [
        Finding(name=name, count=count, verdict=Verdict.REMARK, sentence=sentence)
        for name, count, known, sentence in (
            (
                FindingName.SCATTERED_RECORDINGS,
                len(scattered) if group.release else 0,
                0,
                f"the rows of a recording do not stand together as in the release: {examples(map(shown, scattered))}.",
            ),
            (
                FindingName.NUMBERS_AS_TEXT,
                len(as_text),
                group.known.numbers_as_text,
                f"frame numbers are stored as text: {examples(map(place, as_text))}. They were read as numbers.",
            ),
            (
                FindingName.CAPITAL_LETTERS,
                len(capital),
                group.known.capital_letters,
                f"recordings have capital letters: {examples(map(place, capital))}. They were read as small ones.",
            ),
        )
        if count > known
    ]


def excess_finding(
    name: FindingName,
    rows: Sequence[AnnotationRow],
    num_known: int,
    group: RowGroup,
    policies: AnnotationPolicies,
    sentence: str,
    *,
    most_share: float | None = None,
) -> Finding | None:
    """A finding about `rows` of a group when these are more than are known, a problem when they are many more.

    Args:
        most_share: takes the place of the group's.
    """
    beyond = len(rows) - num_known
    if beyond <= 0:
        return None
    share = group.most_share if most_share is None else most_share
    is_all = len(rows) == len(group.rows) > 1
    is_many = is_all or (beyond >= LEAST_ROWS and beyond > share * len(group.rows))
    told_known = f" (the release: {num_known})" if group.release else ""
    return Finding(
        name=name,
        count=len(rows),
        verdict=_verdict(is_many and policies.excess_repairs is Acceptance.REFUSE),
        sentence=f"{sentence} in {len(rows)} of {len(group.rows)} rows{told_known}: {examples(map(place, rows))}."
        + (" Columns may be exchanged, shifted by a row, sorted alone or in another unit." if is_many else ""),
        accepted_by=f"excess-repairs={Acceptance.ACCEPT}",
    )


def place(row: AnnotationRow) -> str:
    """Where a row stands and what it has, for people."""
    apex = "none" if row.apex is None else f"{row.apex:.10g}"
    return f"row {row.row_number} ({row.recording}: {row.onset:.10g}, {apex}, {row.offset:.10g})"


def _order_findings(group: RowGroup) -> list[Finding]:
    rows = [row for row in group.rows if row.offset < row.onset and row.offset != 0]
    if not rows:
        return []
    return [
        Finding(
            name=FindingName.OFFSET_BEFORE_ONSET,
            count=len(rows),
            verdict=Verdict.PROBLEM,
            sentence=f"the offset is before the onset in {len(rows)} of {len(group.rows)} rows: "
            f"{examples(map(place, rows))}. Columns may be exchanged, shifted by a row or sorted alone. Correct them.",
        )
    ]


def _kinds_finding(count: int, sentence: str, policies: AnnotationPolicies, *, is_many: bool) -> Finding:
    return Finding(
        name=FindingName.KINDS_AND_LENGTHS,
        count=count,
        verdict=_verdict(is_many and policies.odd_lengths is Acceptance.REFUSE),
        sentence=f"{sentence}. Kinds may be exchanged, shifted by a row or sorted alone.",
        accepted_by=f"odd-lengths={Acceptance.ACCEPT}",
    )


def _copied_recordings(rows: Sequence[AnnotationRow]) -> list[tuple[str, str]]:
    intervals: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        intervals[row.recording].append((row.onset, row.offset))
    first_of: dict[tuple[tuple[float, float], ...], str] = {}
    pairs = []
    for recording, own in intervals.items():
        first = first_of.setdefault(tuple(sorted(own)), recording)
        if first != recording and len(own) >= LEAST_ROWS:
            pairs.append((first, recording))
    return pairs


def _is_apex_outside(row: AnnotationRow) -> bool:
    return row.apex is not None and (row.apex < row.onset or (row.apex > row.offset != 0))


def _is_apex_at_an_end(row: AnnotationRow) -> bool:
    return row.apex in {row.onset, row.offset} and row.onset < row.offset


def _has_fraction(row: AnnotationRow) -> bool:
    return any(number is not None and number % 1 != 0 for number in (row.onset, row.apex, row.offset))


def _is_odd(row: AnnotationRow, half_second: float) -> bool:
    length = row.offset - row.onset
    is_long = length > half_second
    return length > 0 and is_long is (row.kind is ExpressionKind.MICRO)


def _verdict(is_problem: bool) -> Verdict:  # noqa: FBT001  the only argument
    return Verdict.PROBLEM if is_problem else Verdict.REMARK
