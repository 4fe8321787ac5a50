import pytest

from tracewright.data.prompt import View
from tracewright.evaluate.sample import Completion
from tracewright.model.load import load
from tracewright.model.sampler import LocalSampler, document_ended
from tracewright.recipe import ModelConfig, PromptConfig

VIEWS = [View("", "Ann has 16 eggs.", ""), View("", "How many cards does Bob have?", ""), View("", "Why?", "")]
QUERY = "- {op: query, var: x}"


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        (f"```yaml\nexpert: a\n{QUERY}\n```", True),
        (f"```yaml\nexpert: a\n{QUERY}\n", False),
        ("```yaml\n", False),
        (f"expert: a\n{QUERY}\n\n", True),
        (f"expert: a\n{QUERY}\n", False),
        ("expert: a\n\n", False),
        (f"expert: a\n{QUERY}\n\n- expert: b", False),
        ("- op: query\n  var: x\n\n", True),
        ("", False),
        ("\n\n", False),
    ],
)
def test_where_a_document_ends(text, ended):
    assert document_ended(text) is ended


@pytest.fixture(scope="module")
def sampler():
    texts = [view.question for view in VIEWS] + ["```yaml\nexpert: arithmetic\n" + QUERY]
    tiny = ModelConfig(device="cpu")
    return LocalSampler(load(tiny, PromptConfig(), texts=texts), batch=4)


def test_it_returns_every_sample_in_order(sampler):
    told: list[int] = []
    rows = sampler(VIEWS, samples=3, max_new_tokens=6, temperature=1.0, seed=1, progress=told.append)
    assert [len(row) for row in rows] == [3, 3, 3]
    assert sum(told) == 9
    assert all(isinstance(one, Completion) and 1 <= one.tokens <= 6 for row in rows for one in row)
    assert len({one.text for row in rows for one in row}) > 3
    assert sampler(VIEWS, samples=3, max_new_tokens=6, temperature=1.0, seed=1) == rows
    assert sampler(VIEWS, samples=3, max_new_tokens=6, temperature=1.0, seed=2) != rows


def test_greedy_samples_are_all_the_same(sampler):
    for row in sampler(VIEWS, samples=2, max_new_tokens=6, temperature=0.0, seed=1):
        assert row[0] == row[1]


def test_the_target_is_never_shown(sampler):
    told = [view._replace(target="expert: arithmetic") for view in VIEWS]
    options = {"samples": 1, "max_new_tokens": 6, "temperature": 0.0, "seed": 1}
    assert sampler(told, **options) == sampler(VIEWS, **options)
