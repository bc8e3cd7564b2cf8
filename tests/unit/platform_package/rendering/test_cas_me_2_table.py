from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from platform.rendering.actions import Action
from platform.rendering.cas_me_2_table import cas_me_2_table
from platform.rendering.demo_plans import demo_plan
from platform.rendering.plan import PlannedEvent
from platform.rendering.settings import DemoSettings
from spotformer_core.datasets import cas_me_2
from spotformer_core.datasets.recording import ExpressionKind


@pytest.fixture
def plans(make_plan, smile):
    raised_brow = PlannedEvent(
        kind=ExpressionKind.MICRO,
        onset=30,
        apex=33,
        offset=37,
        action=Action.LEFT_BROW_RAISED,
        amplitude_pixels=1.0,
        companion=Action.SMILE,
    )
    return [
        make_plan(events=(smile, raised_brow)),
        make_plan(subject="s19", name="s19_0402", events=(smile,)),
    ]


def _sheet(content, name):
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name(name).to_python(skip_empty_area=False)


def test_the_codes_have_release_frame_numbers_and_no_header(plans):
    rows = _sheet(cas_me_2_table(plans), "CASFEcode_final")

    assert rows == [
        [1, "disgust1_1", 3, 11, 19, 12, "positive", "macro-expression", "disgust"],
        [1, "disgust1_2", 31, 34, 38, "R1+R2+12", "others", "micro-expression", "disgust"],
        [3, "anger2_1", 3, 11, 19, 12, "positive", "macro-expression", "anger"],
    ]


def test_the_first_naming_rule_goes_row_by_row_with_the_codes(plans):
    rows = _sheet(cas_me_2_table(plans), "naming rule1")

    assert rows == [[15, "s15", 1], [15, "s15", 1], [19, "s19", 3]]


def test_the_second_naming_rule_keeps_leading_zeros(plans):
    rows = _sheet(cas_me_2_table(plans), "naming rule2")

    assert rows[:2] == [["0101", "disgust1"], ["0102", "disgust2"]]
    assert rows[-1] == ["0508", "happy5"]
    assert len(rows) == 9


def test_the_sheets_have_the_order_of_the_release(plans):
    workbook = CalamineWorkbook.from_filelike(BytesIO(cas_me_2_table(plans)))

    assert workbook.sheet_names == ["CASFEcode_final", "naming rule1", "naming rule2"]


def test_equal_plans_give_equal_bytes(plans):
    assert cas_me_2_table(plans) == cas_me_2_table(plans)


def test_the_reader_of_cas_me_2_reads_every_expression_back(tmp_path):
    plans = demo_plan(DemoSettings())
    path = tmp_path / cas_me_2.ANNOTATION_FILE
    path.write_bytes(cas_me_2_table(plans))

    rows = cas_me_2.read_annotations(path)

    assert [(row.subject, row.recording, row.kind, row.onset, row.apex, row.offset) for row in rows] == [
        (plan.subject, plan.name, event.kind, event.onset + 1, event.apex + 1, event.offset + 1)
        for plan in plans
        for event in plan.events
    ]
