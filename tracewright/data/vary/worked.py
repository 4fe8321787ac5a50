"""The worked solution of a problem, told again with the numbers of a variant.

Every number of the solution is bound to a number of the question, to a result of the trace, or to an equation of its
own, such that each `<<a*b=c>>` stays true for other numbers too. Where one number could be two things, or none, the
solution is not told again: half a solution is worse than none.

Not covered: prose that says a number in other words (`the other half`); such solutions are given up.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from tracewright.data.vary.figures import spell
from tracewright.number import Number, divide, tidy, write

MOST_CHOICES = 256
"""Most ways to bind the numbers of one equation that are tried."""
FIXED = frozenset((0, 1, 2, 3, 4, 5, 7, 10, 12, 24, 30, 52, 60, 100, 365, 1000, Fraction(1, 2)))
"""Numbers that a solution may bring in by itself."""

_WORDS = {spell(value): value for value in range(2, 100)}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?<!,)|\.\d+")
_NUMBER_OR_WORD = re.compile(rf"{_NUMBER.pattern}|[A-Za-z]+(?:-(?:one|two|three|four|five|six|seven|eight|nine)\b)?")
_LETTERS = re.compile(r"[a-z]+")
_ANNOTATION = re.compile(r"<<([^<>]*)>>")
_SPOKEN = {
    Fraction(1, 2): r"hal(?:f|ves)", Fraction(1, 3): r"thirds?", Fraction(1, 4): r"quarters?|fourths?",
    2: r"twice|doubl\w+|pairs?|both|couple", 3: r"thrice|tripl\w+", 12: "dozens?", 4: r"quadrupl\w+",
}  # fmt: skip


class View(NamedTuple):
    """What a number of a solution is: register `place`, as it is or changed (`hundredth`), or an equation's result."""

    kind: str
    place: int


_VIEWS: dict[str, Callable[[Number], Number]] = {
    "same": lambda x: x,
    "hundredth": lambda x: tidy(Fraction(x, 100)),
    "top": lambda x: x.numerator,
    "bottom": lambda x: x.denominator,
    "rest": lambda x: 100 - x,
    "rest_hundredth": lambda x: tidy(1 - Fraction(x, 100)),
    "more": lambda x: 100 + x,
    "more_hundredth": lambda x: tidy(1 + Fraction(x, 100)),
    "remainder": lambda x: 1 - x,
    "percent": lambda x: tidy(x * 100),
}


_VIEWS_OF = {
    "percent": ("hundredth", "rest", "rest_hundredth", "more", "more_hundredth"),
    "money": ("hundredth",),
    "fraction": ("top", "bottom", "remainder", "percent"),
}
"""How a number of each kind may look in a solution, beside as it is."""


class Token(NamedTuple):
    """A number in the text: where, its value, in which annotation (-1 none), in which line."""

    start: int
    end: int
    text: str
    value: Number
    annotation: int
    line: int
    plain: bool
    """It is written in digits alone."""


World = tuple[Number, ...]
"""One number as it is in the original and in each sample."""


class Equation(NamedTuple):
    """The expression of an annotation in postfix, and which values of the solution its numbers and its result are."""

    postfix: tuple[str, ...]
    inner: tuple[int, ...]
    result: int
    opens: bool
    """The result is known by this equation alone."""


class Template(NamedTuple):
    """A solution that can be told again. Its values are those of the views, then those that stay."""

    pieces: tuple[str, ...]
    """The text around the numbers and the numbers in turn, text first and last."""
    views: tuple[View, ...]
    """What the numbers are, each once."""
    still: tuple[Number, ...]
    """Values that stay."""
    equations: tuple[Equation, ...]
    writings: tuple[tuple[int, Token], ...]
    """The values that are written, each way once, and a number of the text that is written so."""
    shown: tuple[int, ...]
    """Which writing each number of the text is."""


def read_template(
    solution: str,
    start: Sequence[Number],
    samples: Sequence[Sequence[Number]],
    moving: Sequence[int],
    kinds: Sequence[str],
) -> Template | None:
    """Bind the numbers of a solution; None where that cannot be done without doubt.

    `samples` are registers (see `checks.py`) of other draws, by which two bindings are told apart; `kinds` are those of
    the mentions, which are the first registers.
    """
    return _Binder(solution, start, samples, moving, kinds).bind()


