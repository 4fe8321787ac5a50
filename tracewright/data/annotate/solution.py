"""A worked solution -> its equations in order: arithmetic, and the solved form of those with an unknown.

An equation in an unknown is taken once for each value: the first form that gives it, before the solution worked on it.

Not covered: steps that stand in words alone (`repair.py`).
"""

from tracewright.data.annotate.algebra import read_algebra
from tracewright.data.annotate.equations import Equation, read_arithmetic, read_sentences
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
        for place, equation in read_algebra(sentence, confirmed):
            if (equation.letter, equation.value) not in solved:
                solved.add((equation.letter, equation.value))
                placed.append((place, equation))
        found += [equation for _, equation in sorted(placed, key=lambda pair: pair[0])]
    return found
