"""Whatever an annotator wrote: a trace that runs to the answer or a reason, and never an exception."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tracewright.data.annotate.arithmetic import Leaf, Product, Sum, evaluate
from tracewright.data.problem import Problem
from tracewright.data.sources.equation import compile_equation
from tracewright.data.sources.fields import plain_answer
from tracewright.data.sources.formula import Unread, read_formula
from tracewright.data.sources.masked import fill, untokenized
from tracewright.data.sources.operations import OPERATIONS
from tracewright.data.sources.program import compile_program, read_option
from tracewright.data.sources.wiring import tell
from tracewright.grade import grade
from tracewright.number import read_answer, write
from tracewright.trace.render import render

TEXT = "Ann has 12 pens , 5 % of 40 cards and 2 1/2 pies ; three friends have 7.5 each . How many ?"
SIGNS = st.text("0123456789+-*/()=. xXN_%,#^|abn", max_size=30)
PIECES = st.lists(
    st.sampled_from(["12", "5", "40", "2.5", "7.5", "100", "x", "y", "+", "-", "*", "/", "(", ")", "=", "N_00", "x="]),
    max_size=14,
).map(" ".join)
ARGUMENT = st.sampled_from(["n0", "n1", "n2", "n7", "#0", "#1", "const_100", "const_3", "const_0_5", "const_pi", "12"])
CALL = st.builds(
    lambda name, words: f"{name}({','.join(words)})",
    st.sampled_from([*OPERATIONS, "sqrt", "nothing"]),
    st.lists(ARGUMENT, min_size=1, max_size=3),
)
numbers = st.one_of(st.integers(0, 60), st.fractions(0, 9, max_denominator=8))
trees = st.recursive(
    numbers.map(Leaf),
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)),
        st.sampled_from([Sum, Product]),
        st.lists(st.tuples(inner, st.booleans()), min_size=2, max_size=3),
    ),
    max_leaves=6,
)


def check(found, answer):
    """Hold an annotation against the answer: a right trace, or a failure with a kind and a reason."""
    if found.trace is None:
        assert found.tier == "failed"
        assert found.kind
        assert found.reason
        return
    assert found.tier in ("certain", "likely", "doubtful")
    assert grade(render(found.trace), Problem(question=TEXT, answer=answer)).status == "correct"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(SIGNS, PIECES), min_size=1, max_size=2), st.sampled_from(["17", "7", "2.4", "30", "1/3"]))
def test_any_equation(equations, answer):
    check(compile_equation(Problem(question=TEXT, answer=answer), equations, [12, 5], [0, 1]), answer)


@settings(max_examples=150, deadline=None)
@given(st.lists(CALL, max_size=4).map("|".join), st.sampled_from(["17", "7", "2.4", "30", "1/3"]))
def test_any_program(program, answer):
    check(compile_program(Problem(question=TEXT, answer=answer), program), answer)


@settings(max_examples=150, deadline=None)
@given(trees)
def test_what_is_told_is_what_is_meant(tree):
    """`tell` writes an expression that reads back to the same value; ratios are told as divisions."""
    try:
        value = evaluate(tree)
    except ZeroDivisionError:
        return
    read = read_formula([tell(tree)])
    assert not isinstance(read, Unread), tell(tree)
    assert evaluate(read.tree) == value, tell(tree)


@settings(max_examples=100, deadline=None)
@given(trees)
def test_an_equation_of_its_own_value_is_never_another_answer(tree):
    try:
        answer = write(evaluate(tree))
    except ZeroDivisionError:
        return
    if read_answer(answer) is None:
        return
    found = compile_equation(Problem(question=TEXT, answer=answer), [f"X = {tell(tree)}"], [], [])
    check(found, answer)
    assert found.kind != "another answer"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.lists(st.integers(-5, 99).map(Fraction), max_size=3))
def test_texts(text, values):
    assert untokenized(untokenized(text)) == untokenized(text)
    fill(text, values)
    read_option(text, "a")
    answer = plain_answer(text)
    assert answer is None or read_answer(answer) is not None
