"""An annotator's equation, `X=(5.0+3.0)*2`, `28+x=54`, `7+2=9`, `- * N_00 N_01 N_02` -> the tree of the answer.

An unknown that stands once is worked free by turning the operations around it over; one that stands several times is
gathered by `annotate/algebra.py`. Several equations are taken in order where each has one unknown that is new.

Not covered: systems of equations, powers, remainders, functions: the reason says what was met.
"""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.annotate.algebra import solve_equation
from tracewright.data.annotate.arithmetic import Leaf, Node, Product, Sum, leaves, parse_expression
from tracewright.data.sources.fields import simple
from tracewright.data.sources.masked import placeholder
from tracewright.number import MAX_DIGITS, Number, read_literal

MAX_TEXT = 400
"""Most characters of an equation."""

_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+|[A-Za-z_][A-Za-z_0-9]*|\S", re.ASCII)
_SIGNS = {"×": "*", "÷": "/", "−": "-", "–": "-", "[": "(", "]": ")", "{": "(", "}": ")"}

Token = Leaf | str


class Unread(NamedTuple):
    """Why an equation could not be used: a few words for counting."""

    why: str


class Formula(NamedTuple):
    """The tree of an answer; `given` says of a leaf which number of the list its placeholder means."""

    tree: Node
    given: Mapping[Leaf, int]


def read_formula(equations: Sequence[str], numbers: Sequence[Number] = ()) -> Formula | Unread:
    """Read the equations of a problem; the last unknown that they give is the answer."""
    reader = _Reader(numbers)
    tree: Node | Unread = Unread("there is no equation")
    for text in equations:
        tree = reader.equation(text)
        if isinstance(tree, Unread):
            return tree
    return tree if isinstance(tree, Unread) else Formula(tree, reader.given)


class _Reader:
    """Reads equations one after the other, and remembers the unknowns that are known by now."""

    def __init__(self, numbers: Sequence[Number]) -> None:
        self.numbers = numbers
        self.given: dict[Leaf, int] = {}
        self.unknown: dict[str, Leaf] = {}
        self.known: dict[Leaf, Node] = {}

    def equation(self, text: str) -> Node | Unread:
        tokens = self.tokens(text) if len(text) <= MAX_TEXT else Unread("an equation is too long")
        if isinstance(tokens, Unread):
            return tokens
        sides = _split(tokens)
        if len(sides) > 2:
            return Unread("several equals signs")
        trees = [_parse(side) for side in sides]
        names = self.open_names(tokens)
        if len(names) > 1:
            return Unread("several unknowns")
        if any(tree is None for tree in trees):
            # 2x and x(3) are no expressions of the annotator of solutions, but they may be linear forms
            return self.gathered(sides, names)
        read = [self.replaced(tree) for tree in trees if tree is not None]
        if not names:
            return _worked_side(read)
        if len(read) == 1:
            return Unread("an unknown without an equation")
        leaf = self.unknown[names[0]]
        solved = _solve(read[0], read[1], leaf)
        if solved is None:
            return self.gathered(sides, names)
        self.known[leaf] = solved
        return solved

    def tokens(self, text: str) -> list[Token] | Unread:
        """Cut a text into literals, signs, and a leaf for each unknown; 2x is 2 * x."""
        found: list[Token] = []
        words = [_SIGNS.get(word, word) for word in _TOKEN.findall(text)]
        for at, word in enumerate(words):
            leaf = None if _is_times(words, at) else self.leaf(word)
            if isinstance(leaf, Unread):
                return leaf
            if leaf is not None:
                if found and word[0].isalpha() and placeholder(word) is None:
                    if found[-1] == ")" or isinstance(found[-1], Leaf):
                        found.append("*")
                found.append(leaf)
            elif word == "%":
                if words[at + 1 : at + 2] and (words[at + 1][0].isalnum() or words[at + 1] == "("):
                    return Unread("a remainder")
                found += ["*", Leaf(Fraction(1, 100), made=True)]
            elif word == "^" or "**" in text:
                return Unread("a power")
            elif word in "+-*/()=xX":
                found.append("*" if word in "xX" else word)
            elif word not in "$€£":
                return Unread("an equation cannot be read")
        return found

    def leaf(self, word: str) -> Leaf | Unread | None:
        """Make the leaf of a literal, a placeholder or an unknown; None for a sign."""
        if word[0].isdecimal() or (word[0] == "." and len(word) > 1):
            value = read_literal(("0" + word if word[0] == "." else word).replace(",", ""))
            return Unread(f"a number of over {MAX_DIGITS} digits") if value is None else Leaf(simple(value))
        if not (word[0].isalpha() or word[0] == "_"):
            return None
        number = placeholder(word)
        if number is None or not self.numbers:
            return self.unknown.setdefault(word.lower(), Leaf(0))
        if number >= len(self.numbers):
            return Unread("a placeholder without a number")
        leaf = Leaf(self.numbers[number])
        self.given[leaf] = number
        return leaf

    def open_names(self, tokens: Sequence[Token]) -> list[str]:
        """Return the unknowns of an equation that no earlier one gave."""
        here = {id(token) for token in tokens if isinstance(token, Leaf)}
        return [name for name, leaf in self.unknown.items() if id(leaf) in here and leaf not in self.known]

    def replaced(self, tree: Node) -> Node:
        """Put what is known in the place of its unknowns."""
        if isinstance(tree, Leaf):
            return self.known.get(tree, tree)
        parts = tuple((self.replaced(part), sign) for part, sign in tree[0])
        return Sum(parts) if isinstance(tree, Sum) else Product(parts)

    def gathered(self, sides: Sequence[Sequence[Token]], names: Sequence[str]) -> Node | Unread:
        """Solve for an unknown that stands several times, where nothing else is unknown or replaced."""
        cut = Unread("an equation cannot be read")
        if len(sides) != 2 or len(names) != 1 or self.known:
            return cut
        letter = self.unknown[names[0]]
        left, right = (["x" if token is letter else token for token in side] for side in sides)
        solved = solve_equation(left, right)
        if solved is None:
            return Unread("an equation that is not linear") if all(map(_parse, sides)) else cut
        self.known[letter] = solved.tree
        return solved.tree


