"""The expressions of schemas: exact values, and nothing but arithmetic gets through."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracewright.data.draw import divide, whole
from tracewright.data.expression import read_expression
from tracewright.errors import DataError
from tracewright.number import read_literal

WORLD = {"div": divide, "whole": whole, "number": read_literal, "min": min, "max": max, "abs": abs}


def value(text, **names):
    expression = read_expression(text, "here")
    return eval(expression.python({name: name for name in names}), {**WORLD, **names})  # noqa: S307


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * 2", 17),
        ("(a + b) * 2", 24),
        ("a - b - 1", 1),
        ("a / b", Fraction(7, 5)),
        ("10 / b", 2),
        ("a // b + a % b", 3),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("-a + 10", 3),
        ("min(a, b) + max(a, 9)", 14),
        ("abs(b - a)", 2),
        ("a > b and not a == b", True),
        ("b < a < 8", True),
        ("a < b or whole(a / b)", False),
        ("whole(10 / b)", True),
    ],
)
def test_values(text, expected):
    assert value(text, a=7, b=5) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a +",
        "a b",
        "a.b",
        "a[0]",
        "f(a)",
        "__import__('os')",
        "(lambda: 1)()",
        "[1, 2]",
        "{1: 2}",
        "'text'",
        "a if b else a",
        "1e9",
        "True",
        "a ** b",
        "a << 2",
        "x := 3",
        "a; b",
        "min(*a)",
        "min(a, key=b)",
        "a in b",
        "1j",
        "0x10",
        "(" * 300,
        "1 +" * 500 + "1",
    ],
)
def test_what_is_refused(text):
    with pytest.raises(DataError, match=r"^here: "):
        read_expression(text, "here")


def test_unknown_functions_get_the_nearest_name():
    with pytest.raises(DataError, match="did you mean 'whole'"):
        read_expression("whol(a)", "here")


@given(st.integers(-50, 50), st.integers(-50, 50).filter(bool))
def test_division_is_exact_and_whole_where_it_can_be(a, b):
    assert divide(a, b) == Fraction(a, b)
    assert isinstance(divide(a, b), int) == (a % b == 0)
    assert divide(Fraction(a, 3), b) == Fraction(a, 3 * b)
    assert whole(divide(a, b)) == (a % b == 0)


def test_a_constant_is_known():
    assert read_expression("12", "here").constant == 12
    assert read_expression("a", "here").constant is None
