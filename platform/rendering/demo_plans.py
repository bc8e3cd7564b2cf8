"""The plans of the demo dataset: subjects of CAS(ME)^2 who watch its films and show expressions at known times."""

from itertools import count

import numpy as np

from platform.rendering.actions import Action
from platform.rendering.plan import RecordingPlan
from platform.rendering.schedule import Cast, scheduled_events
from platform.rendering.settings import DEMO_FRAMES_PER_SECOND, DemoSettings
from platform.rendering.subject import stable_seed
from platform.rendering.trees import TREES, Layout
from spotformer_core.datasets import cas_me_2
from spotformer_core.datasets.recording import ExpressionKind


def demo_plan(settings: DemoSettings) -> tuple[RecordingPlan, ...]:
    """One plan per recording, subject by subject; draws nothing.

    The nine actions take turns over all recordings, separately for macro- and micro-expressions, so that none is rare.
    """
    stimuli = tuple(cas_me_2.STIMULUS_CODES)[: settings.recordings_per_subject]
    names = [
        (subject, f"{subject}_{stimulus}")
        for subject in cas_me_2.SUBJECT_FOLDERS[: settings.num_subjects]
        for stimulus in stimuli
    ]
    return tuple(
        _recording_plan(settings, subject=subject, name=name, casts=casts)
        for (subject, name), casts in zip(names, _casts(settings, num_recordings=len(names)), strict=True)
    )


def _casts(settings: DemoSettings, *, num_recordings: int) -> list[list[Cast]]:
    """The expressions of every recording, without their times."""
    random = np.random.default_rng(stable_seed(settings.seed, "order of actions"))
    casts: list[list[Cast]] = [[] for _ in range(num_recordings)]
    for kind, per_recording in (
        (ExpressionKind.MACRO, settings.macro_per_recording),
        (ExpressionKind.MICRO, settings.micro_per_recording),
    ):
        order, turn = random.permutation(list(Action)), count()
        for recording_casts in casts:
            recording_casts += [
                Cast(
                    kind=kind,
                    action=Action(order[next(turn) % len(order)]),
                    event_range=settings.event_range(kind),
                )
                for _ in range(per_recording)
            ]
    return casts


def _recording_plan(settings: DemoSettings, *, subject: str, name: str, casts: list[Cast]) -> RecordingPlan:
    random = np.random.default_rng(stable_seed(settings.seed, "schedule", name))
    return RecordingPlan(
        layout=Layout.CAS_ME_2,
        subject=subject,
        name=name,
        frames_per_second=DEMO_FRAMES_PER_SECOND,
        first_frame_number=TREES[Layout.CAS_ME_2].usual_first_frame_number,
        num_frames=settings.num_frames,
        events=scheduled_events(casts, num_frames=settings.num_frames, random=random),
        face_seed=settings.seed,
        seed=stable_seed(settings.seed, "motion", name),
    )
