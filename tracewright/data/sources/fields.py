"""What the fields of a row hold: a text, an answer as a number, an id, numbers to be filled in.

Not covered: which fields a set has (the readers know).
"""

import re
from collections.abc import Sequence
from fractions import Fraction

from tracewright.data.sources.rows import Row
from tracewright.errors import DataError, nearest
from tracewright.number import Number, read_answer, read_literal, tidy, write

MOST_DECIMALS = 9
"""An answer with more decimals was written by a program, 0.30000000000000004: it is rounded to six."""

MOST_DENOMINATOR = 1000
"""Largest denominator of a ratio that a long decimal is taken for."""

_unit = re.compile(r"\s*\([^()]*\)\s*\Z")
_signs = re.compile(r"[$,%\s]|\.\Z")
_literal = re.compile(r"-?\d+(?:\.\d+)?(?:/\d+)?")
_clause = re.compile(r"(?:If|When|While|After|Before|Since|Given|Because|Although|Suppose|Assuming|In|On|At|For)\b")
_asking = re.compile(r"(?:How|What|Which|Who|When|Where|Find)\b")


def has(row: Row, names: Sequence[str]) -> bool:
    """Say whether a row has a field of one of these names, with something in it."""
    return any(row.fields.get(name) not in (None, "", []) for name in names)


def text_of(row: Row, names: Sequence[str]) -> str:
    """Return the text of the first of these fields that the row has; of a list its only entry.

    Raises:
        DataError: it has none of them, or no text is there.
    """
    for name in names:
        value = row.fields.get(name)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str) and value.strip():
            return value.strip()
    others = [name for name in row.fields if name not in names]
    hint = next((found for name in names if (found := nearest(name, others))), "")
    raise DataError(f"{row.where}: no text in a field {' or '.join(map(repr, names))}", hint)


def texts_of(row: Row, names: Sequence[str]) -> list[str]:
    """Return the texts of the first of these fields that the row has: one, or all entries of a list.

    Raises:
        DataError: as `text_of`.
    """
    for name in names:
        value = row.fields.get(name)
        if isinstance(value, list) and value and all(isinstance(item, str) and item.strip() for item in value):
            return [item.strip() for item in value]
    return [text_of(row, names)]


def plain_answer(text: str) -> str | None:
    """Return an answer as a problem has it; None where it is no single number.

    `9 (apples)` is 9, `43.0` is 43, `$1,200.50` is 1200.50, `0.30000000000000004` is 0.3.
    """
    bare = _unit.sub("", text.strip())
    read = read_answer(bare)
    if read is None:
        return None
    value, decimals = read
    if isinstance(value, int):
        return write(value)
    if decimals is None:
        return f"{value.numerator}/{value.denominator}"
    if decimals > MOST_DECIMALS:
        return write(Fraction(round(value * 10**6), 10**6))
    return _signs.sub("", bare)


def read_numbers(row: Row, names: Sequence[str]) -> list[Number]:
    """Read a list of numbers, `8.0 2.0` or [8.0, 2.0]; empty where the row has no such field."""
    for name in names:
        value = row.fields.get(name)
        if value:
            text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
            found = [read_literal(word) for word in _literal.findall(text)]
            return [simple(number) for number in found if number is not None]
    return []


def simple(number: Number) -> Number:
    """Return the ratio that a program's decimal stands for: 1/6 for 0.16666666666666666."""
    if 10**MOST_DECIMALS % number.denominator == 0:
        return number
    near = Fraction(number).limit_denominator(MOST_DENOMINATOR)
    return tidy(near) if abs(near - number) < Fraction(1, 10**MOST_DECIMALS) else number


def joined(body: str, question: str) -> str:
    """Put the facts and the question together; where the facts have no full stop, by a comma or by one."""
    if not body or question.startswith(body):
        return question
    if body[-1] in ".?!,;:\"'":
        return f"{body} {question}"
    if not _clause.match(body.rpartition(". ")[2]):
        return f"{body}. {question}"
    return f"{body}, {question[0].lower() + question[1:] if _asking.match(question) else question}"


def row_id(stem: str, row: Row, names: Sequence[str], number: int) -> str:
    """Name a problem `<file's stem>/<its own id>`, or by its place in the file, from 0."""
    own = next((str(row.fields[name]).strip() for name in names if row.fields.get(name)), "")
    return f"{stem}/{own or number}"
