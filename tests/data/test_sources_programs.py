"""MathQA's operations, each against the plain formula; programs that cannot be written say why."""

import math

import pytest

from tracewright.data.problem import Problem
from tracewright.data.sources.operations import OPERATIONS
from tracewright.data.sources.program import compile_program, read_option
from tracewright.mention import read_mentions
from tracewright.number import read_answer
from tracewright.trace.render import render
from tracewright.trace.solve import solve

TEXT = "a thing has 7 rows , 5 columns and 3 more . how many ?"
PI = 3.1416
FORMULAS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "max": max,
    "min": min,
    "reminder": lambda a, b: a % b,
    "remainder": lambda a, b: a % b,
    "floor": math.floor,
    "round": lambda a: a,
    "negate": lambda a: -a,
    "inverse": lambda a: 1 / a,
    "count_interval": lambda a, b: a - b + 1,
    "percent": lambda a, b: b * a / 100,
    "from_percent": lambda a: a / 100,
    "to_percent": lambda a: a * 100,
    "p_after_gain": lambda a, b: b * (1 + a / 100),
    "price_after_gain": lambda a, b: b * (1 + a / 100),
    "p_after_loss": lambda a, b: b * (1 - a / 100),
    "price_after_loss": lambda a, b: b * (1 - a / 100),
    "gain_percent": lambda a: 100 + a,
    "loss_percent": lambda a: 100 - a,
    "negate_percent": lambda a: 100 - a,
    "original_price_before_gain": lambda a, b: b / (1 + a / 100),
    "original_price_before_loss": lambda a, b: b / (1 - a / 100),
    "negate_prob": lambda a: 1 - a,
    "union_prob": lambda a, b, c: a + b - c,
    "speed": lambda a, b: a / b,
    "speed_in_still_water": lambda a, b: (a + b) / 2,
    "stream_speed": lambda a, b: (a - b) / 2,
    "speed_ratio_steel_to_stream": lambda a, b: (a + b) / (a - b),
    "combined_work": lambda a, b: a * b / (a + b),
    "find_work": lambda a, b: a * b / abs(a - b),
    "square_area": lambda a: a**2,
    "square_perimeter": lambda a: 4 * a,
    "rhombus_perimeter": lambda a: 4 * a,
    "square_edge_by_perimeter": lambda a: a / 4,
    "square_edge_by_parameter": lambda a: a / 4,
    "rectangle_area": lambda a, b: a * b,
    "rectangle_perimeter": lambda a, b: 2 * (a + b),
    "triangle_area": lambda a, b: a * b / 2,
    "rhombus_area": lambda a, b: a * b / 2,
    "triangle_perimeter": lambda a, b, c: a + b + c,
    "trapezium_area": lambda a, b, c: a * (b + c) / 2,
    "quadrilateral_area": lambda a, b, c: a * (b + c) / 2,
    "circle_area": lambda a: PI * a**2,
    "circumface": lambda a: 2 * PI * a,
    "circle_arc": lambda a, b: a / 360 * 2 * PI * b,
    "circle_sector_area": lambda a, b: b / 360 * PI * a**2,
    "semi_circle_perimiter": lambda a: PI * a + 2 * a,
    "volume_cube": lambda a: a**3,
    "surface_cube": lambda a: 6 * a**2,
    "volume_rectangular_prism": lambda a, b, c: a * b * c,
    "surface_rectangular_prism": lambda a, b, c: 2 * (a * b + a * c + b * c),
    "volume_cylinder": lambda a, b: PI * a**2 * b,
    "surface_cylinder": lambda a, b: 2 * PI * a * (a + b),
    "volume_cone": lambda a, b: PI * a**2 * b / 3,
    "volume_sphere": lambda a: 4 / 3 * PI * a**3,
    "surface_sphere": lambda a: 4 * PI * a**2,
}


def compiled(program, answer, text=TEXT):
    return compile_program(Problem(question=text, answer=answer), program)


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "power"])
def test_every_operation_computes_its_formula(name):
    arity = OPERATIONS[name].arity
    value = FORMULAS[name](*(7, 5, 3)[:arity])
    found = compiled(f"{name}({','.join(f'n{at}' for at in range(arity))})|", f"{value:.6f}")
    assert found.trace is not None, found.reason
    gold, _ = read_answer(f"{value:.6f}")
    assert abs(solve(found.trace, read_mentions(TEXT)).answer - gold) <= 0.0000005
    assert found.tier == "certain"
    assert found.grounded


def test_the_table_of_formulas_is_whole():
    assert set(FORMULAS) == set(OPERATIONS) - {"power"}


def test_power():
    assert compiled("power(n0,const_3)", "343").tier == "certain"
    assert compiled("power(n0,n2)", "343").kind == "the operation power"  # the steps would depend on the number
    assert compiled("power(n0,const_0_5)", "2.65").kind == "the operation power"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("sqrt", "n0"), ("log", "n0"), ("factorial", "n0"), ("choose", "n0,n1"), ("gcd", "n0,n1"), ("sine", "n0")],
)
def test_what_the_language_cannot_compute_is_counted_by_its_name(name, arguments):
    found = compiled(f"add(n0,n1)|{name}({arguments})|", "3")
    assert (found.tier, found.kind) == ("failed", f"the operation {name}")


