"""Results of the best configuration per held-out subject."""

from platform.figures.f1_charts import subjects_chart
from platform.reporting.document import Block, Folded, Paragraph, Picture, Section, TableBlock
from platform.reporting.sections.ranking import NOTHING_COMPLETE, shown_value
from platform.reporting.study_facts import StudyFacts
from platform.study.choices import searches_settings
from platform.study.leaderboard import OVERALL
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import LAST_EPOCH, Protocol, ProtocolResult, Setting

_HEADINGS = (
    "subject",
    *(f"{kind} {column}" for kind in KINDS for column in ("TP / FP / FN", "F1", "threshold")),
    "overall F1",
    "final loss",
)
_DASH = "-"


def subjects_section(facts: StudyFacts) -> Section:
    """Counts, F1 and thresholds of every subject under the honest protocol."""
    if not facts.best:
        return Section("subjects", "Per subject", (Paragraph(NOTHING_COMPLETE),))
    result = facts.state.result(facts.best, Protocol.HONEST)
    subjects = sorted(result.counts)
    blocks: list[Block] = [
        Paragraph(
            f"{facts.best} under the honest protocol: for each subject by the network that had not seen it, at the "
            "thresholds that were chosen on the others. Published F1 pools the counts over subjects before it divides; "
            "the F1 of a single subject rests on few expressions. A dash: neither truth nor proposal."
        ),
        Picture(
            name="subjects",
            description=f"F1 of {facts.best} for every held-out subject, by kind of expression and overall.",
            chart=subjects_chart(
                subjects, {name: _f1s(result, subjects, name) for name in (*map(str, KINDS), OVERALL)}
            ),
        ),
        _table(facts, result, subjects),
    ]
    if searches_settings(facts.state.study):
        blocks.append(_chosen_decodings(facts, result))
    return Section("subjects", "Per subject", tuple(blocks))


def f1_or_none(counts: Counts) -> float | None:
    """F1; None where there is neither truth nor proposal, so that nothing could be right or wrong."""
    return counts.f1 if any(counts.as_dict().values()) else None


def _table(facts: StudyFacts, result: ProtocolResult, subjects: list[str]) -> TableBlock:
    rows = (*(_row(facts, result, subject) for subject in subjects), _pooled(result))
    if not searches_settings(facts.state.study):
        return TableBlock(_HEADINGS, rows)
    chosen = (*(_setting(result.settings[subject]) for subject in subjects), ("", ""))
    more = tuple((*row, *setting) for row, setting in zip(rows, chosen, strict=True))
    return TableBlock((*_HEADINGS, "epoch", "decoding"), more)


def _setting(setting: Setting) -> tuple[str, str]:
    """Epoch and decoding that were chosen on the other subjects."""
    epoch = "last" if setting.epoch == LAST_EPOCH else str(setting.epoch)
    return epoch, str(setting.decoding) if setting.decoding else "own"


def _chosen_decodings(facts: StudyFacts, result: ProtocolResult) -> Block:
    numbers = sorted({one.decoding for one in result.settings.values()} - {0})
    if not numbers:
        return Paragraph("The configuration's own decoding was chosen for every subject.")
    names = tuple(facts.searched.decoding)
    decodings = facts.state.study.decodings
    rows = tuple((str(number), *(shown_value(decodings[number][name]) for name in names)) for number in numbers)
    return Folded("Decodings that were chosen, by number", (TableBlock(("decoding", *names), rows),))


def _counts(result: ProtocolResult, subject: str, name: str) -> Counts:
    by_kind = result.counts[subject]
    return sum(by_kind.values(), Counts()) if name == OVERALL else next(by_kind[kind] for kind in KINDS if kind == name)


def _f1s(result: ProtocolResult, subjects: list[str], name: str) -> list[float | None]:
    return [f1_or_none(_counts(result, subject, name)) for subject in subjects]


def _row(facts: StudyFacts, result: ProtocolResult, subject: str) -> tuple[str, ...]:
    cells = [subject]
    for kind in KINDS:
        counts = result.counts[subject][kind]
        cells += [_shown_counts(counts), _shown_f1(counts), f"{result.thresholds[subject][kind]:g}"]
    cells += [_shown_f1(_counts(result, subject, OVERALL))]
    return (*cells, f"{facts.state.configurations[facts.best].folds[subject].final_loss:.4g}")


def _pooled(result: ProtocolResult) -> tuple[str, ...]:
    cells = ["all, pooled"]
    for kind in KINDS:
        counts = result.pooled(kind)
        cells += [_shown_counts(counts), _shown_f1(counts), ""]
    return (*cells, _shown_f1(result.overall), "")


def _shown_counts(counts: Counts) -> str:
    return " / ".join(str(number) for number in counts.as_dict().values())


def _shown_f1(counts: Counts) -> str:
    f1 = f1_or_none(counts)
    return _DASH if f1 is None else f"{f1:.4f}"
