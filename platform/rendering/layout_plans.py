"""Plans for a real annotation table: rendered recordings in whose place the licensed ones belong.

Everything that reads the release can so be tried on files of its names, numbers, lengths and quirks.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from platform.rendering.actions import Action
from platform.rendering.plan import PlannedEvent, RecordingPlan
from platform.rendering.schedule import drawn_companion
from platform.rendering.settings import EVENT_RANGES, Difficulty
from platform.rendering.subject import stable_seed
from platform.rendering.trees import TREES, Layout
from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError, did_you_mean, require

SECONDS_AFTER_LAST_FRAME = 1.0
"""What a recording of unknown length shows after its last annotated frame."""


def layout_plan(
    layout: Layout,
    annotation_rows: Sequence[AnnotationRow],
    *,
    recordings: Collection[str] | None = None,
    num_frames: Mapping[str, int] | None = None,
    seed: int = 0,
) -> tuple[RecordingPlan, ...]:
    """One plan per annotated recording, in the order of the table; draws nothing.

    A recording gets the same plan whether it is rendered alone or with the others.

    Args:
        recordings: names of those to render; None takes all that are annotated.
        num_frames: length of recordings by name, in frames of the release. Others end 1 s after their last
            annotated frame. Expressions may lie beyond a length, as three of SAMM-LV do.

    Raises:
        InvalidValueError: for the name of a recording that the table does not have, or a length below 1.
    """
    rows_of: dict[str, list[AnnotationRow]] = defaultdict(list)
    for row in annotation_rows:
        rows_of[row.recording].append(row)
    lengths = num_frames or {}
    for name in (*(recordings or ()), *lengths):
        _require_annotated(name, known=rows_of)
    actions = _actions(annotation_rows, seed=seed)
    return tuple(
        _recording_plan(layout, rows=rows, actions=actions, num_frames=lengths.get(name), seed=seed)
        for name, rows in rows_of.items()
        if recordings is None or name in recordings
    )


def _require_annotated(name: str, *, known: Collection[str]) -> None:
    if name not in known:
        raise InvalidValueError(
            f"a recording must be one of the annotation table, got {name!r}. {did_you_mean(name, known)}"
        )


def _actions(annotation_rows: Sequence[AnnotationRow], *, seed: int) -> dict[AnnotationRow, Action]:
    """The action of every row: the nine take turns over the table, separately for both kinds."""
    random = np.random.default_rng(stable_seed(seed, "order of actions"))
    actions: dict[AnnotationRow, Action] = {}
    for kind in ExpressionKind:
        order = random.permutation(list(Action))
        rows = [row for row in annotation_rows if row.kind is kind]
        actions |= {row: Action(order[turn % len(order)]) for turn, row in enumerate(rows)}
    return actions


def _recording_plan(
    layout: Layout,
    *,
    rows: Sequence[AnnotationRow],
    actions: Mapping[AnnotationRow, Action],
    num_frames: int | None,
    seed: int,
) -> RecordingPlan:
    name, tree = rows[0].recording, TREES[layout]
    first = _first_frame_number(rows, usual=tree.usual_first_frame_number)
    random = np.random.default_rng(stable_seed(seed, "expressions", layout, name))
    events = tuple(_event(row, action=actions[row], first_frame_number=first, random=random) for row in rows)
    if num_frames is None:
        num_frames = max(event.offset for event in events) + 1
        num_frames += round(SECONDS_AFTER_LAST_FRAME * tree.frames_per_second)
    require(num_frames >= 1, f"num_frames of {name}", "1 or more", num_frames, "Leave it out to take a fitting length.")
    return RecordingPlan(
        layout=layout,
        subject=rows[0].subject,
        name=name,
        frames_per_second=tree.frames_per_second,
        first_frame_number=first,
        num_frames=num_frames,
        events=events,
        face_seed=seed,
        seed=stable_seed(seed, "motion", layout, name),
    )


def _first_frame_number(rows: Sequence[AnnotationRow], *, usual: int) -> int:
    """The usual one, or in CAS(ME)^3, which numbers from 0 to 9 on, the smallest that is annotated.

    In releases that number from 1 an onset of 0 means that the start was not seen.
    """
    return usual if usual == 1 else min(usual, *(_whole(row.onset) for row in rows))


def _event(row: AnnotationRow, *, action: Action, first_frame_number: int, random: np.random.Generator) -> PlannedEvent:
    """The expression that the row most plausibly means; rows of the release are not always in order.

    An onset of 0 is the first frame, an offset of 0 lies as far after the apex as the onset before it, and an apex
    that is missing or not between both ends is the midpoint.
    """
    onset = max(_whole(row.onset) - first_frame_number, 0)
    apex = onset if row.apex is None else _whole(row.apex) - first_frame_number
    offset = _whole(row.offset) - first_frame_number
    if row.offset == 0 and row.onset > 0:
        offset = 2 * apex - onset
    offset = max(onset, offset)
    if not onset < apex < offset:
        apex = (onset + offset) // 2
    amplitudes = EVENT_RANGES[Difficulty.EASY][row.kind]
    return PlannedEvent(
        kind=row.kind,
        onset=onset,
        apex=apex,
        offset=offset,
        action=action,
        amplitude_pixels=float(random.uniform(amplitudes.min_pixels, amplitudes.max_pixels)),
        companion=drawn_companion(action, kind=row.kind, random=random),
    )


def _whole(frame_number: float) -> int:
    """The nearest whole frame number; the release of SAMM-LV has fractions."""
    return int(frame_number + 0.5)