@pytest.mark.parametrize(
    ("program", "answer", "kind"),
    [
        ("add(n0,n9)|", "7", "a missing number"),
        ("add(n0,#1)|", "7", "a missing number"),
        ("add(#0,n1)|", "7", "a missing number"),
        ("add(n0,const_deg_to_rad)|", "7", "the program cannot be read"),
        ("add(n0,n1", "7", "the program cannot be read"),
        ("add(n0,n1)| and more", "7", "the program cannot be read"),
        ("", "7", "the program cannot be read"),
        ("|".join(["add(n0,n1)"] * 100), "12", "the program cannot be read"),
        ("add(n0)|", "7", "arguments"),
        ("divide(n0,const_0)|", "7", "fault division_by_zero"),
        ("add(n0,n1)|", "99", "another answer"),
        ("round(n0)|add(n1,n2)|", "99", "another answer"),
    ],
)
def test_programs_that_fail_say_why(program, answer, kind):
    found = compiled(program, answer)
    assert (found.tier, found.kind) == ("failed", kind)


def test_parts_of_a_fraction_are_the_fraction():
    text = "he eats 3/4 of 20 figs . how many ?"
    found = compiled("divide(n0,n1)|multiply(#0,n2)|", "15", text)
    assert found.tier == "certain"
    assert [step.fields["source"] for step in found.trace.parts[0].steps if step.op == "init"] == ["n1", "n2"]


@pytest.mark.parametrize(
    ("program", "operation"),
    [
        ("divide(n1,const_100)|multiply(n0,#0)|", "percent_of"),
        ("multiply(n0,n1)|divide(#0,const_100)|", "percent_of"),
        ("multiply(n0,n1)|multiply(#0,const_0_01)|", "percent_of"),
        ("subtract(const_100,n1)|multiply(n0,#0)|divide(#1,const_100)|", "percent_off"),
        ("divide(n1,const_100)|subtract(const_1,#0)|multiply(#1,n0)|", "percent_off"),
        ("add(const_100,n1)|divide(#0,const_100)|multiply(#1,n0)|", "percent_increase"),
        ("divide(n1,const_100)|add(#0,const_1)|multiply(#1,n0)|", "percent_increase"),
    ],
)
def test_percentages_are_percentages_however_they_are_written(program, operation):
    answer = {"percent_of": "60", "percent_off": "180", "percent_increase": "300"}[operation]
    found = compiled(program, answer, "a coat costs 240 rupees , and then 25 % of it . what now ?")
    assert found.trace is not None, found.reason
    if program.count("const_0_01"):
        assert found.tier == "certain"
        return
    assert [step.op for step in found.trace.parts[0].steps] == ["init", "init", operation, "query"], render(found.trace)


def test_equal_numbers_are_told_apart_only_where_the_program_does():
    """n0 was put in by value: the second 5 may be meant as well, unless the program names it somewhere."""
    text = "a pen costs 5 coins , a pad 9 coins . ida buys 5 pads and 5 pens . what does she pay ?"
    assert compiled("multiply(n0,n1)|", "45", text).tier == "likely"
    assert compiled("multiply(n2,n1)|multiply(n0,n3)|add(#0,#1)|", "70", text).tier == "certain"


def test_a_number_that_is_written_out_has_no_source():
    found = compiled("multiply(n0,11)|", "77")
    assert (found.tier, found.kind) == ("doubtful", "a number without a source")


@pytest.mark.parametrize(
    ("options", "correct", "answer"),
    [
        ("a ) rs . 400 , b ) rs . 300 , c ) 1,200", "a", "400"),
        ("a ) rs . 400 , b ) rs . 300 , c ) 1,200", "c", "1200"),
        ("a ) 1 / 4 , b ) 3 / 4 , c ) 1", "b", "3/4"),
        ("a ) 12.5 % , b ) - 5 , c ) 1", "a", "12.5"),
        ("a ) 12.5 % , b ) - 5 , c ) 1", "b", "-5"),
        ("['A)21', 'B)21.5', 'C)22']", "B", "21.5"),
        ("a ) 2 : 3 , b ) none of these , c ) 4 and 5 , d ) cannot be said", "a", None),
        ("a ) 2 : 3 , b ) none of these , c ) 4 and 5 , d ) cannot be said", "b", None),
        ("a ) 2 : 3 , b ) none of these , c ) 4 and 5 , d ) cannot be said", "c", None),
        ("a ) 2", "e", None),
        ("a ) a ) 24 , b ) b ) 120 , c ) c ) 625", "b", "120"),
        ("a ) none of these 3", "a", None),
    ],
)
def test_the_right_option(options, correct, answer):
    assert read_option(options, correct) == answer
