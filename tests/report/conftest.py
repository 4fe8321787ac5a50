"""A small made-up run with every kind of completion, for the tests of the report."""

import random

import pytest

from tracewright.data.problem import Problem
from tracewright.evaluate.grades import grade_samples
from tracewright.evaluate.sample import Sample
from tracewright.evaluate.score import score
from tracewright.report.record import Item, ReportData

HOSTILE = (
    "</script><script>alert('no')</script><!--<script>\u2028 expert: arithmetic\ntrace:\n- {op: query, var: <b>x</b>}"
)


def trace(expert, *steps):
    return f"expert: {expert}\ntrace:\n" + "\n".join(f"- {{op: {step}}}" for step in steps)


def eggs(a, b, c):
    """Sell what is left of the eggs."""
    right = trace(
        "arithmetic", "init, var: laid, source: n1", "init, var: eaten, source: n2", "init, var: price, source: n3",
        "compute, compute_op: sub, args: [laid, eaten], var: step1",
        "compute, compute_op: mul, args: [step1, price], var: result", "query, var: result",
    )  # fmt: skip
    question = (
        f"Mira's hens lay {a} eggs a day. She eats {b} and sells the rest for ${c} each. What does she earn a day?"
    )
    wrong = [
        right.replace("mul", "add"), right.replace("[laid, eaten]", "[eaten, laid]"), right.replace("n2", "n9"),
        right.replace("query, var: result", "query, var: laid"), right.replace("compute, compute_op: sub", "sub"),
        right[:150], "", HOSTILE, f"The answer is {(a - b) * c}.", right.replace("arithmetic", "percentage"),
    ]  # fmt: skip
    return "eggs", "arithmetic", question, str((a - b) * c), right, wrong


def cards(a, b, c):
    """Hand some over, then find some."""
    right = trace(
        "entity_track", "init, var: ola.cards, source: n1", "init, var: ben.cards, source: n2",
        "transfer, from: ola.cards, to: ben.cards, amount: 2", "add_entity, entity: ben.cards, amount: 1",
        "compute, compute_op: sub, args: [ben.cards, ola.cards], var: result", "query, var: result",
    )  # fmt: skip
    question = (
        f"Ola has {b} cards and Ben has {a + b}. Ola gives Ben two, and Ben finds one more. How many more has Ben?"
    )
    return "cards", "entity_track", question, str(a + 5), right, [right.replace("amount: 2", "amount: 3"), right[:120]]


def coat(a, b, c):
    """Take a percentage off, then pay several."""
    right = (
        "- expert: percentage\n  trace:\n  - {op: init, var: base, source: n1}\n  - {op: init, var: rate, source: n2}\n"
        "  - {op: percent_off, base: base, rate: rate, var: result}\n  - {op: query, var: result}\n"
        "- expert: arithmetic\n  trace:\n  - {op: init, var: price, source: prev.result}\n"
        "  - {op: init, var: many, source: n3}\n"
        "  - {op: compute, compute_op: mul, args: [price, many], var: result}\n  - {op: query, var: result}"
    )
    question = f"A coat costs ${10 * a} and is now sold at {5 * b}% off. What do {c} such coats cost?"
    answer = 10 * a * (100 - 5 * b) * c / 100
    wrong = [right.replace("percent_off", "percent_of"), right.split("\n- expert: arith")[0], right.replace("n3", "n1")]
    return "coat", "composition", question, f"{answer:g}", right, wrong


def make_run(size, seed=7, share_right=0.6):
    rng = random.Random(seed)
    problems: dict[str, list[Problem]] = {"fresh numbers": [], "unseen wordings": []}
    samples = []
    for index in range(size):
        split = "fresh numbers" if index % 3 else "unseen wordings"
        make = (eggs, cards, coat)[index % 3 if split == "unseen wordings" else rng.randrange(3)]
        schema, expert, question, answer, right, wrong = make(
            rng.randint(20, 60), rng.randint(3, 12), rng.randint(2, 9)
        )
        problem = Problem(
            question=question, answer=answer, id=f"{schema}/0/{index}", trace=right, expert=expert, schema=schema,
            steps=right.count("op: compute") + 1,
        )  # fmt: skip
        problems[split].append(problem)
        text = right if rng.random() < share_right else wrong[index % len(wrong)]
        samples.append(
            Sample(id=problem.id, split=split, text=text, tokens=len(text) // 3, truncated=rng.random() < 0.01)
        )
    graded = grade_samples(problems, samples)
    by_id = {problem.id: problem for members in problems.values() for problem in members}
    metrics = [
        {"stage": "sft", "step": step, "loss": 3.0 / (1 + step / 20) + rng.random() / 10} for step in range(1, 301)
    ]
    metrics += [
        {
            "stage": "rl",
            "step": step,
            "reward": min(1, 0.7 + step / 150 + rng.random() / 20),
            "entropy": 0.4 / step,
            "kl": 0.0,
        }
        for step in range(1, 41)
    ]
    return ReportData(
        title="quickstart",
        recipe_text="name: quickstart\nsft:\n  steps: 300\n",
        environment={"commit": "0123abc", "seed": seed, "versions": {"python": "3.11", "torch": "2.13.0"}},
        metrics=metrics,
        scores=score(graded),
        items=[Item(by_id[row.id], sample, row) for row, sample in zip(graded, samples, strict=True)],
        notes=["No GSM8K was given: the run scores synthetic problems only."],
    )


@pytest.fixture(scope="session")
def run():
    return make_run(120)
