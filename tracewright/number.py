"""Exact numbers: read the literals of a trace and of an answer, write them, compare them.

A value is an `int` where it is whole and a `Fraction` elsewhere, never a float: 1/3 of 3 is 1. `mention` reads the
numbers of a question ("three quarters", "$1,200.50"); this file reads what stands in traces and gold answers.
"""

import re
from fractions import Fraction

Number = int | Fraction

MAX_DIGITS = 30
"""Most digits a literal may have on either side of the point or the stroke, and a result before and after it."""

DECIMAL_PLACES = 6
"""A value that ends within this many decimals is written as a decimal, any other as a ratio `p/q`."""

LITERAL = r"-?[0-9]+(?:\.[0-9]+|/[0-9]+)?"
_literal = re.compile(rf"{LITERAL}\Z")
_answer = re.compile(r"\s*(-?)\s*\$?\s*(-?)((?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?|\d+/\d+)\s*[%.]?\s*\Z", re.ASCII)


def tidy(value: Number) -> Number:
    """Return a whole `Fraction` as an `int`; leave everything else alone."""
    if value.__class__ is Fraction and value.denominator == 1:
        return value.numerator
    return value


def divide(left: Number, right: Number) -> Number:
    """Divide exactly, quick where both are whole and nothing is left; raises ZeroDivisionError."""
    if left.__class__ is int is right.__class__ and not left % right:
        return left // right
    return tidy(Fraction(left, right))


def read_literal(text: str) -> Number | None:
    """Read a number as a trace may write it: an integer, a decimal or a ratio, with an optional minus.

    Returns None for everything else, for more than MAX_DIGITS digits in a part, and for a ratio over zero.
    """
    if text.isdecimal() and text.isascii() and len(text) <= MAX_DIGITS:
        return int(text)
    if len(text) > 2 * MAX_DIGITS + 2 or not _literal.match(text):
        return None
    if "/" in text:
        top, bottom = text.split("/")
        if int(bottom) == 0 or len(top.lstrip("-")) > MAX_DIGITS or len(bottom) > MAX_DIGITS:
            return None
        return tidy(Fraction(int(top), int(bottom)))
    whole, _, decimals = text.partition(".")
    if len(whole.lstrip("-")) > MAX_DIGITS or len(decimals) > MAX_DIGITS:
        return None
    if not decimals:
        return int(whole)
    return tidy(Fraction(int(whole + decimals), 10 ** len(decimals)))


def write(value: Number) -> str:
    """Write a number exactly: `18`, `-0.5`, `10/3`; `read_literal(write(x)) == x` within MAX_DIGITS."""
    if value.__class__ is int:
        return str(value)
    top, bottom = value.numerator, value.denominator
    if bottom == 1:
        return str(top)
    scaled, rest = divmod(abs(top) * 10**DECIMAL_PLACES, bottom)
    if rest:
        return f"{top}/{bottom}"
    digits = str(scaled).rjust(DECIMAL_PLACES + 1, "0")
    return f"{'-' if top < 0 else ''}{digits[:-DECIMAL_PLACES]}.{digits[-DECIMAL_PLACES:]}".rstrip("0")


def read_answer(text: str) -> tuple[Number, int | None] | None:
    """Read a gold answer: a literal, or one with `$`, thousands commas or a closing `%`.

    Returns the value and the number of decimals written (None where it is whole or a ratio and so exact), or None
    where `text` is no number.
    """
    match = _answer.match(text)
    if not match or not match[3] or (match[1] and match[2]):
        return None
    sign = "-" if match[1] or match[2] else ""
    digits = match[3].replace(",", "")
    value = read_literal(sign + ("0" + digits if digits.startswith(".") else digits))
    if value is None:
        return None
    return value, len(digits.partition(".")[2]) or None


def same(answer: Number, expected: Number, decimals: int | None = None) -> bool:
    """Say whether two numbers are equal: exactly, or to half a unit of the last of `decimals` places."""
    if decimals is None:
        return answer == expected
    return abs(Fraction(answer) - expected) <= Fraction(5, 10 ** (decimals + 1))
