"""Questions that stand in training and evaluation data alike: found by their word n-grams, and an error.

Two questions overlap where they share at least SHARE of the evaluation question's 8-grams of words, numbers and
letter case left out: a problem that was copied, cut short, or given other numbers is found, two problems that merely
open alike ("A farmer has N hens and ...") are not. Questions of under eight words are compared whole.

Synthetic splits that share wordings on purpose are not for this check (`generate.py` splits those); it is for real
problems, and for real ones against synthetic ones.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tracewright.data.problem import Problem
from tracewright.errors import DataError

NGRAM = 8
"""Words in an n-gram. Source: GPT-3's analysis of contamination used 8 to 13, arXiv:2005.14165, appendix C."""

SHARE = 0.5
"""Share of an evaluation question's n-grams in one training question from which on the two count as the same.

Measured on GSM8K's train file, dev against the rest: the 7 pairs from 0.5 up are one story with other numbers or
another unknown; from 0.2 to 0.5 there are 4 more, which retell a story in part.
"""

_WORD = re.compile(r"[a-z]+|\d[\d,./]*")


class Overlap(NamedTuple):
    """An evaluation problem and the training problem that gives it away; `share` of its n-grams are in both."""

    training: Problem
    evaluation: Problem
    share: float


def find_overlaps(training: Iterable[Problem], evaluation: Sequence[Problem], *, share: float = SHARE) -> list[Overlap]:
    """Find the training question nearest to each evaluation question, where they overlap; in evaluation order."""
    best: dict[str, Overlap] = {}
    for overlap in find_all_overlaps(training, evaluation, share=share):
        known = best.get(overlap.evaluation.question)
        if known is None or overlap.share > known.share:
            best[overlap.evaluation.question] = overlap
    return [best[problem.question] for problem in evaluation if problem.question in best]


def find_all_overlaps(
    training: Iterable[Problem], evaluation: Sequence[Problem], *, share: float = SHARE
) -> Iterator[Overlap]:
    """Find every pair of a training and an evaluation question that overlap, in training order.

    The index holds the evaluation side alone, so 50,000 training problems against 1,000 take seconds.
    """
    grams = [_grams(problem.question) for problem in evaluation]
    index: dict[int, list[int]] = {}
    for number, own in enumerate(grams):
        for gram in own:
            index.setdefault(gram, []).append(number)
    for problem in training:
        shared: dict[int, int] = {}
        for gram in _grams(problem.question) & index.keys():
            for number in index[gram]:
                shared[number] = shared.get(number, 0) + 1
        for number, count in shared.items():
            part = count / len(grams[number])
            if part >= share:
                yield Overlap(problem, evaluation[number], part)


def check_overlap(training: Iterable[Problem], evaluation: Sequence[Problem], *, share: float = SHARE) -> None:
    """Refuse training data that holds an evaluation question.

    Raises:
        DataError: names the first pair, and how many evaluation problems are given away.
    """
    overlaps = find_overlaps(training, evaluation, share=share)
    if overlaps:
        first = overlaps[0]
        raise DataError(
            f"the training problem {_name(first.training)} and the evaluation problem {_name(first.evaluation)} share "
            f"{first.share:.0%} of their {NGRAM}-grams, and {len(overlaps)} of {len(evaluation)} evaluation problems "
            "stand in the training data",
            "take them out of the training data",
        )


def _name(problem: Problem) -> str:
    return problem.id or repr(problem.question[:60])


def _grams(question: str) -> set[int]:
    """Hash the n-grams of a question; Python's own hash, so the numbers are for one process only."""
    words = ["0" if word[0].isdigit() else word for word in _WORD.findall(question.lower())]
    if len(words) <= NGRAM:
        return {hash(tuple(words))}
    return {hash(tuple(words[start : start + NGRAM])) for start in range(len(words) - NGRAM + 1)}
