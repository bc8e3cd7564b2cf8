"""Places expressions on the timeline of a recording, with neutral frames between them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from platform.rendering.actions import Action, actions_elsewhere
from platform.rendering.plan import PlannedEvent
from platform.rendering.settings import MIN_NEUTRAL_FRAMES, EventRange
from spotformer_core.datasets.recording import ExpressionKind

EARLIEST_APEX, LATEST_APEX = 0.35, 0.6
"""Where the apex lies between onset and offset."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """An expression without its time: what a schedule places."""

    kind: ExpressionKind
    action: Action
    event_range: EventRange


def scheduled_events(
    casts: Sequence[Cast], *, num_frames: int, random: np.random.Generator
) -> tuple[PlannedEvent, ...]:
    """The expressions in the order of time, shuffled, with at least 16 neutral frames before, between and after them.

    Durations are drawn evenly from their range and shortened in proportion where they would not fit.
    """
    shuffled = [casts[index] for index in random.permutation(len(casts))]
    room = num_frames - MIN_NEUTRAL_FRAMES * (len(casts) + 1)
    durations = _durations(shuffled, room=room, random=random)
    gaps = random.dirichlet(np.ones(len(casts) + 1)) * (room - sum(durations))
    events: list[PlannedEvent] = []
    onset = 0
    for cast, duration, gap in zip(shuffled, durations, gaps[:-1], strict=True):
        onset += MIN_NEUTRAL_FRAMES + int(gap)
        apex = onset + round((duration - 1) * random.uniform(EARLIEST_APEX, LATEST_APEX))
        events.append(_event(cast, onset=onset, apex=apex, offset=onset + duration - 1, random=random))
        onset += duration
    return tuple(events)


def drawn_companion(action: Action, *, kind: ExpressionKind, random: np.random.Generator) -> Action | None:
    """Half of the macro-expressions move a second part of the face; micro-expressions stay in one place."""
    others = actions_elsewhere(action)
    index, accompanied = int(random.integers(len(others))), random.random() < 0.5
    return others[index] if accompanied and kind is ExpressionKind.MACRO else None


def _durations(casts: Sequence[Cast], *, room: int, random: np.random.Generator) -> list[int]:
    shortest = np.array([cast.event_range.min_frames for cast in casts])
    longest = np.array([cast.event_range.max_frames for cast in casts])
    extra = random.integers(shortest, longest + 1) - shortest
    excess_ratio = min(1.0, (room - shortest.sum()) / max(extra.sum(), 1))
    return [int(duration) for duration in shortest + np.floor(extra * excess_ratio).astype(int)]


def _event(cast: Cast, *, onset: int, apex: int, offset: int, random: np.random.Generator) -> PlannedEvent:
    return PlannedEvent(
        kind=cast.kind,
        onset=onset,
        apex=apex,
        offset=offset,
        action=cast.action,
        amplitude_pixels=float(random.uniform(cast.event_range.min_pixels, cast.event_range.max_pixels)),
        companion=drawn_companion(cast.action, kind=cast.kind, random=random),
    )
