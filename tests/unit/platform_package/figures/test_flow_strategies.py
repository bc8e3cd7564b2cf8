"""Fig. 5: the curves are the flow they say, and pictures of them are drawn."""

import numpy as np
import pytest

from platform.figures.flow_strategies import (
    ADJACENT,
    LARGE_WINDOW,
    SW_MRO,
    RegionFlow,
    draw_region_flow,
    region_curves,
    region_flow_chart,
    strongest_region,
)
from spotformer_core.datasets.recording import Expression, ExpressionKind

NUM_FRAMES, NUM_STEPS, NUM_REGIONS = 240, 8, 10
MACRO = Expression(onset=40, apex=60, offset=90, kind=ExpressionKind.MACRO)
MICRO = Expression(onset=150, apex=154, offset=158, kind=ExpressionKind.MICRO)


def band(*, moving=()):
    """Every region moves one pixel to the right in every frame inside these expressions, and nowhere else."""
    speed = np.zeros((NUM_FRAMES, NUM_REGIONS))
    for region, expression in moving:
        speed[expression.onset : expression.offset + 1, region] = 1.0
    place = np.cumsum(speed, axis=0)
    made = np.zeros((NUM_FRAMES, NUM_STEPS, NUM_REGIONS, 2), np.float16)
    for frame in range(NUM_FRAMES):
        for step in range(1, NUM_STEPS + 1):
            made[frame, step - 1, :, 0] = place[min(frame + step, NUM_FRAMES - 1)] - place[frame]
    return made


def flow(curves):
    return RegionFlow(recording="006_1", landmark=48, window=9, expressions=(MACRO, MICRO), curves=curves)


def test_the_curves_are_the_flow_that_each_strategy_means():
    made = band(moving=[(3, MACRO)])
    # As the extraction of that strategy has it: from the first frame of the window to the frame after each.
    large = np.zeros((NUM_FRAMES, 1, NUM_REGIONS, 2), np.float16)
    large[:, 0, 3, 1] = np.arange(NUM_FRAMES)

    curves = region_curves(made, large, region=3, window=9)

    assert curves[ADJACENT][60] == 1
    assert curves[ADJACENT][0] == curves[ADJACENT][30] == 0
    assert curves[SW_MRO][60] == 8
    assert curves[SW_MRO][120] == 0
    assert list(curves[LARGE_WINDOW][:4]) == [0, 0, 1, 2]


def test_without_a_large_window_two_curves_remain():
    assert list(region_curves(band(), None, region=0, window=5)) == [ADJACENT, SW_MRO]


def test_the_region_is_the_one_that_moves_in_expressions():
    assert strongest_region(band(moving=[(7, MACRO)]), (MACRO, MICRO)) == 7
    elsewhere = Expression(onset=200, apex=210, offset=220, kind=ExpressionKind.MACRO)
    assert strongest_region(band(moving=[(2, MACRO), (5, elsewhere)]), (elsewhere,)) == 5
    assert strongest_region(band(moving=[(4, MACRO)]), ()) == 4


def test_contrast_is_mean_flow_inside_over_outside():
    curve = np.full(NUM_FRAMES, 0.5, np.float32)
    curve[MACRO.onset : MACRO.offset + 1] = 2.0
    curve[MICRO.onset : MICRO.offset + 1] = 2.0

    assert flow({SW_MRO: curve}).contrasts() == {SW_MRO: pytest.approx(4)}
    assert flow({SW_MRO: np.zeros(NUM_FRAMES, np.float32)}).contrasts() == {}


def test_the_stretch_is_around_the_shortest_expression():
    assert flow({SW_MRO: np.zeros(NUM_FRAMES, np.float32)}).stretch == (75, 233)
    assert flow({SW_MRO: np.zeros(100, np.float32)}).stretch == (0, 99)


def test_picture_and_chart_show_every_strategy(tmp_path):
    curves = region_curves(band(moving=[(3, MACRO)]), band()[:, :1], region=3, window=9)

    png = draw_region_flow(flow(curves), note=" (rendered)")
    chart = region_flow_chart(flow(curves))

    assert png.startswith(b"\x89PNG")
    assert png == draw_region_flow(flow(curves), note=" (rendered)")
    assert png != draw_region_flow(flow(curves))
    assert [trace.name for trace in chart.data] == [ADJACENT, LARGE_WINDOW, SW_MRO]
    assert len({(trace.line.color, trace.line.dash) for trace in chart.data}) == 3
    assert [len(trace.y) for trace in chart.data] == [NUM_FRAMES] * 3
    # Both expressions are marked in every panel.
    assert len(chart.layout.shapes) == 6