class _Binder:
    """Binds the numbers of one solution."""

    def __init__(
        self,
        solution: str,
        start: Sequence[Number],
        samples: Sequence[Sequence[Number]],
        moving: Sequence[int],
        kinds: Sequence[str],
    ) -> None:
        self.solution, self.kinds = solution, kinds
        self.worlds = [start, *samples]
        self.moving = set(moving)
        self.tokens = _tokens(solution)
        self.told = {token.value for token in self.tokens}
        self.views: dict[int, View | None] = {}
        self.equations: list[Equation] = []  # on tokens; a template has them on values
        self.by_value: dict[Number, list[tuple[View, World]]] = {}
        for place in range(len(start)):
            self._offer(place)

    def _offer(self, place: int) -> None:
        """List what a register can look like in a solution."""
        value = self.worlds[0][place]
        kind_of = self.kinds[place] if place < len(self.kinds) else ""
        kinds = ["same", *_VIEWS_OF.get(kind_of, ())]
        for kind in kinds:
            if _VIEWS[kind](value) not in self.told:
                continue
            seen = tuple(_VIEWS[kind](world[place]) for world in self.worlds)
            known = self.by_value.setdefault(seen[0], [])
            if all(other != seen for _, other in known):
                known.append((View(kind, place), seen))

    def bind(self) -> Template | None:
        if self._spoken():
            return None
        lines: dict[int, dict[Number, View | None]] = {}
        for number, match in enumerate(_ANNOTATION.finditer(self.solution)):
            own = [at for at, token in enumerate(self.tokens) if token.annotation == number]
            if not self._annotation(match, own):
                return None
            for at in own:
                known = lines.setdefault(self.tokens[at].line, {})
                if known.setdefault(self.tokens[at].value, self.views[at]) != self.views[at]:
                    known[self.tokens[at].value] = View("doubt", 0)
        for at, token in enumerate(self.tokens):
            if token.annotation < 0 and not self._plain(at, token, lines.get(token.line, {})):
                return None
        return self._template()

    def _template(self) -> Template:
        """Put together what was bound."""
        views = {view: at for at, view in enumerate(dict.fromkeys(view for view in self.views.values() if view))}
        still: list[Number] = []
        values: list[int] = []
        for at, token in enumerate(self.tokens):
            view = self.views[at]
            if view is None:
                still.append(token.value)
            values.append(len(views) + len(still) - 1 if view is None else views[view])
        equations = [
            Equation(postfix, tuple(values[at] for at in inner), values[result], opens)
            for postfix, inner, result, opens in self.equations
        ]
        pieces: list[str] = []
        place = 0
        writings: dict[tuple[int, str, bool], int] = {}
        written: list[tuple[int, Token]] = []
        shown = []
        for value, token in zip(values, self.tokens, strict=True):
            pieces += (self.solution[place : token.start], token.text)
            place = token.end
            writing = value, token.text, token.annotation < 0
            if writing not in writings:
                writings[writing] = len(written)
                written.append((value, token))
            shown.append(writings[writing])
        pieces.append(self.solution[place:])
        return Template(tuple(pieces), tuple(views), tuple(still), tuple(equations), tuple(written), tuple(shown))

    def _spoken(self) -> bool:
        """Say whether the solution speaks of a number that moves in words that hold no number."""
        for at in self.moving:
            value = self.worlds[0][at]
            words = _SPOKEN.get(value) or (_SPOKEN.get(Fraction(1, value.denominator)) if value < 1 else "")
            if words and re.search(rf"\b(?:{words})\b", self.solution, re.I):
                return True
            if value < 1 and value.denominator > 4 and re.search(r"\b[a-z]+(?:fth|xth|nth|ghth)s?\b", self.solution):
                return True
        return False

    def _annotation(self, match: re.Match[str], own: list[int]) -> bool:
        """Bind one `<<expression=result>>` so that it holds in every world."""
        left, equals, _ = match[1].partition("=")
        cut = match.start(1) + len(left)
        inner = [at for at in own if self.tokens[at].start < cut]
        results = [at for at in own if self.tokens[at].start >= cut]
        postfix = _postfix(left, len(inner))
        if not equals or postfix is None or len(results) != 1:
            return False
        choices = [self._choices(self.tokens[at].value) for at in inner]
        count = 1
        for choice in choices:
            count *= len(choice)
        if not count or count > MOST_CHOICES:
            return False
        result = self.tokens[results[0]].value
        targets = {seen: view for view, seen in self.by_value.get(result, [])}
        found: dict[tuple[World, ...], tuple[tuple[View | None, ...], View | None, World]] = {}
        for chosen in product(*choices):
            key = tuple([seen for _, seen in chosen])
            values = tuple([_evaluate(postfix, numbers) for numbers in zip(*key, strict=True)])
            if None in values or values[0] != result:
                continue
            found[key] = tuple(view for view, _ in chosen), targets.get(values), values  # type: ignore[arg-type, assignment]
        best = [pick for pick in found.values() if pick[1] is not None] or list(found.values())
        if len(best) != 1:
            return False
        views, target, values = best[0]
        self.equations.append(Equation(postfix, tuple(inner), results[0], target is None))
        if target is None:
            target = View("equation", len(self.equations) - 1)
            self.by_value.setdefault(result, []).append((target, values))
        for at, view in zip(inner, views, strict=True):
            self.views[at] = view
        self.views[results[0]] = target
        return True

    def _choices(self, value: Number) -> list[tuple[View | None, World]]:
        """List what a number of an equation may be."""
        choices: list[tuple[View | None, World]] = list(self.by_value.get(value, []))
        still = (value,) * len(self.worlds)
        if (not choices or value in FIXED) and all(seen != still for _, seen in choices) and value in FIXED:
            choices.append((None, still))
        return choices

    def _plain(self, at: int, token: Token, line: Mapping[Number, View | None]) -> bool:
        """Bind a number of the prose: as in the line's equations, else the only thing that it can be."""
        if token.value in line:
            view = line[token.value]
            self.views[at] = view
            return view is None or view.kind != "doubt"
        found = self.by_value.get(token.value, [])
        same = [item for item in found if item[0].kind in ("same", "equation")] or found
        if len(same) == 1:
            self.views[at] = same[0][0]
            return True
        self.views[at] = None
        return not found and token.value in FIXED


