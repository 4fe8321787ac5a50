"""Operation programs, MathQA's way: `multiply(n0,n1)|divide(#0,const_100)|` -> a trace, the wiring as annotated.

`n0`, `n1`, ... are the numbers in digits of the text, from the left; `#0` is the result of the first operation and
`const_100` a number that the text does not state. A constant that equals a number word of the text (which have no `n`)
is taken for it, and the tier is `likely` then. The answer is the number in the right option: options that hold none,
or several, leave the problem out.

Not covered: `annotated_formula`, the same program with its numbers written out, which says less.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import NamedTuple

from tracewright.data.annotate import Annotation
from tracewright.data.annotate.context import Place, read_places
from tracewright.data.annotate.program import Ref, constant
from tracewright.data.problem import Problem
from tracewright.data.sources.entry import Entry, left_out
from tracewright.data.sources.fields import has, plain_answer, row_id, text_of
from tracewright.data.sources.masked import confused, untokenized
from tracewright.data.sources.operations import OPERATIONS, PI, Calculator
from tracewright.data.sources.rows import Row
from tracewright.data.sources.steps import Steps
from tracewright.data.sources.wiring import Words, refused, settle
from tracewright.number import Number, read_literal, tidy

QUESTION, PROGRAM, OPTIONS, CORRECT = ("problem", "question"), ("linear_formula",), ("options",), ("correct",)
SOLUTION = ("rationale",)

MAX_CALLS = 60
"""Most operations of a program."""

_call = re.compile(r"([a-z_]+)\(([^()|]*)\)\s*(?:\||\Z)\s*")
_digits = re.compile(r"(?<![\d.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<!\d)\.\d+", re.ASCII)
_option = re.compile(r"(?:\A|[\s,\['\"])([a-e])\s*\)\s*(.*?)(?=,?\s*[\s,'\"][a-e]\s*\)|\Z)", re.I | re.S)
_words = re.compile(r"\b(?:none|cannot|not|all|both|neither)\b", re.I)
_number = re.compile(r"\bn(\d{1,3})\b")
_constant = re.compile(r"const_(-?\d+)(?:[._](\d+))?\Z")


def fits(row: Row) -> bool:
    """Say whether a row has an operation program."""
    return has(row, PROGRAM) or has(row, ("annotated_formula",))


def read(rows: Sequence[Row], stem: str) -> list[Entry]:
    """Read problems with operation programs.

    Raises:
        DataError: a row lacks a field; names its line.
    """
    entries = []
    for number, row in enumerate(rows):
        program = text_of(row, PROGRAM)
        extra = {"program": program, "category": row.fields.get("category")}
        problem = Problem(
            question=untokenized(text_of(row, QUESTION)),
            answer="",
            id=row_id(stem, row, ("id",), number),
            source=stem,
            solution=text_of(row, SOLUTION).strip("\"' ") if has(row, SOLUTION) else "",
            extra={name: value for name, value in extra.items() if isinstance(value, str) and value},
        )
        answer = read_option(_options(row), text_of(row, CORRECT))
        entries.append(
            left_out(problem, "the answer is no number", "the right option is no single number")
            if answer is None
            else Entry.of(problem, answer, partial(compile_program, program=program))
        )
    return entries


def _options(row: Row) -> str:
    value = row.fields.get("options")
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return " , ".join(value)
    return text_of(row, OPTIONS)


def read_option(options: str, correct: str) -> str | None:
    """Return the number in the right option, `a ) rs . 400 , b ) 1 / 4` and `b`; None where it is no single number."""
    texts = {letter.lower(): text for letter, text in _option.findall(options)}
    text = texts.get(correct.strip().lower()[:1], "")
    text = re.sub(r"(?<=\d) ?/ ?(?=\d)", "/", text)
    numbers = re.findall(r"(?:(?<=\s)-|\A-)?\s?[\d,]*\.?\d+(?:/\d+)?", text)
    if len(numbers) != 1 or _words.search(text):
        return None
    return plain_answer(numbers[0].replace(" ", "").strip(","))


class _Given(NamedTuple):
    """What a text gives to a program."""

    numbers: tuple[Ref, ...]
    """Its numbers in digits, from the left: what n0, n1, ... mean."""
    values: tuple[Number, ...]
    words: Words


def compile_program(problem: Problem, program: str) -> Annotation:
    """Write an operation program as a trace."""
    places = read_places(problem.question)
    given = _read_given(problem.question, places)
    steps = Steps(places)
    answer = _write_calls(program, given, steps)
    if isinstance(answer, Annotation):
        return answer
    done = settle(steps.program, answer, places, given.words, problem)
    used = {int(digits) for digits in _number.findall(program)}
    if done.tier == "certain" and confused(used, given.values):
        reason = "a number that the program reads stands more than once in the question"
        return replace(done, tier="likely", kind="two mentions", reason=reason)
    return done


def _read_given(question: str, places: Sequence[Place]) -> _Given:
    numbers, values = list[Ref](), list[Number]()
    for match in _digits.finditer(question):
        text = match[0].replace(",", "")
        value = read_literal("0" + text if text[0] == "." else text)
        at = next((at for at, p in enumerate(places) if p.mention.start <= match.start() < p.mention.end), -1)
        values.append(value if value is not None else 0)
        numbers.append(_refer(values[-1], at, places))
    return _Given(tuple(numbers), tuple(values), Words.of(places))


def _refer(value: Number, at: int, places: Sequence[Place]) -> Ref:
    """Refer to a number in digits: as a mention, as a part of a fraction, or as a number without a source."""
    if at >= 0:
        whole = Fraction(places[at].mention.value)
        if whole == value:
            return Ref("mention", at)
        if whole.denominator > 1 and value in (whole.numerator, whole.denominator):
            return Ref("numerator" if value == whole.numerator else "denominator", at)
    return Ref("free", 0, tidy(value))


def _write_calls(program: str, given: _Given, steps: Steps) -> Ref | Annotation:
    """Write the calls of a program one after the other; return the result of the last."""
    results: list[Ref] = []
    end = 0
    for match in _call.finditer(program):
        if match.start() != end or len(results) == MAX_CALLS:
            break
        end = match.end()
        result = _write_call(match[1], match[2].split(","), given, results, Calculator(steps))
        if isinstance(result, Annotation):
            return result
        results.append(result)
        steps.equation += 1
    if end != len(program) or not results:
        return refused("the program cannot be read", f"the program cannot be read from {program[end:][:40]!r} on")
    return results[-1]


def _write_call(
    name: str, words: Sequence[str], given: _Given, results: Sequence[Ref], calculator: Calculator
) -> Ref | Annotation:
    operation = OPERATIONS.get(name)
    if operation is None:
        return refused(f"the operation {name}", f"no operation of the trace language computes {name}")
    args: list[Ref] = []
    for word in words:
        arg = _argument(word.strip(), given, results)
        if isinstance(arg, Annotation):
            return arg
        args.append(arg)
    if len(args) != operation.arity:
        return refused("arguments", f"{name} takes {operation.arity} arguments, and there are {len(args)}")
    kinds = [(arg.kind, arg.place) for arg in args]
    if name == "divide" and kinds[0][0] == "numerator" and kinds[1] == ("denominator", kinds[0][1]):
        return Ref("mention", args[0].place)
    written = operation.write(calculator, *args)
    return (
        refused(f"the operation {name}", f"{name} is not written with these arguments") if written is None else written
    )


def _argument(word: str, given: _Given, results: Sequence[Ref]) -> Ref | Annotation:
    """Read `n0`, `#0`, `const_100` or a number."""
    kind, digits = word[:1], word[1:]
    if digits.isdecimal() and kind in ("n", "#"):
        known = given.numbers if kind == "n" else results
        if int(digits) < len(known):
            return known[int(digits)]
        what = "number of the text" if kind == "n" else "earlier result"
        return refused("a missing number", f"there is no {what} {word}")
    if word == "const_pi":
        return constant(PI)
    match = _constant.match(word)
    if match:
        value = read_literal(f"{match[1]}.{match[2]}" if match[2] else match[1])
        if value is not None:
            return given.words.bind(value)
    plain = read_literal(word)
    if plain is not None:
        return Ref("free", 0, plain)
    return refused("the program cannot be read", f"{word[:40]!r} is no argument")
