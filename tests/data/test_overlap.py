"""Evaluation questions in the training data: found, named and refused."""

import time

import pytest

from tracewright.data.overlap import check_overlap, find_overlaps
from tracewright.data.problem import Problem
from tracewright.errors import DataError

BOWLS = "Ida sells 12 of her painted wooden bowls at the market on Sunday and 7 more on Monday. How many did she sell?"


def problem(question: str, id_: str = "x") -> Problem:
    return Problem(question=question, answer="1", id=id_)


def numbered(count: int, word: str) -> list[Problem]:
    return [problem(" ".join(f"{word}{letter}" for letter in _letters(n)), f"{word}/{n}") for n in range(count)]


def _letters(n: int) -> list[str]:
    return [chr(97 + n // 26**place % 26) * (place + 1) for place in range(4)] * 10


@pytest.mark.parametrize(
    "copy",
    [
        BOWLS,
        BOWLS.upper(),
        BOWLS.replace("12", "1,250").replace("7", "35"),
        "On a windy day in spring: " + BOWLS,
        BOWLS.split(".")[0] + ".",
        BOWLS.replace("Ida", "Bo"),
    ],
    ids=["same", "case", "numbers", "prefix", "half", "name"],
)
def test_copies_are_found(copy: str) -> None:
    (overlap,) = find_overlaps([problem("Bo runs 3 miles."), problem(copy, "copy")], [problem(BOWLS, "dev/1")])
    assert (overlap.training.id, overlap.evaluation.id) == ("copy", "dev/1")
    assert overlap.share >= 0.5


@pytest.mark.parametrize(
    "other",
    [
        "Ida sells 12 of her painted wooden toys to Bo, who gives half of them to his sister. How many does Bo keep?",
        "Bo runs 3 miles on Sunday and 7 more on Monday. How many did he run?",
        "",
    ],
)
def test_other_stories_are_not(other: str) -> None:
    assert find_overlaps([problem(other)], [problem(BOWLS)]) == []


def test_short_questions_are_compared_whole() -> None:
    assert find_overlaps([problem("What is 2 + 3?")], [problem("What is 7 + 8?")])
    assert not find_overlaps([problem("What is 2 + 3?")], [problem("What was 7 + 8?")])


def test_the_nearest_one_is_named() -> None:
    half = BOWLS.split(".")[0] + ". Then she goes home."
    (overlap,) = find_overlaps([problem(half, "half"), problem(BOWLS, "whole")], [problem(BOWLS)])
    assert overlap.training.id == "whole"


def test_an_overlap_is_an_error_that_names_both() -> None:
    evaluation = [problem(BOWLS, "gsm8k/train/5"), problem("Bo runs 3 miles.", "gsm8k/train/6")]
    with pytest.raises(DataError, match=r"mine/3 and the evaluation problem gsm8k/train/5 .* 1 of 2 evaluation"):
        check_overlap([problem(BOWLS, "mine/3")], evaluation)
    check_overlap([problem("Bo swims.", "mine/4")], evaluation)
    check_overlap([], evaluation)
    check_overlap(evaluation, [])


def test_fifty_thousand_against_a_thousand_take_seconds() -> None:
    training, evaluation = numbered(50_000, "t"), numbered(1_000, "e")
    began = time.perf_counter()
    assert find_overlaps(training, evaluation) == []
    assert len(find_overlaps([*training, *evaluation], evaluation)) == 1_000
    assert time.perf_counter() - began < 20