def _tokens(solution: str) -> list[Token]:
    spans = enumerate(match.span() for match in _ANNOTATION.finditer(solution))
    tokens = []
    number, (left, right) = next(spans, (-1, (0, 0)))
    line = counted = 0
    spelled = not _WORDS.keys().isdisjoint(_LETTERS.findall(solution.lower()))
    for match in (_NUMBER_OR_WORD if spelled else _NUMBER).finditer(solution):
        text, (start, end) = match[0], match.span()
        value: Number | None
        if text.isdecimal():
            value = int(text)
        elif text[0].isalpha():
            value = _WORDS.get(text.lower())
            if value is None:
                continue
        else:
            plain = text.replace(",", "")
            value = int(plain) if plain.isdecimal() else tidy(Fraction("0" + plain))
        while number >= 0 and start >= right:
            number, (left, right) = next(spans, (-1, (0, 0)))
        line += solution.count("\n", counted, start)
        counted = start
        annotation = number if left <= start < right else -1
        tokens.append(Token(start, end, text, value, annotation, line, text.isdecimal()))
    return tokens


_LEVEL = {"+": 1, "-": 1, "*": 2, "/": 2}


def _postfix(expression: str, count: int) -> tuple[str, ...] | None:
    """Read an expression over `count` numbers as postfix, `#` for each number in order; None if it is none."""
    pieces = [piece for piece in re.split(r"([-+*/()])", _NUMBER.sub("#", expression)) if piece.strip()]
    output: list[str] = []
    waiting: list[str] = []
    operand = False  # whether the piece before was a number or a closing bracket
    for piece in (piece.strip() for piece in pieces):
        if piece == "#":
            if operand:
                return None
            output.append("#")
            operand = True
        elif piece == "(":
            if operand:
                return None
            waiting.append(piece)
        elif piece == ")":
            while waiting and waiting[-1] != "(":
                output.append(waiting.pop())
            if not waiting or not operand:
                return None
            waiting.pop()
        elif piece in _LEVEL and operand:
            while waiting and waiting[-1] != "(" and _LEVEL[waiting[-1]] >= _LEVEL[piece]:
                output.append(waiting.pop())
            waiting.append(piece)
            operand = False
        else:
            return None
    if not operand or "(" in waiting or output.count("#") != count:
        return None
    return (*output, *reversed(waiting))


