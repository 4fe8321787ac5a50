"""The operations of MathQA's programs as operations of traces: one table, from a name to what it computes.

Each row is written in the four operations, floor, round, min, max, mod and the percentage operations; what needs a
root, a logarithm, an angle or a count of arrangements has no row, and its name is the reason why a program fails.
Source of names, arities and meanings: MathQA (Amini et al. 2019, arXiv 1905.13319) and the table of operations of
google/trax, trax/data/tf_inputs.py, compute_single_result.

Where this table differs from it: combined_work and find_work take times, and not rates; a division by zero is none.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from tracewright.data.annotate.program import Ref, constant
from tracewright.data.sources.steps import Steps
from tracewright.number import Number

PI = Fraction(31416, 10_000)
"""The trace language has no irrational numbers: pi to four decimals, as school books have it."""

MOST_POWER = 6
"""Largest exponent that is written as a product."""


class Calculator:
    """Writes operations; arguments are references or plain numbers."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def __call__(self, name: str, *args: Ref | Number) -> Ref:
        """Write one operation, or find the equal one that is there already."""
        refs = tuple(arg if isinstance(arg, Ref) else constant(arg) for arg in args)
        return self.steps.add(name, *refs)

    def square(self, a: Ref) -> Ref:
        """Write the square of a number."""
        return self("mul", a, a)

    def circle(self, a: Ref) -> Ref:
        """Write the area of a circle with this radius."""
        return self("mul", PI, a, a)


Write = Callable[..., Ref | None]
"""From a calculator and the arguments to the result; None where the arguments do not allow it."""


class Operation(NamedTuple):
    """A row of the table."""

    arity: int
    write: Write


def _times(c: Calculator, a: Ref, n: Ref) -> Ref | None:
    """Write a power as a product, where the exponent is a constant."""
    if n.kind != "constant" or not isinstance(n.value, int) or not 2 <= n.value <= MOST_POWER:
        return None
    return c("mul", *([a] * n.value))


def _together(c: Calculator, a: Ref, b: Ref) -> Ref:
    return c("div", 1, c("add", c("div", 1, a), c("div", 1, b)))


def _alone(c: Calculator, a: Ref, b: Ref) -> Ref:
    rates = c("div", 1, a), c("div", 1, b)
    return c("div", 1, c("sub", c("max", *rates), c("min", *rates)))


def _four(name: str) -> Operation:
    return Operation(2, lambda c, a, b: c(name, a, b))


def _half_product(c: Calculator, a: Ref, b: Ref) -> Ref:
    return c("div", c("mul", a, b), 2)


def _trapezium(c: Calculator, a: Ref, b: Ref, d: Ref) -> Ref:
    return c("div", c("mul", a, c("add", b, d)), 2)


def _box_surface(c: Calculator, a: Ref, b: Ref, d: Ref) -> Ref:
    return c("mul", 2, c("add", c("mul", a, b), c("mul", a, d), c("mul", b, d)))


