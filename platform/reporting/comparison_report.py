"""The leaderboard of a study: its configurations compared, on a terminal, as Markdown and as JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from platform.reporting.study_comparison import ComparedConfiguration, StudyComparison
from platform.reporting.tables import markdown_table, print_table, report_console
from platform.study.leaderboard import OVERALL, with_former_names
from platform.study.records import DroppedRecord
from spotformer_core.atomic_files import written_whole
from spotformer_core.metrics.bootstrap import Estimate
from spotformer_core.metrics.comparison import probability_resolution
from spotformer_core.metrics.protocols import Protocol

RENDERED_WARNING = (
    "These recordings are rendered from one photograph: the F1 says that the machinery works, nothing about real faces."
)
RETRY_INFEASIBLE = "On larger GPUs or nodes, --retry-infeasible tries again what did not fit into memory."
_NUM_ROWS = 10
_WIDTH_IN_A_LOG = 100
AS_RELEASED_LINE = (
    "as-released: as fixed, but an oracle chooses the epoch on the held-out subject itself, as the released code does; "
    "optimistic, only to be compared with."
)
NO_FIGURE = "-"
_NAMES = {Protocol.AS_RELEASED: "as-released, oracle"}
_TERMINAL_HEADINGS = ("", "config", "honest", "fixed", "pooled", "difference to best", "P(best)")
_INTERVALS = "In brackets 95 % intervals over subjects; difference to best: paired on the same subjects, honest."
_FIGURES = "F1 overall under each protocol; macro, micro and P(best), the probability of being best, are honest."
_NARROW = "Intervals of fixed and pooled: in a wider terminal, --markdown or --json."
_FRONT = "*: no other configuration is better in macro or micro F1 without being worse in the other."


def print_comparison(comparison: StudyComparison, *, title: str) -> None:
    """Prints the best configurations and what the very best is worth."""
    console = report_console(width_in_a_log=_WIDTH_IN_A_LOG)
    configurations = comparison.configurations[:_NUM_ROWS]
    sizes = {"num_subjects": comparison.num_subjects, "num_configurations": len(comparison.configurations)}
    is_narrow = console.width < _WIDTH_IN_A_LOG
    shown = (
        [str(rank), *_terminal_cells(one, is_narrow=is_narrow, **sizes)]
        for rank, one in enumerate(configurations, start=1)
    )
    print_table(console, f"{title}: {_size(comparison)}", _TERMINAL_HEADINGS, shown)
    for one in configurations:
        console.print(_below_the_table(one, comparison.protocols), markup=False, highlight=False)
    if len(comparison.configurations) > _NUM_ROWS:
        console.print(f"... and {len(comparison.configurations) - _NUM_ROWS} more")
    dropped = dropped_lines(comparison.dropped, num_subjects=comparison.num_subjects)
    more = [f"... and {len(dropped) - _NUM_ROWS} more were dropped"] if len(dropped) > _NUM_ROWS else []
    infeasible = infeasible_lines(comparison.infeasible)
    for line in (
        *dropped[:_NUM_ROWS],
        *more,
        *infeasible,
        _FIGURES,
        *([_NARROW] if is_narrow else []),
        *_notes(comparison),
        worth(comparison),
    ):
        # Reasons are long: a terminal breaks the line, a log keeps it whole.
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def write_comparison_markdown(path: Path, comparison: StudyComparison, *, title: str) -> None:
    """Writes all configurations and the same notes as a Markdown document."""
    lines = [f"# {title}", "", f"{_size(comparison)[0].upper()}{_size(comparison)[1:]}.", ""]
    lines += markdown_table(*comparison_table(comparison))
    dropped = dropped_lines(comparison.dropped, num_subjects=comparison.num_subjects)
    below = (*dropped, *infeasible_lines(comparison.infeasible), *_notes(comparison))
    lines += ["", *(line + "  " for line in below), "", worth(comparison)]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_comparison_json(path: Path, comparison: StudyComparison) -> None:
    """Writes what `comparison_as_json` gives."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(comparison_as_json(comparison), indent=2) + "\n")


