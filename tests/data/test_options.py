"""Options of the data section: each does what it says, and the gold trace is right under the recipe's dialect."""

from fractions import Fraction

import pytest

from tracewright.config import read_config
from tracewright.data.asides import add_aside, load_asides
from tracewright.data.generate import problems
from tracewright.data.options import adapt, each_part, fold_percent, order_inits, say_formula, spell_percent
from tracewright.data.parallel import problems_parallel
from tracewright.data.problem import Problem
from tracewright.data.prompt import restore, view
from tracewright.data.slips import find_slips
from tracewright.errors import ConfigError
from tracewright.grade import grade, rules_of
from tracewright.mention import read_mentions
from tracewright.recipe import DataConfig, LanguageConfig, PromptConfig, Recipe
from tracewright.trace.experts import ANY_RULES
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import solve

DIALECT = {"formula": LanguageConfig(formula=True), "shapes": LanguageConfig(rate_sums=True)}
PROMPTS = (
    PromptConfig(),
    PromptConfig(grounding="literal", fence=True, strip_commas=True),
    PromptConfig(numbers="masked", mask_names=True, layout="block"),
)
EVERY = [
    {"percent": "compute"},
    {"percent": "compute", "naming": "semantic"},
    {"interleaved": 0.0},
    {"interleaved": 1.0},
    {"interleaved": 0.5, "naming": "abstract"},
    {"formula": True},
    {"formula": True, "naming": "per_instance"},
    {"shapes": "uniform"},
    {"shapes": "mixed"},
    {"decorative": 1.0},
    {"distracting": 1.0},
    {"decorative": 0.5, "distracting": 0.5, "percent": "compute", "interleaved": 0.5, "shapes": "uniform"},
]


def made(count=250, seed=0, split="train", **options):
    return list(problems(DataConfig(hold_out=0.0, **options), count, seed, split))


@pytest.mark.parametrize("options", EVERY, ids=lambda options: " ".join(f"{k}={v}" for k, v in options.items()))
def test_gold_grades_1_in_the_dialect_of_the_recipe(options):
    rules = rules_of(next((DIALECT[key] for key in options if key in DIALECT), LanguageConfig()))
    before = made(**{key: value for key, value in options.items() if key == "naming"})
    after = made(**options)
    assert any(a != b for a, b in zip(after, before, strict=True))
    for old, new in zip(before, after, strict=True):
        assert (new.id, new.answer) == (old.id, old.answer)
        trace = parse(new.trace, rules)
        assert render(trace) == new.trace
        assert trace.expert == new.expert
        for prompt in PROMPTS:
            text = restore(view(new, prompt).target, new, prompt)
            verdict = grade(text, new, rules=rules)
            assert verdict.status == "correct", (verdict, new.question, text)
            assert not [lint for lint in verdict.lints if lint.kind != "unused_variable"], (verdict.lints, new.trace)


def test_options_are_pure_and_the_same_from_several_processes():
    config = DataConfig(interleaved=0.5, distracting=0.4, percent="compute")
    first = list(problems(config, 400, 3))
    assert list(problems(config, 100, 3, start=300)) == first[300:]
    assert list(problems_parallel(config, 400, 3, workers=2, block=200)) == first


def compute_ops(problem):
    return [step.op for part in parse(problem.trace, ANY_RULES).parts for step in part.steps]


def test_percentages_by_compute():
    plain = [compute_ops(problem) for problem in made(schemas=("percentage",))]
    chains = [compute_ops(problem) for problem in made(schemas=("percentage",), percent="compute")]
    assert all(any(op.startswith("percent_") for op in ops) for ops in plain)
    assert not any(op.startswith("percent_") for ops in chains for op in ops)
    assert all(len(long) > len(short) for long, short in zip(chains, plain, strict=True))