_GAIN = Operation(2, lambda c, rate, base: c("percent_increase", base, rate))
_LOSS = Operation(2, lambda c, rate, base: c("percent_off", base, rate))
_LESS = Operation(1, lambda c, a: c("sub", 100, a))
_EDGES = Operation(1, lambda c, a: c("mul", 4, a))
_FOURTH = Operation(1, lambda c, a: c("div", a, 4))

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "add": _four("add"),
        "subtract": _four("sub"),
        "multiply": _four("mul"),
        "divide": _four("div"),
        "max": _four("max"),
        "min": _four("min"),
        "reminder": _four("mod"),
        "remainder": _four("mod"),
        "floor": Operation(1, lambda c, a: c("floor", a)),
        "round": Operation(1, lambda c, a: c("round", a)),
        "negate": Operation(1, lambda c, a: c("sub", 0, a)),
        "inverse": Operation(1, lambda c, a: c("div", 1, a)),
        "power": Operation(2, _times),
        "count_interval": Operation(2, lambda c, a, b: c("add", c("sub", a, b), 1)),
        # percentages
        "percent": Operation(2, lambda c, rate, base: c("percent_of", base, rate)),
        "from_percent": Operation(1, lambda c, a: c("div", a, 100)),
        "to_percent": Operation(1, lambda c, a: c("mul", a, 100)),
        "p_after_gain": _GAIN,
        "price_after_gain": _GAIN,
        "p_after_loss": _LOSS,
        "price_after_loss": _LOSS,
        "gain_percent": Operation(1, lambda c, a: c("add", 100, a)),
        "loss_percent": _LESS,
        "negate_percent": _LESS,
        "original_price_before_gain": Operation(2, lambda c, rate, a: c("div", c("mul", a, 100), c("add", 100, rate))),
        "original_price_before_loss": Operation(2, lambda c, rate, a: c("div", c("mul", a, 100), c("sub", 100, rate))),
        # chances
        "negate_prob": Operation(1, lambda c, a: c("sub", 1, a)),
        "union_prob": Operation(3, lambda c, a, b, d: c("sub", c("add", a, b), d)),
        # speed and work
        "speed": _four("div"),
        "speed_in_still_water": Operation(2, lambda c, a, b: c("div", c("add", a, b), 2)),
        "stream_speed": Operation(2, lambda c, a, b: c("div", c("sub", a, b), 2)),
        "speed_ratio_steel_to_stream": Operation(2, lambda c, a, b: c("div", c("add", a, b), c("sub", a, b))),
        "combined_work": Operation(2, _together),
        "find_work": Operation(2, _alone),
        # plane figures
        "square_area": Operation(1, Calculator.square),
        "square_perimeter": _EDGES,
        "rhombus_perimeter": _EDGES,
        "square_edge_by_perimeter": _FOURTH,
        "square_edge_by_parameter": _FOURTH,
        "rectangle_area": _four("mul"),
        "rectangle_perimeter": Operation(2, lambda c, a, b: c("mul", 2, c("add", a, b))),
        "triangle_area": Operation(2, _half_product),
        "rhombus_area": Operation(2, _half_product),
        "triangle_perimeter": Operation(3, lambda c, a, b, d: c("add", a, b, d)),
        "trapezium_area": Operation(3, _trapezium),
        "quadrilateral_area": Operation(3, _trapezium),
        "circle_area": Operation(1, Calculator.circle),
        "circumface": Operation(1, lambda c, a: c("mul", 2, PI, a)),
        "circle_arc": Operation(2, lambda c, angle, a: c("mul", c("div", angle, 360), 2, PI, a)),
        "circle_sector_area": Operation(2, lambda c, a, angle: c("mul", c("div", angle, 360), c.circle(a))),
        "semi_circle_perimiter": Operation(1, lambda c, a: c("add", c("mul", PI, a), c("mul", 2, a))),
        # bodies
        "volume_cube": Operation(1, lambda c, a: c("mul", a, a, a)),
        "surface_cube": Operation(1, lambda c, a: c("mul", 6, a, a)),
        "volume_rectangular_prism": Operation(3, lambda c, a, b, d: c("mul", a, b, d)),
        "surface_rectangular_prism": Operation(3, _box_surface),
        "volume_cylinder": Operation(2, lambda c, a, high: c("mul", c.circle(a), high)),
        "surface_cylinder": Operation(2, lambda c, a, high: c("mul", 2, PI, a, c("add", a, high))),
        "volume_cone": Operation(2, lambda c, a, high: c("div", c("mul", c.circle(a), high), 3)),
        "volume_sphere": Operation(1, lambda c, a: c("div", c("mul", 4, c("mul", PI, a, a, a)), 3)),
        "surface_sphere": Operation(1, lambda c, a: c("mul", 4, c.circle(a))),
    }
)
"""Every operation that can be written as steps of a trace, by MathQA's name."""