def comparison_as_json(comparison: StudyComparison) -> dict[str, Any]:
    """What `--json` holds: `rendered`, `subjects`, `events`, `winner`, `configurations`, the best first, and what is
    known beside them.
    """
    winner = comparison.winner
    return {
        "rendered": comparison.is_rendered,
        "subjects": comparison.num_subjects,
        "events": comparison.num_events,
        "winner": {
            "id": comparison.configurations[winner.index].name,
            "f1": winner.apparent_f1,
            "corrected_f1": asdict(winner.corrected_f1),
            "correction_is_told": winner.is_told,
            "correction_spread": winner.spread,
            "competitors": winner.num_competitors,
        },
        "configurations": [_as_json(one) for one in comparison.configurations],
        "dropped": [asdict(one) for one in comparison.dropped],
        "infeasible": comparison.infeasible,
        "stated_apex_thresholds": comparison.stated,
        "fixed_apex_thresholds": list(comparison.unchosen),
        "uncounted": comparison.uncounted,
        "oracle_protocols": [str(one) for one in comparison.protocols if one is Protocol.AS_RELEASED],
        "probability_resolution": probability_resolution(comparison.num_subjects),
    }


def dropped_lines(dropped: Sequence[DroppedRecord], *, num_subjects: int) -> list[str]:
    """For every configuration that lost its race: to which one, and on how many of the study's subjects."""
    return [
        f"dropped: {one.configuration} after {one.num_subjects} of {num_subjects} subjects, "
        f"F1 {one.f1:.3f} against {one.reference_f1:.3f} of {one.reference} on the same ones"
        for one in dropped
    ]


def infeasible_lines(infeasible: Mapping[str, str]) -> list[str]:
    """For every configuration that does not fit into memory the reason, and how to try them again."""
    lines = [f"infeasible: {name} does not fit into memory: {reason}" for name, reason in infeasible.items()]
    return [*lines, RETRY_INFEASIBLE] if lines else []


def comparison_table(comparison: StudyComparison) -> tuple[tuple[str, ...], list[list[str]]]:
    """Headings, and a row of as many cells for every complete configuration; parameters stand last."""
    others = (f"F1 overall ({_NAMES.get(protocol, protocol)})" for protocol in comparison.protocols[1:])
    headings = ("", "configuration", "F1 overall (honest)", "macro", "micro", *others)
    return (*headings, "difference to best", "probability of being best", "parameters"), _rows(comparison)


def legend(comparison: StudyComparison) -> list[str]:
    """What has to be known to read the table: first whether the recordings were rendered."""
    return _notes(comparison)


def _as_json(one: ComparedConfiguration) -> dict[str, Any]:
    front = {} if one.is_on_front is None else {"front": one.is_on_front}
    return {
        "id": one.name,
        "params": one.params,
        "f1": f1_as_json(one),
        "behind_best": {**asdict(one.behind_best.f1), "superiority": one.behind_best.superiority},
        "probability_best": one.probability_best,
        **front,
    }


def f1_as_json(one: ComparedConfiguration) -> dict[str, Any]:
    """F1 with its interval by protocol, `paper` being `pooled` under its former name, and by kind."""
    return with_former_names(
        {
            str(protocol): {name: asdict(estimate) for name, estimate in estimates.items()}
            for protocol, estimates in one.f1.items()
        }
    )


def _rows(comparison: StudyComparison) -> list[list[str]]:
    sizes = {"num_subjects": comparison.num_subjects, "num_configurations": len(comparison.configurations)}
    return [
        [str(rank), *_cells(one, comparison.protocols[1:], **sizes)]
        for rank, one in enumerate(comparison.configurations, start=1)
    ]


def _cells(
    one: ComparedConfiguration, others: Sequence[Protocol], *, num_subjects: int, num_configurations: int
) -> list[str]:
    honest = one.f1[Protocol.HONEST]
    return [
        _starred(one),
        *(shown_estimate(honest[name]) for name in (OVERALL, "macro", "micro")),
        *(shown_overall(one, protocol) for protocol in others),
        shown_estimate(one.behind_best.f1),
        shown_probability(one.probability_best, num_subjects=num_subjects) if num_configurations > 1 else NO_FIGURE,
        _parameters(one),
    ]


def _terminal_cells(
    one: ComparedConfiguration, *, is_narrow: bool, num_subjects: int, num_configurations: int
) -> list[str]:
    """What a terminal has room for: an interval below its figure, in a narrow one only where it decides."""
    sizes = {"num_subjects": num_subjects, "num_configurations": num_configurations}
    name, honest, _, _, fixed, pooled, difference, probability, _ = _cells(
        one, (Protocol.FIXED, Protocol.POOLED), **sizes
    )
    above = [cell.partition(" (")[0] if is_narrow else cell.replace(" (", "\n(", 1) for cell in (fixed, pooled)]
    return [name, honest.replace(" (", "\n(", 1), *above, difference.replace(" (", "\n(", 1), probability]


