"""The model card: what a winner was trained on, how good it is, what it is for and what not. Markdown."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from platform.reporting.comparison_report import AS_RELEASED_LINE, worth
from platform.reporting.study_comparison import ComparedConfiguration, StudyComparison
from platform.study.leaderboard import OVERALL
from spotformer_core.config import Configuration
from spotformer_core.metrics.bootstrap import Estimate
from spotformer_core.metrics.protocols import Protocol

RENDERED = (
    "> **Rendered recordings.** Everything that this model has seen was rendered from one photograph. Its F1 says that "
    "the software works and nothing about real faces. Do not use it on people."
)
_ROWS = (OVERALL, "macro", "micro")


@dataclass(frozen=True, kw_only=True, slots=True)
class CardFacts:
    """What a card is made of.

    Attributes:
        compared: the configuration of the card among those of the comparison.
        epoch: after which the network was taken, counted from 1.
        extraction: the settings of the flow, as plain values.
    """

    study: str
    dataset: str
    num_recordings: int
    num_frames: int
    frames_per_second: float
    is_rendered: bool
    comparison: StudyComparison
    compared: ComparedConfiguration
    configuration: Configuration
    epoch: int
    extraction: Mapping[str, Any]


def model_card(facts: CardFacts) -> str:
    """The card of a configuration that was trained on every subject of its study."""
    parts = [
        f"# SpotFormer {facts.compared.name} of the study {facts.study}",
        *([RENDERED] if facts.is_rendered else []),
        "Spots macro- and micro-expressions in videos of faces: kind, onset, apex, offset and a score of each.",
        *_data(facts),
        *_quality(facts),
        *_use(facts),
        "## Settings\n\n```json\n" + json.dumps(_settings(facts), indent=2) + "\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _data(facts: CardFacts) -> Iterator[str]:
    events = " and ".join(f"{count} {kind}" for kind, count in facts.comparison.num_events.items())
    yield "## Data"
    yield (
        f"{facts.dataset}: {facts.num_recordings} recordings of {facts.comparison.num_subjects} subjects, "
        f"{facts.num_frames} frames at {facts.frames_per_second:.4g} per second, {events} expressions. "
        f"This network was trained on all of them, for {facts.epoch} of "
        f"{facts.configuration.training.num_epochs} epochs, with the seed rule of the study."
    )


def _quality(facts: CardFacts) -> Iterator[str]:
    by_protocol = facts.compared.f1
    yield "## How good it is"
    yield (
        "F1 (IoU of at least 0.5, counts pooled over subjects) with 95 % intervals over subjects, from leave-one-"
        "subject-out: for every subject a network of this configuration that had not seen it. The network in this "
        "folder itself has no held-out subject and therefore no F1 of its own."
    )
    shown = [protocol for protocol in facts.comparison.protocols if protocol in by_protocol]
    rows = [" | ".join([name, *(_shown(by_protocol[protocol][name]) for protocol in shown)]) for name in _ROWS]
    headings = [f"| | {' | '.join(map(str, shown))} |", f"| {' | '.join(['---'] * (len(shown) + 1))} |"]
    yield "\n".join([*headings, *(f"| {row} |" for row in rows)])
    yield (
        "`honest`: the thresholds of each subject were chosen on the other subjects (cross-fitting, not full nested "
        "cross-validation). `fixed`: nothing was chosen, the apex thresholds are those that the configuration states. "
        "`pooled`: one pair of thresholds chosen on the pooled result that is reported; optimistic."
    )
    if Protocol.AS_RELEASED in shown:
        yield AS_RELEASED_LINE.replace("as-released", "`as-released`", 1)
    yield _correction(facts)
    decoding = facts.configuration.decoding
    fixed = facts.comparison.unchosen
    if fixed:
        values = " and ".join(f"{facts.comparison.stated[kind]:g} for {kind}" for kind in fixed)
        yield f"The search fixed the apex threshold {values}: it is this value under every protocol, never chosen."
    yield (
        f"The apex thresholds in this folder ({decoding.macro_apex_threshold:g} for macro, "
        f"{decoding.micro_apex_threshold:g} for micro), and where the study searched them the rest of the decoding and "
        "the epoch, are, unless they were fixed, the best ones on the pooled scores of the held-out subjects: a "
        "network that was trained on every subject has no held-out scores of its own to choose on."
    )


def _correction(facts: CardFacts) -> str:
    best = facts.comparison.configurations[facts.comparison.winner.index].name
    if facts.compared.name == best:
        return worth(facts.comparison)
    behind = facts.compared.behind_best.f1
    return f"It was named, not selected by its F1: {best} is better by {_shown(behind)}. {worth(facts.comparison)}"


def _use(facts: CardFacts) -> Iterator[str]:
    del facts
    yield "## Meant for"
    yield (
        "Research on facial expressions: finding candidates in videos that a person then looks at. One face, near and "
        "mostly frontal, in a video of a constant frame rate."
    )
    yield "## Not meant for, and limits"
    yield (
        "- Not for judging what people feel, whether they lie, or anything that decides about them.\n"
        "- It has seen the people, light, cameras and tasks of its dataset only; on others it may be much worse, and "
        "nobody has measured by how much.\n"
        "- Micro-expressions are few in every dataset: mind the intervals above.\n"
        "- A video slower than the model's frame rate repeats frames; what lasts a few frames is then lost.\n"
        "- Talking, chewing and blinking look like expressions to optical flow."
    )
    yield "## Licences"
    yield (
        "The weights carry the terms of the dataset that they were trained on. Where landmarks come from insightface: "
        "its code is MIT, but its model packs, `buffalo_l` among them, are for non-commercial research only, and so is "
        "whatever is made with them. Landmarks from files carry the terms of the software that found them (OpenFace: "
        "non-commercial research)."
    )


def _settings(facts: CardFacts) -> dict[str, Any]:
    return {"configuration": facts.configuration.parameters(), "flow": dict(facts.extraction)}


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.4f} ({estimate.low:.3f}, {estimate.high:.3f})"