def _is_times(words: Sequence[str], at: int) -> bool:
    """Say whether an x is a sign: 3 x 4."""
    around = words[max(0, at - 1) : at + 2]
    return words[at] in ("x", "X") and len(around) == 3 and around[0][-1] in "0123456789)" and around[2][0].isdecimal()


def _split(tokens: Sequence[Token]) -> list[list[Token]]:
    sides: list[list[Token]] = [[]]
    for token in tokens:
        if token == "=":
            sides.append([])
        else:
            sides[-1].append(token)
    return sides


def _parse(tokens: Sequence[Token]) -> Node | None:
    """Read an expression in the usual notation, or else with each operation in front of its two arguments."""
    tree = parse_expression(tokens)
    if tree is not None or not tokens or tokens[0] not in ("+", "-", "*", "/"):
        return tree
    read = _prefix([token for token in tokens if token not in ("(", ")")], 0, 0)
    return read[0] if read and read[1] == sum(token not in ("(", ")") for token in tokens) else None


def _prefix(tokens: Sequence[Token], at: int, depth: int) -> tuple[Node, int] | None:
    """Read `- * a b c`; return the tree and the place after it."""
    if at >= len(tokens) or depth > 30:
        return None
    token = tokens[at]
    if isinstance(token, Leaf):
        return token, at + 1
    left = _prefix(tokens, at + 1, depth + 1)
    right = _prefix(tokens, left[1], depth + 1) if left else None
    if left is None or right is None or token not in ("+", "-", "*", "/"):
        return None
    parts = ((left[0], False), (right[0], token in ("-", "/")))
    return (Sum(parts) if token in ("+", "-") else Product(parts)), right[1]


def _worked_side(read: Sequence[Node]) -> Node | Unread:
    """Return the side that computes something: of `7+2=9` the left one."""
    working = [tree for tree in read if not isinstance(tree, Leaf)]
    if len(read) == 1:
        return read[0]
    return working[0] if len(working) == 1 else Unread("no side of an equation is its result")


def _solve(left: Node, right: Node, unknown: Leaf) -> Node | None:
    """Work an unknown free that stands once; None where it stands more often."""
    if sum(leaf is unknown for side in (left, right) for leaf in leaves(side)) != 1:
        return None
    side, target = (left, right) if any(leaf is unknown for leaf in leaves(left)) else (right, left)
    while side is not unknown:
        assert not isinstance(side, Leaf)
        at = next(at for at, (part, _) in enumerate(side[0]) if any(leaf is unknown for leaf in leaves(part)))
        part, turned = side[0][at]
        others = (*side[0][:at], *side[0][at + 1 :])
        kind = Sum if isinstance(side, Sum) else Product
        if not others:
            target = target if not turned else kind(((target, True),))
        elif turned:  # 50 - x = 20: x is 50 - 20
            target = kind((*others, (target, True)))
        else:
            target = kind(((target, False), *((other, not sign) for other, sign in others)))
        side = part
    return target