def test_a_percentage_spelled_out():
    trace = parse(
        "expert: percentage\ntrace:\n- {op: init, var: price, value: 80}\n- {op: init, var: rate, value: 25}\n"
        "- {op: percent_off, base: price, rate: rate, var: sale}\n- {op: query, var: sale}"
    )
    spelled = render(each_part(trace, spell_percent)).splitlines()[4:-1]
    assert spelled == [
        "- {op: compute, compute_op: mul, args: [price, rate], var: sale_product}",
        "- {op: compute, compute_op: div, args: [sale_product, 100], var: sale_share}",
        "- {op: compute, compute_op: sub, args: [price, sale_share], var: sale}",
    ]
    assert solve(each_part(trace, spell_percent)).answer == 60


def test_the_names_that_are_added_are_the_namings_own():
    for problem in made(schemas=("percent_off", "percent_tip"), percent="compute"):
        assert "_product" not in problem.trace
        assert "step1" in problem.trace
        assert problem.steps >= 3


def positions(problem):
    ops = [step.op for step in parse(problem.trace).parts[0].steps]
    return [place for place, op in enumerate(ops) if op == "init"], ops.index("compute")


def test_interleaved_is_a_share():
    """Of the arithmetic problems that have a choice, so many have inits between computes."""
    between = made(2000, schemas=("arithmetic",), interleaved=1.0)
    first = made(2000, schemas=("arithmetic",), interleaved=0.0)
    half = made(2000, schemas=("arithmetic",), interleaved=0.3)
    assert all(max(inits) < compute for inits, compute in map(positions, first))
    choice = [place for place in range(2000) if between[place].trace != first[place].trace]
    assert len(choice) > 1000
    assert all(max(positions(between[place])[0]) > positions(between[place])[1] for place in choice)
    share = sum(half[place].trace == between[place].trace for place in choice) / len(choice)
    assert abs(share - 0.3) < 0.05
    assert all(half[place].trace == first[place].trace for place in range(2000) if place not in set(choice))


def test_interleaving_touches_arithmetic_alone():
    before, after = made(400), made(400, interleaved=0.0)
    for old, new in zip(before, after, strict=True):
        assert old == new or old.expert == "arithmetic"


def test_an_init_stands_right_before_its_use():
    trace = parse(
        "expert: arithmetic\ntrace:\n- {op: init, var: c, value: 5}\n- {op: init, var: a, value: 2}\n"
        "- {op: init, var: b, value: 3}\n- {op: compute, compute_op: mul, args: [a, b], var: x}\n"
        "- {op: compute, compute_op: add, args: [x, c], var: y}\n- {op: query, var: y}"
    )
    ordered = [step.fields["var"] for step in order_inits(trace.parts[0], between=True).steps]
    assert ordered == ["a", "b", "x", "c", "y", "y"]
    assert order_inits(trace.parts[0], between=False) == trace.parts[0]


def test_formula_steps():
    for problem in made(schemas=("rate_equation", "comparison", "percentage"), formula=True):
        assert (compute_ops(problem).count("formula") == 1) == (problem.expert != "percentage")
    trace = parse(
        "expert: comparison\ntrace:\n- {op: init, var: both, value: 20}\n- {op: init, var: more, value: 4}\n"
        "- {op: compute, compute_op: add, args: [both, more], var: step1}\n"
        "- {op: compute, compute_op: div, args: [step1, 2], var: result}\n- {op: query, var: result}"
    )
    said = say_formula(trace.parts[0])
    assert said.steps[2].fields == {"expression": "result = (both + more) / 2"}
    assert say_formula(said) == said


def test_formula_needs_the_dialect():
    with pytest.raises(ConfigError, match=r"language\.formula=true"):
        read_config(Recipe, None, ["data.formula=true"])
    with pytest.raises(ConfigError, match=r"language\.rate_sums=true"):
        read_config(Recipe, None, ["data.shapes=mixed"])
    problem = made(1, schemas=("rate_production",), formula=True)[0]
    assert grade(problem.trace, problem).status == "invalid_trace"


def test_uniform_shapes_fold_the_tip():
    tips = made(60, schemas=("percent_tip",), shapes="uniform")
    assert {tuple(compute_ops(problem)) for problem in tips} == {("init", "init", "percent_increase", "query")}
    assert {problem.steps for problem in tips} == {1}
    assert {len(compute_ops(problem)) for problem in made(20, schemas=("percent_tip",))} == {5}


