"""A handful of problems of the tests' own, and very small models."""

import random
from collections.abc import Callable

import pytest

from tracewright.data.problem import Problem
from tracewright.data.prompt import view
from tracewright.mention import read_mentions
from tracewright.model.load import LanguageModel, load
from tracewright.number import write
from tracewright.recipe import ModelConfig, PromptConfig, Recipe, RlConfig, SftConfig, TinyConfig
from tracewright.trace.parse import parse
from tracewright.trace.solve import Solution, solve
from tracewright.trace.syntax import Trace

_SELL = (
    "{a} has {x} {item}. {a} sells {y} of them and finds {z} more. How many {item} does {a} have?",
    "expert: arithmetic\ntrace:\n- {{op: init, var: {item}, source: n1}}\n- {{op: init, var: sold, source: n2}}\n"
    "- {{op: init, var: found, source: n3}}\n- {{op: compute, compute_op: sub, args: [{item}, sold], var: step1}}\n"
    "- {{op: compute, compute_op: add, args: [step1, found], var: result}}\n- {{op: query, var: result}}",
)
_GIVE = (
    "{a} has {x} {item} and {b} has {y}. {a} gives {b} {z} of them. How many {item} does {b} have now?",
    "expert: entity_track\ntrace:\n- {{op: init, var: {a_var}.{item}, source: n1}}\n"
    "- {{op: init, var: {b_var}.{item}, source: n2}}\n- {{op: init, var: given, source: n3}}\n"
    "- {{op: transfer, from: {a_var}.{item}, to: {b_var}.{item}, amount: given}}\n"
    "- {{op: query, var: {b_var}.{item}}}",
)
_OFF = (
    "A crate of {item} costs ${x}, less {y}% today. How much does {a} pay?",
    "expert: percentage\ntrace:\n- {{op: init, var: price, source: n1}}\n- {{op: init, var: rate, source: n2}}\n"
    "- {{op: percent_off, base: price, rate: rate, var: result}}\n- {{op: query, var: result}}",
)


def make_problems(count: int, seed: int = 0) -> list[Problem]:
    rng = random.Random(f"train tests {seed}")
    problems = []
    for index in range(count):
        a, b = rng.sample(["Ann", "Bob", "Cleo", "Dan", "Eve"], 2)
        words = {"a": a, "b": b, "a_var": a.lower(), "b_var": b.lower(), "item": rng.choice(["pens", "eggs", "cards"])}
        words |= {"x": rng.randint(30, 99), "y": rng.randint(2, 20), "z": rng.randint(2, 9)}
        question, text = (part.format(**words) for part in (_SELL, _GIVE, _OFF)[index % 3])
        trace = parse(text)
        assert isinstance(trace, Trace)
        solution = solve(trace, read_mentions(question))
        assert isinstance(solution, Solution)
        problem = Problem(
            question=question,
            answer=write(solution.answer),
            id=f"own/{seed}/{index}",
            trace=text,
            expert=trace.expert,
            steps=index % 3 + 1,
            solution=f"{a} starts with {words['x']}.\nIn the end it is <<1*1=1>>{write(solution.answer)}.\n#### 0",
        )
        problems.append(problem)
    return problems


@pytest.fixture(scope="session")
def problems() -> list[Problem]:
    return make_problems(60)


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return Recipe(
        prompt=PromptConfig(numbers="masked", mask_names=True, system="none"),
        model=ModelConfig(device="cpu", tiny=TinyConfig(width=32, layers=2, heads=2, feed_forward=64, vocabulary=1024)),
        sft=SftConfig(steps=6, batch=8, warmup=2, lr=3e-3, save_every=2),
        rl=RlConfig(steps=4, questions=4, max_new_tokens=24, save_every=2),
    )


@pytest.fixture
def fresh(problems: list[Problem], recipe: Recipe) -> Callable[[], LanguageModel]:
    """A function that makes the same untrained model each time."""
    texts = [text for problem in problems for text in view(problem, recipe.prompt)]
    return lambda: load(recipe.model, recipe.prompt, texts=texts, seed=recipe.seed)
