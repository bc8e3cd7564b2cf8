"""What was searched, and how much of it mattered."""

from collections.abc import Iterator

from platform.figures.parameter_charts import importance_chart, pair_chart, parallel_chart
from platform.reporting.document import Block, Folded, Listing, Paragraph, Picture, Section, TableBlock
from platform.reporting.sections.ranking import shown_value
from platform.reporting.study_facts import StudyFacts
from platform.study.choices import searches_settings, study_settings
from platform.study.importance import Importances
from platform.study.state import ConfigurationStatus
from spotformer_core.metrics.protocols import LAST_EPOCH

_FEWEST_LINES = 2
_PAIRS = ((0, 1), (0, 2), (1, 2))
"""Of the dimensions by importance."""


def searched_section(facts: StudyFacts) -> Section:
    """What varied, what did not, and how configurations were chosen."""
    return Section("searched", "What was searched", tuple(_searched(facts)))


def importance_section(facts: StudyFacts) -> Section:
    """Which dimensions mattered, alone and together."""
    return Section("importance", "Importance and interaction", tuple(_importance(facts)))


def parallel_section(facts: StudyFacts) -> Section:
    """Every complete configuration as a line over the dimensions."""
    scored, dimensions = facts.scored, facts.searched.dimensions
    if len(scored) < _FEWEST_LINES or not dimensions:
        text = (
            f"Lines over the dimensions need {_FEWEST_LINES} complete configurations and something that varies, got "
            f"{len(scored)} and {len(dimensions)} dimensions."
        )
        return Section("parallel", "All configurations", (Paragraph(text),))
    description = (
        "One line per complete configuration, the darker the better; the best one is thick, vermilion and has "
        "diamonds. A gap: that dimension does not exist beside the others' values."
    )
    chart = parallel_chart(scored, dimensions)
    return Section("parallel", "All configurations", (Picture(name="parallel", description=description, chart=chart),))


def _searched(facts: StudyFacts) -> Iterator[Block]:
    study, searched = facts.state.study, facts.searched
    best = facts.state.configurations[facts.best].params if facts.best else {}
    if searched.dimensions:
        rows = tuple(
            (
                name,
                dimension.describe(),
                searched.conditions[name].describe() if name in searched.conditions else "always",
                shown_value(best[name]) if name in best else "",
            )
            for name, dimension in searched.dimensions.items()
        )
        yield TableBlock(("dimension", "values", "exists", "best configuration"), rows)
    else:
        yield Paragraph("Nothing varies: the study has one configuration.")
    yield Listing(tuple(_how(facts)))
    if searches_settings(study):
        yield from _settings(facts)
    fixed = study.space.get("fixed", {})
    if fixed:
        values = tuple((name, shown_value(value)) for name, value in sorted(fixed.items()))
        yield Folded(
            "What does not vary and differs from the paper's recipe", (TableBlock(("parameter", "value"), values),)
        )


def _how(facts: StudyFacts) -> Iterator[str]:
    study = facts.state.study
    yield f"space {study.space['name']}, sampler {study.sampler}, racing {study.racing}, seed {study.seed}"
    yield f"scheduling {study.scheduling}" + (f", lag {study.lag}" if study.scheduling == "reproducible" else "")
    if study.stack_folds > 1:
        yield f"up to {study.stack_folds} folds trained side by side"
    thresholds = study.space["apex_thresholds"]
    yield (
        f"apex thresholds tried on stored scores, without training: {len(thresholds)} from {min(thresholds):g} to "
        f"{max(thresholds):g}"
    )
    if study.prior_studies:
        yield f"the sampler knew {len(study.prior)} outcomes of {', '.join(study.prior_studies)} from the start"


def _settings(facts: StudyFacts) -> Iterator[Block]:
    study = facts.state.study
    epochs = dict.fromkeys(one.epoch for one in study_settings(study))
    told = ", ".join("the last" if epoch == LAST_EPOCH else str(epoch) for epoch in epochs)
    yield Paragraph(
        f"Searched on stored scores, without training: {len(study.decodings)} decodings, the configuration's own among "
        f"them, and the epochs {told}. Each protocol chooses among {len(study_settings(study))} settings."
    )
    if facts.searched.decoding:
        rows = tuple((name, dimension.describe()) for name, dimension in facts.searched.decoding.items())
        yield TableBlock(("decoding", "values"), rows)


def _importance(facts: StudyFacts) -> Iterator[Block]:
    for target, found in facts.importances.items():
        what = "" if len(facts.importances) == 1 else f" for {target} F1"
        if isinstance(found, str):
            yield Paragraph(f"Not told{what}: {found}")
        else:
            yield from _told(found, target=target, what=what)
    first = next(iter(facts.importances.values()), "")
    dropped = len(facts.state.with_status(ConfigurationStatus.DROPPED))
    if dropped and not isinstance(first, str):
        yield Paragraph(
            f"Dropped configurations, {dropped} here, have no F1 on all subjects and are not in these figures: what "
            "made one bad early is underrated."
        )
    if not isinstance(first, str):
        yield from _pairs(facts, first)


def _told(found: Importances, *, target: str, what: str) -> Iterator[Block]:
    yield Picture(
        name=f"importance-{target}",
        description=f"What tells the best {found.num_best} of {found.num_configurations} configurations from all "
        f"(PED-ANOVA){what}; whiskers hold 90 % of the shares when configurations are drawn anew. Wide ones say that "
        "more configurations are needed.",
        chart=importance_chart(found),
    )
    rows = tuple(
        (
            one.name,
            f"{one.share:.2f} ({one.low:.2f}, {one.high:.2f})",
            "" if one.explained is None else f"{one.explained:.2f}",
        )
        for one in found.dimensions
    )
    yield TableBlock(("dimension", "share (PED-ANOVA)", "explains alone (fANOVA)"), rows)
    absent = [one.name for one in found.dimensions if one.explained is None]
    if absent:
        yield Paragraph(f"Interaction is not told: fANOVA needs dimensions that always exist, not {', '.join(absent)}.")
    if found.interaction is not None:
        yield Paragraph(
            f"Interaction: no dimension by itself explains {found.interaction:.0%} of the variance of F1 in a random "
            "forest fitted to the configurations (fANOVA); it comes from dimensions together, and from chance."
        )


def _pairs(facts: StudyFacts, found: Importances) -> Iterator[Block]:
    names = [one.name for one in found.dimensions]
    dimensions = facts.searched.dimensions
    pairs = [(names[one], names[other]) for one, other in _PAIRS if other < len(names)]
    for x, y in pairs:
        yield Picture(
            name=f"pair-{x}-{y}",
            description=f"{x} and {y} together: one mark per configuration, the darker the better, the best ringed in "
            "vermilion. Nothing is drawn between the marks, since nothing was measured there.",
            chart=pair_chart(facts.scored, dimensions, x=x, y=y),
        )
