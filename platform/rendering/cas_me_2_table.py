"""The annotation table of CAS(ME)^2, written for rendered recordings: three sheets without a header row.

CASFEcode_final   index of the subject, clip code (anger1_1), onset, apex, offset, action units, emotion, type,
                  emotion that the subject reports
naming rule1      row by row beside it: number of the subject's folder, its name (s15), index of the subject
naming rule2      number of the film (0101, as text), its code (disgust1)
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from platform.rendering.actions import ACTIONS, Action
from platform.rendering.plan import PlannedEvent, RecordingPlan
from spotformer_core.datasets import cas_me_2

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""Of every table, so that equal plans give equal bytes."""


def cas_me_2_table(plans: Sequence[RecordingPlan]) -> bytes:
    """The .xlsx file with every expression of `plans` in its release frame numbers; equal plans give equal bytes."""
    events = [(plan, number, event) for plan in plans for number, event in enumerate(plan.events, start=1)]
    sheets: dict[str, list[tuple[int | str, ...]]] = {
        cas_me_2.CODE_SHEET: [_code_row(plan, number=number, event=event) for plan, number, event in events],
        cas_me_2.SUBJECT_SHEET: [_subject_row(plan) for plan, _, _ in events],
        cas_me_2.STIMULUS_SHEET: list(cas_me_2.STIMULUS_CODES.items()),
    }
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _CREATED.replace(tzinfo=None)})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for row_index, row in enumerate(rows):
                sheet.write_row(row_index, 0, row)
    return content.getvalue()


def _code_row(plan: RecordingPlan, *, number: int, event: PlannedEvent) -> tuple[int | str, ...]:
    code = cas_me_2.STIMULUS_CODES[plan.name.partition("_")[2]]
    onset, apex, offset = (plan.first_frame_number + position for position in (event.onset, event.apex, event.offset))
    action_units = _action_units(event.action, event.companion)
    reported_emotion = re.sub(r"\d+", "", code)
    return (
        *(_subject_index(plan), f"{code}_{number}", onset, apex, offset, action_units),
        *(ACTIONS[event.action].emotion, f"{event.kind}-expression", reported_emotion),
    )


def _action_units(action: Action, companion: Action | None) -> int | str:
    """As in the release: a number where there is one action unit of both sides, text otherwise."""
    units = "+".join(ACTIONS[one].action_units for one in (action, companion) if one is not None)
    return int(units) if units.isdecimal() else units


def _subject_row(plan: RecordingPlan) -> tuple[int | str, ...]:
    return int(plan.subject.removeprefix("s")), plan.subject, _subject_index(plan)


def _subject_index(plan: RecordingPlan) -> int:
    return cas_me_2.SUBJECT_FOLDERS.index(plan.subject) + 1
