from dataclasses import replace

import pytest

from tracewright.errors import DataError
from tracewright.grade import Grade
from tracewright.recipe import PromptConfig
from tracewright.train import check
from tracewright.train.check import check_targets, spoil


def test_good_targets_pass_in_every_style(problems):
    for prompt in (
        PromptConfig(),
        PromptConfig(grounding="literal"),
        PromptConfig(numbers="masked", mask_names=True, fence=True),
    ):
        told: list[int] = []
        checked = check_targets(problems, prompt, progress=told.append)
        assert checked.targets == sum(told) == len(problems)
        assert checked.spoiled >= 6 * len(problems)
    assert check_targets(problems, PromptConfig(target="answer")).targets == len(problems)


def test_a_wrong_gold_answer_is_named(problems):
    wrong = [*problems[:3], replace(problems[3], answer="123456")]
    with pytest.raises(DataError, match=r"the gold target of problem 'own/0/3' grades 0.7 \(wrong_answer"):
        check_targets(wrong, PromptConfig())
    nameless = replace(problems[3], trace="expert: arithmetic", id="")
    with pytest.raises(DataError, match=r"the gold target of the problem '(A crate|\w+ has)"):
        check_targets([nameless], PromptConfig())


def test_a_mask_that_is_not_undone_is_caught(problems, monkeypatch):
    prompt = PromptConfig(numbers="masked", mask_names=True)
    monkeypatch.setattr(check, "restore", lambda text, *_: text.replace("n1", "n7"))
    with pytest.raises(DataError, match=r"the gold target of problem 'own/0/0' grades 0\.5"):
        check_targets(problems, prompt)


def test_a_grader_that_passes_everything_is_caught(problems, monkeypatch):
    monkeypatch.setattr(check, "grade", lambda *_, **__: Grade("correct", 1.0, "all is well"))
    with pytest.raises(DataError, match="grades 1 although nothing is left of it; the grader is broken"):
        check_targets(problems, PromptConfig())


def test_ways_to_spoil(problems):
    ways = {way for problem in problems[:3] for way, _ in spoil(problem)}
    assert ways == {
        "nothing is left of it",
        "only half of it is left",
        "only the bare answer is left",
        "its query is missing",
        "it queries an init",
        "the answer is three times as large",
        "an operation was swapped",
    }
    texts = [text for _, text in spoil(problems[0])]
    assert len(set(texts)) == len(texts)
