"""Curves are drawn from the values that were logged, inside the picture, on round numbers."""

import math
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracewright.report.charts import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MAX_POINTS,
    RIGHT,
    TOP,
    WIDTH,
    charts,
    line_chart,
    nice_ticks,
)


def lines(svg):
    root = ET.fromstring(svg)
    return [
        [tuple(map(float, pair.split(","))) for pair in line.get("points").split()] for line in root.iter("polyline")
    ]


@settings(max_examples=500)
@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_ticks_are_round_and_span_the_values(low, width):
    ticks = nice_ticks(low, low + width)
    step = ticks[1] - ticks[0]
    assert 2 <= len(ticks) <= 7
    assert ticks[0] <= low + 1e-6 * max(1, abs(low), width) and ticks[-1] >= low + width - 1e-6 * max(
        1, abs(low), width
    )
    lead = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(lead - nice) for nice in (1, 2, 5, 10)) < 1e-3


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=700))
def test_curves_stay_inside_the_picture(values):
    svg = line_chart(list(enumerate(values)), "a <title> & more")
    drawn = lines(svg)
    assert drawn
    for line in drawn:
        assert len(line) <= MAX_POINTS + 1
        for x, y in line:
            assert LEFT - 0.1 <= x <= WIDTH - RIGHT + 0.1
            assert TOP - 0.1 <= y <= HEIGHT - BOTTOM + 0.1


def test_a_straight_curve_is_drawn_straight_to_scale():
    (line,) = lines(line_chart([(0, 0.0), (5, 0.5), (10, 1.0)], "t", share=True))
    assert line[0] == (LEFT, HEIGHT - BOTTOM)
    assert line[1] == (pytest.approx((LEFT + WIDTH - RIGHT) / 2), pytest.approx((TOP + HEIGHT - BOTTOM) / 2))
    assert line[2] == (WIDTH - RIGHT, TOP)


def test_many_points_get_a_moving_mean():
    faint, smooth = lines(line_chart([(step, step % 2) for step in range(100)], "t"))
    assert len(faint) == len(smooth) == 100
    middle = [y for _, y in smooth[10:90]]
    assert max(middle) - min(middle) < 0.3 * (max(y for _, y in faint) - min(y for _, y in faint))


def test_known_curves_with_values_are_drawn_and_nothing_else(run):
    rows = [
        {"stage": "rl", "step": step, "reward": step / 9, "kl": 0.0, "seconds": 3.0, "note": "x"} for step in range(5)
    ]
    rows += [{"stage": "sft", "step": 1, "loss": 3.0}, {"stage": "sft", "step": 2, "loss": math.nan}]
    assert [chart.title for chart in charts(rows)] == ["RL: mean reward of a step"]
    assert [chart.title for chart in charts(run.metrics)] == [
        "SFT: loss", "RL: mean reward of a step", "RL: entropy of a token, in nats"
    ]  # fmt: skip
    assert charts([]) == []
