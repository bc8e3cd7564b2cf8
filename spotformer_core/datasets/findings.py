"""What is striking about an annotation table as a whole; `table_review` looks for it, docs/datasets.md explains it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from spotformer_core.errors import AnnotationError

MOST_CHARACTERS = 200
"""Of cells that a sentence echoes."""
_NUM_EXAMPLES = 3


class Verdict(StrEnum):
    """What a finding means for the work that follows."""

    PROBLEM = "problem"
    """Nothing is extracted, searched or scored until the table is mended or the finding is accepted."""
    REMARK = "remark"


class FindingName(StrEnum):
    """One kind of finding."""

    DUPLICATED_ROWS = "duplicated-rows"
    COPIED_RECORDINGS = "copied-recordings"
    SAME_NAMES = "same-names"
    UNKNOWN_RECORDINGS = "unknown-recordings"
    OTHER_TOTALS = "other-totals"
    EMPTY_ROWS = "empty-rows"
    OFFSET_BEFORE_ONSET = "offset-before-onset"
    APEX_OUTSIDE = "apex-outside"
    APEX_AT_AN_END = "apex-at-an-end"
    APEX_MISSING = "apex-missing"
    ONSET_ZERO = "onset-0"
    OFFSET_ZERO = "offset-0"
    FRACTIONS = "fractions"
    KINDS_AND_LENGTHS = "kinds-and-lengths"
    SHORT_EXPRESSIONS = "short-expressions"
    PAST_END = "past-end"
    FRAMES_WITHOUT_FILE = "frames-without-file"
    SCATTERED_RECORDINGS = "scattered-recordings"
    NUMBERS_AS_TEXT = "numbers-as-text"
    CAPITAL_LETTERS = "capital-letters"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is striking about a table.

    Attributes:
        count: rows, recordings or names that it was found in.
        sentence: what it is, with at most three examples, and what else it may mean.
        accepted_by: the choice that lets work go on, for instance "duplicated-rows=keep"; "" where only mending helps.
    """

    name: FindingName
    count: int
    verdict: Verdict
    sentence: str
    accepted_by: str = ""

    @property
    def line(self) -> str:
        """The finding in one line for people."""
        is_open = self.verdict is Verdict.PROBLEM and self.accepted_by
        accept = f" Correct the table, or accept it with --policy {self.accepted_by}." if is_open else ""
        return f"{self.verdict}  {self.name} {self.count}: {self.sentence}{accept}"


@dataclass(frozen=True, kw_only=True, slots=True)
class TableReview:
    """Everything that was found, problems first, and the totals of the table beside the published ones."""

    findings: tuple[Finding, ...] = ()
    totals: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The findings that nobody has accepted."""
        return tuple(one for one in self.findings if one.verdict is Verdict.PROBLEM)

    @property
    def told(self) -> tuple[str, ...]:
        """What is said of a table without problems: its totals beside the published ones, and its remarks."""
        remarks = (one.line for one in self.findings if one.verdict is Verdict.REMARK)
        return (*(f"totals of {line}" for line in self.totals), *remarks)

    def require_accepted(self) -> None:
        """Raises AnnotationError, naming every problem, unless there is none."""
        if self.problems:
            told = "\n".join(f"  {one.line.removeprefix(f'{one.verdict}  ')}" for one in self.problems)
            raise AnnotationError(f"the annotation table as a whole has {len(self.problems)} problem(s):\n{told}")


NO_REVIEW = TableReview()


def joined_reviews(reviews: Iterable[TableReview]) -> TableReview:
    """Several reviews of one table as one, problems first."""
    reviews = tuple(reviews)
    findings = [finding for review in reviews for finding in review.findings]
    return TableReview(
        findings=tuple(sorted(findings, key=lambda one: one.verdict is Verdict.REMARK)),
        totals=tuple(line for review in reviews for line in review.totals),
    )


def examples(places: Iterable[str]) -> str:
    """The first three, at most 200 characters of them."""
    listed = list(places)
    text = ", ".join(listed[:_NUM_EXAMPLES])
    if len(text) > MOST_CHARACTERS:
        return text[: MOST_CHARACTERS - 3] + "..."
    return text + (", ..." if len(listed) > _NUM_EXAMPLES else "")