def _below_the_table(one: ComparedConfiguration, protocols: Sequence[Protocol]) -> str:
    macro, micro = (shown_estimate(one.f1[Protocol.HONEST][kind]) for kind in ("macro", "micro"))
    oracle = (
        f"{Protocol.AS_RELEASED} (oracle) {shown_overall(one, Protocol.AS_RELEASED)}; "
        if Protocol.AS_RELEASED in protocols
        else ""
    )
    return f"{_starred(one)}: macro {macro}, micro {micro}; {oracle}{_parameters(one)}"


def _starred(one: ComparedConfiguration) -> str:
    return f"{one.name} *" if one.is_on_front else one.name


def _parameters(one: ComparedConfiguration) -> str:
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in sorted(one.params.items())
    )


def shown_overall(one: ComparedConfiguration, protocol: Protocol) -> str:
    """The overall F1 under a protocol with its interval; a dash where there are no counts for it."""
    return shown_estimate(one.f1[protocol][OVERALL]) if protocol in one.f1 else NO_FIGURE


def shown_probability(probability: float, *, num_subjects: int) -> str:
    """A share of resamples with two digits, or only a bound where so few subjects cannot tell it from 0 or 1."""
    resolution = probability_resolution(num_subjects)
    # Rounded towards the middle, so that the bound holds as it is printed.
    bound = math.ceil(resolution * 100) / 100
    if probability > 1 - resolution:
        return f"> {1 - bound:.2f}"
    return f"< {bound:.2f}" if probability < resolution else f"{probability:.2f}"


def shown_estimate(estimate: Estimate) -> str:
    """A figure with its interval."""
    # Brackets, since a minus sign of a difference and a dash between the ends would look alike.
    return f"{estimate.value:.4f} ({estimate.low:.3f}, {estimate.high:.3f})"


def _size(comparison: StudyComparison) -> str:
    events = " and ".join(f"{number} {kind}" for kind, number in comparison.num_events.items())
    return f"{len(comparison.configurations)} configurations, {comparison.num_subjects} subjects, {events} expressions"


def _notes(comparison: StudyComparison) -> list[str]:
    rendered = [RENDERED_WARNING] if comparison.is_rendered else []
    front = [_FRONT] if any(one.is_on_front for one in comparison.configurations) else []
    return [*rendered, *front, *protocol_lines(comparison), _INTERVALS]


def protocol_lines(comparison: StudyComparison) -> list[str]:
    """What the protocols of the leaderboard choose in this study, and why figures are missing."""
    stated = comparison.stated
    values = " and ".join(f"{value:g} ({kind})" for kind, value in stated.items())
    same = len(set(stated.values())) == 1
    thresholds = f"{next(iter(stated.values())):g}" if same else values
    own = [
        f"the apex threshold of {kind} is {stated[kind]:g} throughout: fixed, not chosen"
        for kind in comparison.unchosen
    ]
    lines = [
        "honest: thresholds, and whatever else is searched on stored scores, chosen on the other subjects.",
        f"fixed: nothing chosen; apex threshold {thresholds} as the configuration states it, last epoch.",
        "pooled: chosen on the pooled result itself, optimistic.",
        *((AS_RELEASED_LINE,) if Protocol.AS_RELEASED in comparison.protocols else ()),
        *(f"{line[0].upper()}{line[1:]}." for line in own),
    ]
    return [*lines, f"A dash: {comparison.uncounted}."] if comparison.uncounted else lines


def worth(comparison: StudyComparison) -> str:
    """What the best configuration is worth, in a sentence."""
    winner, num_own = comparison.winner, len(comparison.configurations)
    num_prior = max(winner.num_competitors - num_own, 0)
    among = f"{num_own}" + (f" and {num_prior} of prior studies" if num_prior else "")
    uncounted = comparison.num_uncounted_prior
    without = f" {uncounted} of prior studies could not be counted: optimism remains." if uncounted else ""
    name = comparison.configurations[winner.index].name
    apparent = f"Best of {among}: {name}, honest overall F1 {winner.apparent_f1:.4f}"
    if num_own + num_prior == 1:
        return f"{apparent}; nothing was selected.{without}"
    if not winner.is_told:
        change = winner.corrected_f1.value - winner.apparent_f1
        verdict = "has the wrong sign" if change > 0 else "cannot be told from none"
        return (
            f"{apparent}; its selection correction (BBC-CV), {change:+.4f} with a resampling error of "
            f"{winner.spread:.4f}, {verdict}, so no corrected F1 is given.{without}"
        )
    return f"{apparent}; selection-corrected F1 (BBC-CV) {shown_estimate(winner.corrected_f1)}.{without}"
