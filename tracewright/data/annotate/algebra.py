"""Linear equations in one unknown, `2x + 3 = 19`: solved, with the steps that solve them.

Each side is gathered into what multiplies the unknown and what stands alone, as trees over the literals that were
written; the solution (sum of what stands alone) / (sum of what multiplies) is an equation like any other, and every
literal in it can be wired to its source. Of several forms of one equation the first is taken: it still has the numbers
of the question, where the later ones have been worked on.

Not covered: unknowns that are words, squares, systems that are never brought to one unknown.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.arithmetic import Leaf, Node, Product, Sum, evaluate, holds
from tracewright.data.annotate.equations import Equation, Item, Sentence, next_start, shown_leaf
from tracewright.number import Number, tidy

Part = tuple[Node | None, bool]
"""A term: its tree (None for 1, of an unknown without a coefficient) and whether it is subtracted."""


class Linear(NamedTuple):
    """`unknown` terms times x, plus `plain` terms."""

    unknown: tuple[Part, ...]
    plain: tuple[Part, ...]


class Solved(NamedTuple):
    """The unknown's letter, the tree that gives it, and its value."""

    letter: str
    tree: Node
    value: Number


def solve_identity(left: Sequence[Leaf | str], right: Sequence[Leaf | str]) -> list[Solved]:
    """Find what an identity works out: 2(4 + x) = 8 + 2x says that 8 is 2 * 4."""
    letters = {token for token in (*left, *right) if isinstance(token, str) and token.isalpha()}
    sides = [_Reader(side).read() for side in (left, right)]
    if len(letters) != 1 or sides[0] is None or sides[1] is None:
        return []
    found = []
    letter = letters.pop()
    for long, short in ((sides[0].unknown, sides[1].unknown), (sides[0].plain, sides[1].plain)):
        if not long and not short:
            continue
        if len(short) != 1 or short[0][1] or not isinstance(short[0][0], Leaf):
            return []
        tree = _gather(long)
        if tree is None or not holds(tree, short[0][0].value):
            return []
        if not isinstance(tree, Leaf):
            found.append(Solved(letter, tree, short[0][0].value))
    return found


def solve_equation(left: Sequence[Leaf | str], right: Sequence[Leaf | str]) -> Solved | None:
    """Solve `left = right` for the one letter in it; None where it is not linear, has no letter, or says nothing."""
    letters = {token for token in (*left, *right) if isinstance(token, str) and token.isalpha()}
    if len(letters) != 1:
        return None
    sides = [_Reader(side).read() for side in (left, right)]
    if sides[0] is None or sides[1] is None:
        return None
    unknown = (*sides[0].unknown, *((tree, not sign) for tree, sign in sides[1].unknown))
    plain = (*sides[1].plain, *((tree, not sign) for tree, sign in sides[0].plain))
    try:
        slope, rest = _total(unknown), _total(plain)
        if slope == 0:
            return None
        if slope < 0:
            unknown = tuple((tree, not sign) for tree, sign in unknown)
            plain = tuple((tree, not sign) for tree, sign in plain)
        value = tidy(Fraction(rest) / slope)
        tree = _quotient(_gather(plain), unknown)
        if tree is None or isinstance(tree, Leaf) or evaluate(tree) != value:
            return None
    except ZeroDivisionError:
        return None
    return Solved(letters.pop(), tree, value)


def _total(parts: Sequence[Part]) -> Number:
    total: Number = 0
    for tree, negative in parts:
        value = 1 if tree is None else evaluate(tree)
        total = total - value if negative else total + value
    return total


def _one() -> Leaf:
    return Leaf(1, made=True)


def _gather(parts: Sequence[Part]) -> Node | None:
    terms = tuple((_one() if tree is None else tree, sign) for tree, sign in parts)
    if not terms:
        return None
    return terms[0][0] if len(terms) == 1 and not terms[0][1] else Sum(terms)


def _quotient(top: Node | None, unknown: Sequence[Part]) -> Node | None:
    """Divide by what multiplies the unknown, factor by factor where it is one product."""
    if top is None:
        return None
    if len(unknown) == 1 and not unknown[0][1]:
        by = unknown[0][0]
        if by is None:
            return top
        factors = by.factors if isinstance(by, Product) else ((by, False),)
        turned = tuple((part, not divides) for part, divides in factors if not (isinstance(part, Leaf) and part.made))
        return Product(((top, False), *turned)) if turned else top
    by = _gather(unknown)
    return None if by is None else Product(((top, False), (by, True)))


