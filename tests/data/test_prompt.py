import re
import time

import pytest

from tracewright.data.problem import Problem
from tracewright.data.prompt import SYSTEM, restore, view
from tracewright.errors import ConfigError, DataError
from tracewright.grade import grade, grade_answer
from tracewright.recipe import PromptConfig
from tracewright.trace.experts import EXPERTS, OPERATIONS

TRACE = """expert: arithmetic
trace:
# Bob sells half of his eggs.
- {op: init, var: bob.eggs, source: n1}
- {op: init, var: share, source: n2}
- {op: compute, compute_op: mul, args: [bob.eggs, share], var: step1}
# Each brings in three dollars.
- {op: init, var: price, source: n3}
- {op: compute, compute_op: mul, args: [step1, price], var: result}
- {op: query, var: result}"""
PROBLEM = Problem(
    question="Bob has 1,200 eggs. Bob sells half of them at $3 each, 20% more than Ann. How much does Bob earn?",
    answer="1800",
    id="own/1",
    trace=TRACE,
    expert="arithmetic",
    solution="Bob sells 1200/2 = <<1200/2=600>>600 eggs.\nHe earns 600*3 = $<<600*3=1800>>1800.\n#### 1800",
)


def shown(**config) -> str:
    return view(PROBLEM, PromptConfig(**config)).question


def target(**config) -> str:
    return view(PROBLEM, PromptConfig(**config)).target


def test_the_ways_to_show_numbers():
    assert shown(grounding="literal") == PROBLEM.question
    assert shown() == (
        "Bob has 1,200 [n1] eggs. Bob sells half [n2] of them at $3 [n3] each, 20% [n4] more than Ann. "
        "How much does Bob earn?"
    )
    assert shown(numbers="masked") == (
        "Bob has n1 eggs. Bob sells fraction n2 of them at $n3 each, n4% more than Ann. How much does Bob earn?"
    )
    assert shown(strip_commas=True).startswith("Bob has 1200 [n1] eggs.")
    assert shown(grounding="literal", strip_commas=True).startswith("Bob has 1200 eggs. Bob")
    assert shown(mask_names=True, numbers="masked").startswith("e1 has n1 eggs. e1 sells")
    assert shown(mask_names=True).endswith("than e2. How much does e1 earn?")


@pytest.mark.parametrize(
    ("question", "masked"),
    [
        ("It is twice as much, 50 cents, 20 percent.", "It is n1 times as much, n2 cents, n3 percent."),
        ("She ran 2 1/2 miles on the third day.", "She ran n1 miles on the ordinal n2 day."),
        ("A dozen eggs at 8:30 in the year 2004, 2.5 or three.", "n1 eggs at clock n2 in the year year n3, n4 or n5."),
        ("I pay 75¢ or €3.", "I pay n1¢ or €n2."),
    ],
)
def test_a_masked_number_keeps_what_it_is_for(question, masked):
    assert view(Problem(question=question, answer="1"), PromptConfig(numbers="masked")).question == masked


def test_the_groundings_of_the_target():
    assert "source: n1}" in target()
    literal = target(grounding="literal")
    assert "- {op: init, var: bob.eggs, value: 1200}" in literal
    assert "- {op: init, var: share, value: 0.5}" in literal
    assert "source" not in literal


def test_drafts():
    steps = [line for line in TRACE.split("\n") if not line.startswith("#")]
    notes = ["# Bob sells half of his eggs.", "# Each brings in three dollars."]
    assert target().split("\n") == steps
    assert target(draft="line") == TRACE
    assert target(draft="first").split("\n") == notes + steps
    assert "# e1 sells half of his eggs." in target(draft="line", mask_names=True)


