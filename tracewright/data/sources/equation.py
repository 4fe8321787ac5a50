"""Equation-annotated sets: MAWPS, SVAMP, ASDiv and their kin, as they are published and as others preprocessed them.

    MAWPS        sQuestion, lEquations ["X=(70.0-27.0)"], lSolutions [43.0], iIndex
    SVAMP        Body, Question, Equation "( 8.0 - 3.0 )", Answer 5.0, ID, Type
    ASDiv        XML: <Problem ID=...> with Body, Question, Answer "9 (apples)", Formula "7+2=9"
    tables       Question "Ann has N_00 pens", Numbers "8.0 3.0", Equation "- number0 number1", Answer

Names of fields count in any letter case. The question is written as people write it (`masked.py`), and the answer is a
number: rows whose answer is none (ASDiv has yes and no, and times of day) are counted and left out.
Source of the names: github.com/sroy9/mawps, github.com/arkilpatel/SVAMP, github.com/chaochun/nlu-asdiv-dataset.

Not covered: several answers, systems of equations.
"""

from collections.abc import Sequence
from functools import partial

from tracewright.data.annotate import Annotation
from tracewright.data.problem import Problem
from tracewright.data.sources.entry import Entry, left_out
from tracewright.data.sources.fields import has, joined, plain_answer, read_numbers, row_id, text_of, texts_of
from tracewright.data.sources.formula import Unread, read_formula
from tracewright.data.sources.masked import Filled, confused, fill, untokenized
from tracewright.data.sources.rows import Row
from tracewright.data.sources.wiring import refused, stated, wire_equation, write_equation
from tracewright.number import Number

QUESTION, BODY = ("squestion", "question", "original_text"), ("body",)
EQUATION = ("lequations", "equation", "formula")
ANSWER = ("lsolutions", "answer", "ans")
NUMBERS, ID = ("numbers", "num_list"), ("iindex", "id")


def fits(row: Row) -> bool:
    """Say whether a row has an equation."""
    return has(row, EQUATION)


def read(rows: Sequence[Row], stem: str) -> list[Entry]:
    """Read problems with equations.

    Raises:
        DataError: a row lacks a field; names its line.
    """
    return [_entry(row, stem, number) for number, row in enumerate(rows)]


def _entry(row: Row, stem: str, number: int) -> Entry:
    body = text_of(row, BODY) if has(row, BODY) else ""
    asked = untokenized(joined(body, text_of(row, QUESTION)))
    equations = texts_of(row, EQUATION)
    answers = texts_of(row, ANSWER)
    numbers = read_numbers(row, NUMBERS)
    filled = fill(asked, numbers) if numbers else Filled(asked, ())
    question = asked if filled is None else filled.question
    extra = {"equation": "; ".join(equations)}
    problem = Problem(question=question, answer="", id=row_id(stem, row, ID, number), source=stem, extra=extra)
    if filled is None:
        return left_out(problem, "a placeholder without a number", "the question has more placeholders than numbers")
    answer = plain_answer(answers[0]) if len(answers) == 1 else None
    if answer is None:
        return left_out(
            problem, "the answer is no number", f"the answer {'; '.join(answers)[:40]!r} is no single number"
        )
    compiler = partial(compile_equation, equations=equations, numbers=numbers, places=filled.places)
    return Entry.of(problem, answer, compiler)


def compile_equation(
    problem: Problem, equations: Sequence[str], numbers: Sequence[Number], places: Sequence[int]
) -> Annotation:
    """Read the equations of a problem and write them as a trace.

    `places` says of each of the `numbers` which mention of the question it is, -1 where that is not known.
    """
    formula = read_formula(equations, numbers)
    if isinstance(formula, Unread):
        return refused(formula.why, f"{formula.why}: {'; '.join(equations)[:80]}")
    given = {leaf: places[number] for leaf, number in formula.given.items()}
    if given and min(given.values()) >= 0 and not confused(set(formula.given.values()), numbers):
        return write_equation(problem, formula.tree, given)
    single = stated(problem.question, formula.tree)
    return write_equation(problem, formula.tree, single) if single else wire_equation(problem, formula.tree)
