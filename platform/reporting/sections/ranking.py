"""Leaderboard, course of the search, and the gap between protocols."""

from collections.abc import Iterable, Iterator

from platform.figures.f1_charts import (
    AskedConfiguration,
    history_chart,
    intervals_chart,
    kinds_chart,
)
from platform.reporting.comparison_report import AS_RELEASED_LINE, comparison_table, legend, shown_overall
from platform.reporting.document import Block, Folded, Listing, Paragraph, Picture, Section, TableBlock
from platform.reporting.study_comparison import ComparedConfiguration, StudyComparison
from platform.reporting.study_facts import StudyFacts
from platform.study.leaderboard import OVERALL
from platform.study.state import ConfigurationState, ConfigurationStatus
from spotformer_core.metrics.bootstrap import Estimate
from spotformer_core.metrics.protocols import Protocol

NOTHING_COMPLETE = "No configuration is complete yet: there is no F1 to compare. Let the search go on."
_NUM_SHOWN = 20
_PROTOCOLS = (
    (
        "honest: for every held-out subject, thresholds and whatever else is searched on stored scores are chosen on "
        "the other subjects. Cross-fitting, not full nested cross-validation: the other subjects' networks have seen "
        "this one in training."
    ),
    ("fixed: nothing is chosen. The apex thresholds that the configuration states, its own decoding, the last epoch."),
    "pooled: one choice for the dataset, made on the pooled result that is then reported; optimistic.",
    AS_RELEASED_LINE,
)


def leaderboard_section(facts: StudyFacts) -> Section:
    """Complete configurations with intervals, what the best one is worth, and the values of every one."""
    return Section("leaderboard", "Leaderboard", tuple(_leaderboard(facts)))


def history_section(facts: StudyFacts) -> Section:
    """What became of every configuration, in the order asked."""
    asked = [
        _asked(facts, number, configuration) for number, configuration in enumerate(facts.state.configurations.values())
    ]
    description = (
        "Honest overall F1 of every configuration in the order asked, and the best so far. A dropped one stands at its "
        "F1 on the subjects that it ran, which is another figure than that of all subjects."
    )
    blocks: list[Block] = [Paragraph(_course(asked, best=facts.best))]
    if any(one.f1 is not None for one in asked):
        blocks.append(Picture(name="history", description=description, chart=history_chart(asked)))
    return Section("history", "History", tuple(blocks))


def protocol_section(facts: StudyFacts) -> Section:
    """The same frame scores under every protocol."""
    return Section("protocols", "Protocol gap: pooled against honest", tuple(_protocols(facts)))


def _leaderboard(facts: StudyFacts) -> Iterator[Block]:
    comparison = facts.comparison
    if comparison is None:
        yield Paragraph(NOTHING_COMPLETE)
        return
    shown = comparison.configurations[:_NUM_SHOWN]
    more = (
        f" The best {_NUM_SHOWN} of {len(comparison.configurations)}."
        if len(comparison.configurations) > _NUM_SHOWN
        else ""
    )
    yield Picture(
        name="leaderboard-intervals",
        description=f"Overall F1 with 95 % intervals over subjects, best honest F1 on top.{more}",
        chart=intervals_chart([(one.name, _overall(one, comparison.protocols)) for one in shown]),
    )
    headings, rows = comparison_table(comparison)
    # Parameters have a table of their own: in one cell they make every row too high.
    yield TableBlock(tuple(headings[:-1]), tuple(tuple(row[:-1]) for row in rows))
    yield Listing(tuple(legend(comparison)))
    if any(one.is_on_front is not None for one in comparison.configurations):
        yield _front(comparison)
    names = list(facts.searched.dimensions)
    yield Folded(
        "Values of every complete configuration",
        (
            TableBlock(
                ("configuration", *names),
                tuple(
                    (one.name, *(shown_value(one.params[name]) if name in one.params else "" for name in names))
                    for one in comparison.configurations
                ),
            ),
        ),
    )


def _overall(one: ComparedConfiguration, protocols: Iterable[Protocol]) -> dict[Protocol, Estimate]:
    return {protocol: one.f1[protocol][OVERALL] for protocol in protocols if protocol in one.f1}


def _front(comparison: StudyComparison) -> Picture:
    return Picture(
        name="front",
        description="Macro against micro F1, the two objectives of this search: the front is what no other "
        "configuration beats in one kind without losing in the other.",
        chart=kinds_chart(
            [
                (
                    one.name,
                    one.f1[Protocol.HONEST]["macro"].value,
                    one.f1[Protocol.HONEST]["micro"].value,
                    bool(one.is_on_front),
                )
                for one in comparison.configurations
            ]
        ),
    )


def shown_value(value: object) -> str:
    """The value of a parameter for people."""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _asked(facts: StudyFacts, number: int, one: ConfigurationState) -> AskedConfiguration:
    f1 = None
    if one.status is ConfigurationStatus.COMPLETE:
        f1 = facts.state.value(one.name)
    elif one.dropped is not None:
        f1 = one.dropped.f1
    return AskedConfiguration(number=number, name=one.name, f1=f1, state=str(one.status))


def _course(asked: list[AskedConfiguration], *, best: str) -> str:
    counts = [(status, sum(one.state == str(status) for one in asked)) for status in ConfigurationStatus]
    told = ", ".join(f"{count} {status}" for status, count in counts if count)
    found = next((one.number for one in asked if one.name == best), None)
    when = "" if found is None else f" The best one, {best}, was number {found + 1} of {len(asked)}."
    return f"{len(asked)} configurations were asked: {told}.{when}" if asked else "No configuration was asked yet."


def _protocols(facts: StudyFacts) -> Iterator[Block]:
    comparison = facts.comparison
    if comparison is None:
        yield Paragraph(NOTHING_COMPLETE)
        return
    yield Listing(_PROTOCOLS)
    shown = comparison.configurations[:_NUM_SHOWN]
    yield Picture(
        name="protocol-gap",
        description="Overall F1 of the same frame scores under each protocol, with 95 % intervals over subjects.",
        chart=intervals_chart([(one.name, _overall(one, Protocol)) for one in shown]),
    )
    rows = []
    for one in shown:
        gap = one.f1[Protocol.POOLED][OVERALL].value - one.f1[Protocol.HONEST][OVERALL].value
        rows.append((one.name, *(shown_overall(one, protocol) for protocol in Protocol), f"{gap:+.4f}"))
    yield TableBlock(("configuration", *map(str, Protocol), "pooled − honest"), tuple(rows))
    if comparison.uncounted:
        yield Paragraph(f"A dash: {comparison.uncounted}.")
