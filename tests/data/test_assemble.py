"""The data of a run: options reach it, and GSM8K may be evaluated without being trained on."""

import json
import random

import pytest

from tracewright.data.assemble import assemble
from tracewright.data.problem import Problem
from tracewright.grade import grade
from tracewright.recipe import DataConfig
from tracewright.trace.experts import ANY_RULES

NOUNS = "hens geese ducks goats lambs kites drums boats lamps coats bells cakes pears plums figs nuts"


@pytest.fixture
def real(tmp_path):
    """A file in GSM8K's format, with no two questions alike."""
    rows = [
        {
            "question": f"Ida has {n} "
            + " and ".join(random.Random(n).choices(NOUNS.split(), k=20))
            + ". How many twice?",
            "answer": f"She has {n}*2 = <<{n}*2={n * 2}>>{n * 2}.\n#### {n * 2}",
        }
        for n in range(3, 203)
    ]
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def config(**changes):
    return DataConfig(**{"train": 30, "dev": 5, "hold_out": 0.0, **changes})


def test_real_problems_may_be_evaluated_without_being_trained_on(real):
    told = []
    made = assemble(config(gsm8k=real, gsm8k_train=0), 0, lambda *words: told.append(words[0]))
    assert {problem.source for problem in made.train} == {"schema"}
    assert made.splits["gsm8k_dev"]
    assert "gsm8k train" not in told
    assert "gsm8k dev" in told
    assert any("data.gsm8k_train is 0" in note for note in made.notes)
    assert set(made.fingerprints) == {"gsm8k/train", "gsm8k/dev"}


def test_or_be_both(real):
    made = assemble(config(gsm8k=real, gsm8k_train=12), 0)
    assert sum(problem.source == "gsm8k" for problem in made.train) == 12
    assert any("12 of them are used" in note for note in made.notes)


def test_options_reach_every_split():
    made = assemble(config(schemas=("report27",), balance="run7", percent="compute", story=0.2, distracting=1.0), 3)
    everything = [*made.train, *(problem for members in made.splits.values() for problem in members)]
    assert set(made.splits) == {"fresh", "unseen_wordings"}
    assert sum(problem.source == "story" for problem in made.train) == 6
    for problem in everything:
        assert isinstance(problem, Problem)
        assert "percent_o" not in problem.trace
        assert grade(problem.trace, problem, rules=ANY_RULES).status == "correct"
    assert sum(bool(problem.extra.get("distractors")) for problem in everything) > 0.9 * len(everything)