def test_layout_fence_and_names():
    assert target(layout="block").startswith("expert: arithmetic\ntrace:\n- op: init\n  var: bob.eggs\n  source: n1\n")
    fenced = target(fence=True)
    assert fenced.startswith("```yaml\nexpert: arithmetic\n")
    assert fenced.endswith("- {op: query, var: result}\n```")
    assert "var: e1.eggs" in target(mask_names=True)
    assert "bob" not in target(mask_names=True, layout="block")


def test_words_and_answers_as_targets():
    words = target(target="cot")
    assert words == "Bob sells 1200/2 = 600 eggs.\nHe earns 600*3 = $1800.\n#### 1800"
    assert target(target="cot", mask_names=True).startswith("e1 sells 1200/2")
    assert target(target="answer") == "1800"
    assert shown(target="cot") == PROBLEM.question  # no marks: the numbers are copied
    assert view(Problem(question="1 egg?", answer="1"), PromptConfig(target="cot")).target == ""


CONFIGS = [
    {"grounding": grounding, "numbers": numbers, "mask_names": names, "draft": draft, "layout": layout, "fence": fence}
    for grounding in ("literal", "mention")
    for numbers in ("marked", "masked")
    for names in (False, True)
    for draft in ("none", "line", "first")
    for layout in ("flow", "block")
    for fence in (False, True)
    if not (grounding == "literal" and numbers == "masked")
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: "-".join(str(value) for value in config.values()))
def test_every_gold_target_comes_back_to_the_full_reward(config):
    prompt = PromptConfig(**config)
    verdict = grade(restore(view(PROBLEM, prompt).target, PROBLEM, prompt), PROBLEM)
    assert (verdict.status, verdict.answer) == ("correct", "1800")


@pytest.mark.parametrize("kind", ["cot", "answer"])
def test_the_baselines_targets_are_right_too(kind):
    prompt = PromptConfig(target=kind, mask_names=True)
    assert grade_answer(restore(view(PROBLEM, prompt).target, PROBLEM, prompt), PROBLEM).status == "correct"


def test_names_are_put_back_in_what_a_person_sees():
    prompt = PromptConfig(mask_names=True)
    assert (
        restore("- {op: query, var: e2.eggs}\n# e1 sells", PROBLEM, prompt)
        == "- {op: query, var: ann.eggs}\n# Bob sells"
    )
    assert restore("e1 sells", PROBLEM, PromptConfig(mask_names=True, target="cot")) == "Bob sells"
    assert restore("e1", PROBLEM, PromptConfig()) == "e1"


def test_what_contradicts_itself_is_an_error():
    for config in ({"grounding": "literal"}, {"target": "cot"}, {"target": "answer"}):
        with pytest.raises(ConfigError, match=r"prompt\.numbers=masked hides the numbers"):
            shown(numbers="masked", **config)
    broken = Problem(question="1 egg?", answer="1", id="own/broken", trace="expert: arithmetic\ntrace: 3")
    with pytest.raises(DataError, match="the gold trace of 'own/broken' does not parse"):
        view(broken, PromptConfig(grounding="literal"))


def test_system_prompts():
    def system(**config) -> str:
        return view(PROBLEM, PromptConfig(**config)).system

    assert system() == SYSTEM
    assert "\n" not in SYSTEM
    assert system(system="none") == ""
    verbose = system(system="verbose")
    for name in [*EXPERTS, *(operation for operation in OPERATIONS if operation != "formula")]:
        assert re.search(rf"- {name}: ", verbose)
    assert "source: n1" in verbose
    assert "value: 16" in system(system="verbose", grounding="literal")
    assert "```yaml" in system(system="verbose", fence=True)
    assert system(target="cot") != system(target="answer") != SYSTEM


def test_it_is_quick():
    """10,000 views a second on one core of an ordinary machine; asked here for a tenth, so that a busy one passes."""
    prompt = PromptConfig(numbers="masked", mask_names=True)
    began = time.process_time()
    for _ in range(300):
        view(PROBLEM, prompt)
    assert 300 / (time.process_time() - began) > 1_000
