"""A worked solution -> its equations in order: arithmetic, and the solved form of those with an unknown.

An equation in an unknown is taken once for each value: the first form that gives it, before the solution worked on it.

Not covered: steps that stand in words alone (`repair.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from tracewright.data.annotate.algebra import read_algebra
from tracewright.data.annotate.arithmetic import number
from tracewright.data.annotate.equations import Equation, Sentence, read_arithmetic, read_sentences
from tracewright.data.annotate.words import content, is_dealt, order_words, word_pairs
from tracewright.number import Number


def read_equations(solution: str, answer: Number) -> list[Equation]:
    """Find the true equations of a solution in the order of the text; solved ones must be confirmed by the text."""
    sentences = read_sentences(solution)
    stated = [item.value for sentence in sentences for item in sentence.items if item.value is not None]
    confirmed = frozenset((*stated, answer))
    found: list[Equation] = []
    solved: set[tuple[str, Number]] = set()
    for sentence in sentences:
        placed = read_arithmetic(sentence)
        for place, equation in read_algebra(sentence, confirmed, [place for place, _ in placed]):
            if (equation.letter, equation.value) not in solved:
                solved.add((equation.letter, equation.value))
                placed.append((place, equation))
        letters = {equation.value for _, equation in placed if equation.letter}  # e = 9 * 10 - 7 = 90 - 7
        placed = [(at, each) for at, each in placed if each.letter or each.annotated or each.value not in letters]
        found += _with_segments(sorted(placed, key=lambda pair: pair[0]), sentence)
    return found


_CUT = re.compile(r"[,;:]\s|\b(?:and|so|but|then|plus|which)\b")


def _with_segments(placed: list[tuple[int, Equation]], sentence: Sentence) -> list[Equation]:
    """Give each equation of a sentence the words and numbers of its own part of it."""
    text = sentence.text
    if not placed:
        return []
    cuts = [0]
    for (here, _), (there, _) in pairwise(placed):
        match = _CUT.search(text, here, max(here, there - 2))
        cuts.append(match.start() if match else here)
    cuts.append(len(text))
    return [
        replace(
            equation,
            segment=frozenset(content(text[start:end])),
            pairs=word_pairs(text[start:end]),
            numbers=_numbers(sentence, start, end),
            order=order_words(text[start:end]),
            dealt=is_dealt(text[start:end]),
        )
        for (_, equation), (start, end) in zip(placed, pairwise(cuts), strict=True)
    ]


def _numbers(sentence: Sentence, start: int, end: int) -> frozenset[Number]:
    """Gather the numbers of a part of a sentence, in digits or in words."""
    return frozenset(item.told for item in sentence.items if start <= item.start < end and item.told is not None)


_RESULT = re.compile(r"=[^\S\n]*\$?(\d[\d,]*(?:\.\d+)?)(?![^\S\n]*(?:[-+*/×÷(%]|x\b)|[,.]?\d)")
_ANNOTATED = re.compile(r"<<[^<>]*>>")


def unread_results(solution: str, equations: Sequence[Equation]) -> frozenset[Number]:
    """Find the numbers that a solution states as results (2 * 8 = 24) though no equation that was read gives them."""
    stated = (number(match[1]) for match in _RESULT.finditer(_ANNOTATED.sub("", solution)))
    return frozenset(value for value in stated if value is not None) - {equation.value for equation in equations}