def _evaluate(postfix: Sequence[str], numbers: Sequence[Number]) -> Number | None:
    stack: list[Number] = []
    at = 0
    for sign in postfix:
        if sign == "#":
            stack.append(numbers[at])
            at += 1
            continue
        right, left = stack.pop(), stack.pop()
        value = _combine(sign, left, right)
        if value is None:
            return None
        stack.append(value)
    return stack[0]


def _combine(sign: str, left: Number, right: Number) -> Number | None:
    """Work one sign out, exactly; None where it divides by zero."""
    if sign == "/":
        if not right:
            return None
        return divide(left, right)
    value = left + right if sign == "+" else left - right if sign == "-" else left * right
    return value if value.__class__ is int else tidy(value)


def tell(template: Template, tops: Sequence[int], bottoms: Sequence[int], before: Number, answer: Number) -> str | None:
    """Tell a solution with the registers of a variant, whose answer was `before` and is `answer`.

    None where an equation does not hold, it does not end in the answer, or a number has no end in decimals.
    """
    values = _values(template, tops, bottoms)
    if values is None:
        return None
    if template.shown:
        last, token = template.writings[template.shown[-1]]
        if token.value == before != answer and values[last] != answer:
            return None
    texts = []
    for at, token in template.writings:
        value = values[at]
        if value == token.value:
            texts.append(token.text)
        elif value.__class__ is int and value >= 0 and token.plain:
            texts.append(str(value))
        else:
            text = _written(value, token)
            if text is None:
                return None
            texts.append(text)
    pieces = list(template.pieces)
    pieces[1::2] = [texts[at] for at in template.shown]
    return "".join(pieces)


def _values(template: Template, tops: Sequence[int], bottoms: Sequence[int]) -> list[Number] | None:
    """Return the values of a solution's numbers; None where an equation does not hold."""
    values: list[Number] = []
    for kind, place in template.views:
        value: Number = 0  # of an equation, until it is worked out; the first to read it stands after it
        if kind != "equation":
            value = tops[place] if bottoms[place] == 1 else Fraction(tops[place], bottoms[place])
            if kind != "same":
                value = _VIEWS[kind](value)
        values.append(value)
    values += template.still
    for postfix, inner, stated, opens in template.equations:
        if len(inner) == 2:
            result = _combine(postfix[2], values[inner[0]], values[inner[1]])
        else:
            result = _evaluate(postfix, [values[at] for at in inner])
        if result is None:
            return None
        if opens:
            values[stated] = result
        elif values[stated] != result:
            return None
    return values


def _written(value: Number, token: Token) -> str | None:
    """Write a number as the one that stood there was."""
    if token.text[0].isalpha():
        if value.__class__ is not int or not 1 < value < 100:
            return write(value) if value.denominator == 1 else None
        word = spell(int(value))
        return word.capitalize() if token.text[0].isupper() else word
    text = write(value)
    if "/" in text or value < 0:
        return None
    if token.annotation < 0:
        places = len(token.text.partition(".")[2])
        if places == 2 and len(text.partition(".")[2]) < 2:
            text = f"{text.partition('.')[0]}.{text.partition('.')[2]:0<2}"
        if "," in token.text:
            whole, point, rest = text.partition(".")
            text = f"{int(whole):,}{point}{rest}"
    if token.text.startswith(".") and text.startswith("0."):
        text = text[1:]
    return text
