"""Trees of sums and products over the literals of a solution: parsed from tokens, worked out exactly.

Not covered: letters (`algebra.py`), finding the tokens in a text (`equations.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tracewright.mention import VULGAR
from tracewright.number import MAX_DIGITS, Number, tidy

MAX_TOKENS = 80
"""Most tokens in one expression: longer ones are no arithmetic of a person."""

_OPENS_NUMBER = frozenset("0123456789.")


@dataclass(frozen=True, eq=False)
class Leaf:
    """A literal of an equation: its value and what the text says about it."""

    value: Number
    after: tuple[str, ...] = ()
    """Stems of the words that follow it in the text, up to the next sign."""
    before: tuple[str, ...] = ()
    """Stems of the words in front of it, nearest last."""
    dollar: bool = False
    percent: bool = False
    shown: bool = False
    """It was found in the text, not in the annotation alone."""
    relation: str = ""
    """`times`, `more` or `less`, where the words after it say so."""
    made: bool = False
    """It is nobody's number: the 1 of `x + 3x`, the 1/100 of a percent sign."""
    at: int = -1
    """Which literal of its annotation it is, from 0; -1 where it was read from the text."""
    per: str = ""
    """Stem of the unit that its unit is counted by: the hour of `60 miles/hour`."""
    borrowed: bool = False
    """Its words are those of an equal number elsewhere in the sentence."""


class Sum(NamedTuple):
    """Terms with a sign: `((a, False), (b, True))` is a - b."""

    terms: tuple[tuple["Node", bool], ...]


class Product(NamedTuple):
    """Factors, each of which may be a divisor: `((a, False), (b, True))` is a / b."""

    factors: tuple[tuple["Node", bool], ...]


Node = Leaf | Sum | Product


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the literals of a tree from left to right."""
    if isinstance(node, Leaf):
        yield node
        return
    for part, _ in node[0]:
        yield from leaves(part)


def evaluate(node: Node) -> Number:
    """Work a tree out exactly; raises ZeroDivisionError."""
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Sum):
        total: Number = 0
        for part, negative in node.terms:
            total = total - evaluate(part) if negative else total + evaluate(part)
        return tidy(total)
    product: Number = 1
    for part, divides in node.factors:
        value = evaluate(part)
        product = Fraction(product) / value if divides else product * value
    return tidy(product)


def number(text: str) -> Number | None:
    """Read a literal of a solution: digits with commas and decimals, a mixed number such as `1 1/2`, or `¾`."""
    if not text or text[0] not in _OPENS_NUMBER:
        return Fraction(*VULGAR[text]) if text in VULGAR else None
    if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS:
        return int(text)
    whole, blank, part = text.partition(" ")
    if blank and whole.isdecimal() and text.isascii() and len(whole) <= MAX_DIGITS:
        top, _, bottom = part.partition("/")
        return tidy(int(whole) + Fraction(int(top), int(bottom))) if 0 < int(top) < int(bottom) else None
    plain = text.replace(",", "")
    if len(plain) > MAX_DIGITS or not plain.replace(".", "", 1).isdecimal() or not plain.isascii():
        return None
    return tidy(Fraction("0" + plain if plain[0] == "." else plain.rstrip(".")))


def parse_expression(tokens: Sequence["Leaf | str"]) -> Node | None:
    """Parse literals, signs and brackets into a tree; None where they make no expression."""
    if not tokens or len(tokens) > MAX_TOKENS:
        return None
    parser = _Parser(tokens)
    tree = parser.sum()
    return tree if tree is not None and parser.at == len(tokens) else None


class _Parser:
    """Recursive descent over sums, products and brackets; every method returns None on a breach."""

    def __init__(self, tokens: Sequence["Leaf | str"]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def peek(self) -> "Leaf | str | None":
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def sum(self) -> Node | None:
        terms: list[tuple[Node, bool]] = []
        negative = False
        if self.peek() in ("+", "-"):
            negative = self.peek() == "-"
            self.at += 1
        while True:
            part = self.product()
            if part is None:
                return None
            terms.append((part, negative))
            sign = self.peek()
            if sign not in ("+", "-"):
                return part if len(terms) == 1 and not negative else Sum(tuple(terms))
            negative = sign == "-"
            self.at += 1

    def product(self) -> Node | None:
        factors: list[tuple[Node, bool]] = []
        divides = False
        while True:
            part = self.atom()
            if part is None:
                return None
            factors.append((part, divides))
            sign = self.peek()
            in_brackets = self.tokens[self.at - 1] == ")" and not isinstance(part, Leaf)
            if sign == "(" or (in_brackets and isinstance(sign, Leaf)):  # 500(.40), (1/2)18; but not: (1) 3 * 4
                divides = False
                continue
            if sign not in ("*", "/"):
                return part if len(factors) == 1 else Product(tuple(factors))
            divides = sign == "/"
            self.at += 1

    def atom(self) -> Node | None:
        token = self.peek()
        self.at += 1
        if isinstance(token, Leaf):
            return token
        if token != "(" or self.depth > 12:
            return None
        self.depth += 1
        inner = self.sum()
        self.depth -= 1
        if inner is None or self.peek() != ")":
            return None
        self.at += 1
        return inner


def holds(tree: Node, value: Number) -> bool:
    """Say whether a tree is worth a value, exactly."""
    try:
        return evaluate(tree) == value
    except ZeroDivisionError:
        return False