class _Reader:
    """Recursive descent like that of `equations.py`, to linear forms."""

    def __init__(self, tokens: Sequence[Leaf | str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def peek(self) -> Leaf | str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def read(self) -> Linear | None:
        form = self.sum() if self.tokens else None
        return form if form is not None and self.at == len(self.tokens) else None

    def sum(self) -> Linear | None:
        unknown: list[Part] = []
        plain: list[Part] = []
        negative = False
        if self.peek() in ("+", "-"):
            negative = self.peek() == "-"
            self.at += 1
        while True:
            form = self.product()
            if form is None:
                return None
            unknown += [(tree, sign != negative) for tree, sign in form.unknown]
            plain += [(tree, sign != negative) for tree, sign in form.plain]
            sign = self.peek()
            if sign not in ("+", "-"):
                return Linear(tuple(unknown), tuple(plain))
            negative = sign == "-"
            self.at += 1

    def product(self) -> Linear | None:
        total: Linear | None = None
        divides = False
        while True:
            form = self.atom()
            if form is None:
                return None
            total = form if total is None else _times(total, form, divides)
            if total is None:
                return None
            token = self.peek()
            if token in ("*", "/"):
                divides = token == "/"
                self.at += 1
            elif token == "(" or isinstance(token, Leaf) or (isinstance(token, str) and token.isalpha()):
                divides = False  # 3x, 2(x + 1)
            else:
                return total

    def atom(self) -> Linear | None:
        token = self.peek()
        self.at += 1
        if isinstance(token, Leaf):
            return Linear((), ((token, False),))
        if isinstance(token, str) and token.isalpha():
            return Linear(((None, False),), ())
        if token != "(" or self.depth > 12:
            return None
        self.depth += 1
        inner = self.sum()
        self.depth -= 1
        if inner is None or self.peek() != ")":
            return None
        self.at += 1
        return inner


def _times(left: Linear, right: Linear, divides: bool) -> Linear | None:
    if right.unknown and (left.unknown or divides):
        return None
    if right.unknown:
        left, right = right, left
    by = _gather(right.plain)
    if by is None:
        return None
    return Linear(
        tuple((_scale(tree, by, divides), sign) for tree, sign in left.unknown),
        tuple((_scale(tree, by, divides), sign) for tree, sign in left.plain),
    )


def _scale(tree: Node | None, by: Node, divides: bool) -> Node:
    if tree is None:
        return Product(((_one(), False), (by, True))) if divides else by
    own = tree.factors if isinstance(tree, Product) else ((tree, False),)
    extra = by.factors if isinstance(by, Product) and not divides else ((by, divides),)
    return Product((*own, *extra))


def read_algebra(
    sentence: Sentence, confirmed: frozenset[Number], taken: Sequence[int] = ()
) -> list[tuple[int, Equation]]:
    """Find the equations of a sentence with one unknown whose solution is among the confirmed values.

    `taken` has the places of equations without unknowns; an equals sign serves one equation only.
    """
    items = sentence.items
    if not any(len(item.text) == 1 and item.text.isalpha() for item in items):
        return []
    leaves = {at: shown_leaf(items, at) for at, item in enumerate(items) if item.value is not None}
    found = []
    for at, item in enumerate(items):
        if item.text != "=" or any(item.start <= place <= next_start(items, at) for place in taken):
            continue
        for left, right in _gather_sides(items, at, leaves):
            solved = solve_equation(left, right)
            if solved and solved.value in confirmed:
                found.append((item.start, _equation(solved, sentence)))
                break
            identities = solve_identity(left, right)
            if identities:
                found += [(item.start, _equation(identity, sentence)) for identity in identities]
                break
    return found


def _equation(solved: Solved, sentence: Sentence) -> Equation:
    return Equation(
        solved.tree,
        solved.value,
        sentence.line,
        (),
        sentence.words,
        sentence.names,
        annotated=False,
        letter=solved.letter,
    )


def _gather_sides(
    items: Sequence[Item], at: int, leaf_of: dict[int, Leaf]
) -> list[tuple[list[Leaf | str], list[Leaf | str]]]:
    """Collect the tokens left and right of the equals sign at a place, longest reading first.

    `leaf_of` has the leaf of each number by its place; letters count as unknowns where they stand alone.
    """
    lefts = _side(items, range(at - 1, max(-1, at - 40), -1), leaf_of)
    rights = _side(items, range(at + 1, min(len(items), at + 40)), leaf_of)
    for side in lefts:
        side.reverse()
    return [(left, right) for left in lefts[:4] for right in rights[:4]]


def _side(items: Sequence[Item], places: range, leaf_of: dict[int, Leaf]) -> list[list[Leaf | str]]:
    """Collect tokens away from an equals sign; return the ways to cut them, longest first, all balanced."""
    tokens: list[Leaf | str] = []
    cuts: list[list[Leaf | str]] = []
    for place in places:
        item = items[place]
        if place in leaf_of:
            tokens.append(leaf_of[place])
        elif item.text == "/" and _unit_slash(items, place):
            continue
        elif item.text in ("+", "-", "*", "/", "(", ")"):
            tokens.append(item.text)
        elif item.text in ("x", "X") and _is_times(items, place):
            tokens.append("*")
        elif len(item.text) == 1 and item.text.isalpha() and item.text.isascii() and item.text not in "aI":
            tokens.append(item.text.lower())
        elif item.text in ("$", "€", "£", ">", "<"):
            continue
        elif item.text == "%":
            percent: list[Leaf | str] = ["*", Leaf(Fraction(1, 100), made=True)]
            tokens += percent if places.step > 0 else percent[::-1]
        elif item.text.isalpha() and _between_signs(items, place):
            continue  # a unit: 20 pens - 10 pens
        else:
            break
        if tokens.count("(") == tokens.count(")"):
            cuts.append(list(tokens))
    return cuts[::-1]


def _unit_slash(items: Sequence[Item], place: int) -> bool:
    """Say whether a stroke joins two words: minutes/lap."""
    around = [items[at].text for at in (place - 1, place + 1) if 0 <= at < len(items)]
    return len(around) == 2 and all(len(text) > 1 and text.isalpha() for text in around)


def _is_times(items: Sequence[Item], place: int) -> bool:
    """Say whether an x is a sign: spaces around it, a number or bracket before and after."""
    if place == 0 or place + 1 >= len(items):
        return False
    before, item, after = items[place - 1], items[place], items[place + 1]
    apart = before.end < item.start and item.end < after.start
    return (
        apart and (before.value is not None or before.text == ")") and (after.value is not None or after.text in "($")
    )


def _between_signs(items: Sequence[Item], place: int) -> bool:
    """Say whether a word stands between a number and a sign, so that it is a unit."""
    after = items[place + 1].text if place + 1 < len(items) else ""
    return place > 0 and items[place - 1].value is not None and after in ("+", "-", "*", "/", ")", "=")