def test_folding_leaves_what_is_no_percentage_on_top():
    text = (
        "expert: percentage\ntrace:\n- {op: init, var: a, value: 10}\n- {op: init, var: r, value: 50}\n"
        "- {op: percent_of, base: a, rate: r, var: p}\n- {op: compute, compute_op: sub, args: [p, a], var: x}\n"
        "- {op: query, var: x}"
    )
    trace = parse(text)
    assert each_part(trace, fold_percent) == trace
    folded = each_part(parse(text.replace("[p, a]", "[a, p]")), fold_percent)
    assert "percent_off" in render(folded)
    assert solve(folded).answer == 5


def test_mixed_shapes_move_the_compound_rates():
    mixed = made(400, schemas=("rate_equation",), shapes="mixed")
    assert {"work_rate", "combined_rate"} < {problem.schema for problem in mixed}
    assert {problem.expert for problem in mixed} == {"rate_equation"}
    assert not {"work_rate", "combined_rate"} & {
        problem.schema for problem in made(1500, schemas=("arithmetic",), shapes="mixed")
    }
    sums = next(problem for problem in mixed if problem.schema == "combined_rate")
    assert grade(sums.trace, sums).status == "invalid_trace"
    assert grade(sums.trace, sums, rules=rules_of(LanguageConfig(rate_sums=True))).status == "correct"


@pytest.mark.parametrize("kind", ["decorative", "distracting"])
def test_asides(kind):
    before, after = made(800), made(800, **{kind: 0.5})
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert abs(len(changed) / 800 - 0.5) < 0.06
    in_front = 0
    for old, new in changed:
        assert len(new.question) > len(old.question)
        assert not list(find_slips(new.question)), new.question
        in_front += new.question.endswith(old.question)
        mentions = read_mentions(new.question)
        if kind == "decorative":
            assert len(mentions) == len(read_mentions(old.question))
            assert not new.extra
        else:
            assert len(mentions) == len(read_mentions(old.question)) + 1
            (unused,) = new.extra["distractors"]
            assert f"source: {unused}}}" not in new.trace
            value = mentions[int(unused[1:]) - 1].value
            assert all(value != mention.value for mention in read_mentions(old.question))
    assert 0 < in_front < len(changed)


def test_an_aside_shares_no_word_with_the_question():
    problem = Problem(question="The temperature was 9 degrees. It fell by 4. How warm is it outside?", answer="5")
    for number in range(40):
        assert "temperature outside" not in add_aside(problem, "distracting", number).question
    everything = " ".join(aside.text for aside in load_asides()["decorative"])
    assert add_aside(replaced(problem, everything), "decorative", 7).question == everything


def replaced(problem, question):
    return Problem(question=question, answer=problem.answer)


def test_a_distractor_that_is_there_already_is_counted_anew():
    problem = Problem(
        question="Ann has 6 red beads and 5 blue ones. She gets 3 more red beads. How many red ones are hers?",
        answer="9",
        trace="expert: arithmetic\ntrace:\n- {op: init, var: red, source: n1}\n- {op: init, var: more, source: n3}\n"
        "- {op: compute, compute_op: add, args: [red, more], var: result}\n- {op: query, var: result}",
        expert="arithmetic",
        extra={"distractors": ["n2"]},
    )
    found = {tuple(add_aside(problem, "distracting", number).extra["distractors"]) for number in range(40)}
    assert found == {("n3", "n1"), ("n2", "n4")}
    for number in range(40):
        changed = add_aside(problem, "distracting", number)
        assert grade(changed.trace, changed).status == "correct"


def test_asides_are_sound():
    for kind, asides in load_asides().items():
        assert len(asides) >= 15
        for aside in asides:
            text = aside.text.replace("{n}", "17")
            assert len(read_mentions(text)) == (kind == "distracting"), text
            assert text.endswith(".")
            assert aside.least <= aside.most


def test_nothing_is_done_without_options():
    problem = made(1)[0]
    assert adapt(problem, DataConfig()) == problem
    assert Fraction(problem.answer)
