"""Fit the weights of the annotator's wiring to what readers bound: writes tracewright/data/annotate/weights.py.

    python benchmarks/fit_wiring.py --gsm8k PATH/train.jsonl [--labels benchmarks/wiring.tsv ...] [--folds 5]

For each labelled problem the wirings that come into question are listed (the best ones of the beam, and the best one
for every source that a slot could have), those that compute what the reader's wiring computes are right, and the log
odds of the right ones against the others are what is fitted: a conditional logit over whole wirings, with a Gaussian
prior around the weights of `benchmarks/wiring_prior.json`. The lists depend on the weights that are in use; so the
command may be given again after a change of features, and comes to nearly the same weights after none.

The prior: for mentions and results a conditional logit over 32,450 literals of the train split that have one possible
source only, against the other numbers of the same question as wrong ones (literals with borrowed words like those with
words of their own); the rest set by hand.

`--folds 5` writes nothing: it prints what weights that are fitted without a fifth of the problems make of that fifth.

Not covered: what a tier needs besides (`tracewright/data/annotate/tiers.py`).
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from wiring import TIERS, Labels, agrees, compare, meant, read_labels

from tracewright.cli.verb import whole
from tracewright.data.annotate import Annotation, annotate, weights
from tracewright.data.annotate.alternatives import forced_wirings, new_numbers, same_on
from tracewright.data.annotate.annotation import Wired, wire_solution
from tracewright.data.annotate.program import build, prune
from tracewright.data.annotate.slots import Candidate
from tracewright.data.annotate.wire import describe
from tracewright.data.gsm8k import read_solutions
from tracewright.data.problem import Problem
from tracewright.errors import TracewrightError
from tracewright.evaluate.stats import wilson

HERE = Path(__file__).parent
TARGET = Path(weights.__file__)
SPREAD = 0.6
"""Standard deviation of the prior, in log odds."""


class Case(NamedTuple):
    """One labelled problem: a row a wiring, and which of them are right."""

    problem: int
    features: list[dict[str, float]]
    right: list[bool]


def labelled_picks(wired: Wired, labels: dict[tuple[int, int], tuple[str, ...]]) -> tuple[Candidate, ...] | None:
    """Return the wiring with every labelled literal bound as the reader has it; None where no source can be it."""
    slots = [slot for each in wired.shaped for slot in each.slots]
    picks = list(wired.best.picks)
    for at, (slot, wanted) in enumerate(zip(slots, meant(wired, labels), strict=True)):
        if not wanted or "?" in wanted or any(agrees(slot, picks[at], source, wired) for source in wanted):
            continue
        other = next((o for o, _ in wired.scene.options(slot) for s in wanted if agrees(slot, o, s, wired)), None)
        if other is None:
            return None
        picks[at] = other
    return tuple(picks)


def make_case(number: int, problem: Problem, labels: dict[tuple[int, int], tuple[str, ...]]) -> Case | None:
    """List the wirings of a problem; None where none is right, or none is wrong."""
    wired = wire_solution(problem)
    if isinstance(wired, Annotation):
        return None
    gold = labelled_picks(wired, labels)
    if gold is None:
        return None
    rows = {gold: True}
    listed = [wired.best.picks, *(w.picks for w in forced_wirings(wired.beam, wired.scene, wired.best, far=14.0))]
    wanted = program(wired, gold)
    numbers = [new_numbers(wired.places, draw) for draw in range(2)]
    for picks in listed:
        rows.setdefault(picks, same_on(program(wired, picks), wanted, numbers))
    if all(rows.values()):
        return None
    features = [summed(describe(wired.shaped, wired.scene, picks)) for picks in rows]
    return Case(number, features, list(rows.values()))


def program(wired: Wired, picks: Sequence[Candidate]):  # type: ignore[no-untyped-def]
    """Build what a wiring computes."""
    built = build(wired.shaped, picks)
    answer = built.results[-1]
    if wired.rounding:
        answer = built.program.add(wired.rounding, (answer,), -1)
    return prune(built.program.ops, answer)


def summed(features: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Add up equal features."""
    total: dict[str, float] = defaultdict(float)
    for name, amount in features:
        total[name] += amount
    return dict(total)


def fit(cases: Sequence[Case], prior: dict[str, float], spread: float = SPREAD) -> dict[str, float]:
    """Find the most probable weights; the objective is smooth and nearly convex, so L-BFGS will do."""
    names = sorted({name for case in cases for row in case.features for name in row} | set(prior))
    place = {name: at for at, name in enumerate(names)}
    rows = [
        (at, row, right) for at, case in enumerate(cases) for row, right in zip(case.features, case.right, strict=True)
    ]
    table = torch.zeros(len(rows), len(names))
    for at, (_, row, _) in enumerate(rows):
        for name, amount in row.items():
            table[at, place[name]] = amount
    case_of = torch.tensor([at for at, _, _ in rows])
    right = torch.tensor([is_right for _, _, is_right in rows])
    mean = torch.tensor([prior.get(name, 0.0) for name in names])
    w = mean.clone().requires_grad_(True)

    def log_sums(scores: torch.Tensor) -> torch.Tensor:
        top = torch.full((len(cases),), -1e9).scatter_reduce(0, case_of, scores.detach(), "amax")
        sums = torch.zeros(len(cases)).scatter_add(0, case_of, torch.exp(scores - top[case_of]))
        return top + torch.log(sums)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = table @ w
        wrong_by = log_sums(scores) - log_sums(scores.masked_fill(~right, -1e4))
        total = wrong_by.sum() + ((w - mean) ** 2).sum() / (2 * spread**2)
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer = torch.optim.LBFGS([w], max_iter=100, line_search_fn="strong_wolfe")
    optimizer.step(loss)  # type: ignore[arg-type]
    return dict(zip(names, w.tolist(), strict=True))


def judge(cases: Sequence[Case], w: dict[str, float]) -> tuple[int, float]:
    """Return how many cases have a right wiring on top, and the mean log loss."""
    hits, loss = 0, 0.0
    for case in cases:
        scores = np.array([sum(w.get(n, 0.0) * v for n, v in row.items()) for row in case.features])
        p = np.exp(scores - scores.max())
        right = np.array(case.right)
        hits += bool(right[int(p.argmax())])
        loss -= float(np.log(p[right].sum() / p.sum()))
    return hits, loss / max(1, len(cases))


def make_cases(problems: Sequence[Problem], labels: Labels) -> list[Case]:
    """Make the cases of all labelled problems."""
    made = (make_case(number, problems[number], wanted) for number, wanted in labels.items())
    return [case for case in made if case]


def use(fitted: dict[str, float]) -> None:
    """Let the annotator wire with these weights from now on."""
    weights.WEIGHTS.clear()
    weights.WEIGHTS.update(fitted)


def write_weights(fitted: dict[str, float]) -> None:
    """Put the weights into their file; its text before them stays."""
    text = TARGET.read_text()
    head = text[: text.index("WEIGHTS: dict[str, float] = {")]
    lines, line = ["WEIGHTS: dict[str, float] = {"], "   "
    for name, value in sorted(fitted.items()):
        item = f' "{name}": {round(value, 2):g},'
        if len(line) + len(item) > 118:
            lines, line = [*lines, line], "   "
        line += item
    TARGET.write_text(head + "\n".join([*lines, line, "}  # fmt: skip"]) + "\n")


def main() -> None:
    """Fit and write, or print what the folds say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gsm8k", type=Path, required=True)
    parser.add_argument(
        "--labels",
        type=Path,
        nargs="+",
        default=[HERE / f"{name}.tsv" for name in ("wiring", "wiring_hard", "wiring_close")],
    )
    parser.add_argument("--folds", type=whole(0), default=0)
    parser.add_argument("--spread", type=float, default=SPREAD)
    given = parser.parse_args()
    problems = read_solutions(given.gsm8k)
    labels: Labels = {number: wanted for path in given.labels for number, wanted in read_labels(path).items()}
    prior: dict[str, float] = json.loads((HERE / "wiring_prior.json").read_text())
    use(prior | weights.WEIGHTS)
    cases = make_cases(problems, labels)
    if not given.folds:
        fitted = {name: round(value, 2) for name, value in fit(cases, prior, given.spread).items()}
        print(len(cases), "cases:", *judge(cases, weights.WEIGHTS), "->", *judge(cases, fitted))
        write_weights(fitted)
        return
    held_out(problems, given.labels, cases, prior, given)


def held_out(
    problems: Sequence[Problem],
    files: Sequence[Path],
    cases: Sequence[Case],
    prior: dict[str, float],
    given: argparse.Namespace,
) -> None:
    """Print the tiers of each labels file and how many are mis-wired, by weights that never saw the problem."""
    tables: dict[str, Counter[tuple[str, bool]]] = {path.name: Counter() for path in files}
    numbers = sorted(set().union(*(read_labels(path) for path in files)))
    random.Random(1).shuffle(numbers)
    for fold in range(given.folds):
        held = set(numbers[fold :: given.folds])
        use(fit([case for case in cases if case.problem not in held], prior, given.spread))
        for path in files:
            for number, wanted in read_labels(path).items():
                if number in held:
                    annotation, wired = annotate(problems[number]), wire_solution(problems[number])
                    wrong = not isinstance(wired, Annotation) and compare(wired, wanted).harmful
                    tables[path.name][annotation.tier, wrong] += 1
    for name, table in tables.items():
        for tier in TIERS:
            right, wrong = table[tier, False], table[tier, True]
            low, high = wilson(wrong, right + wrong) if right + wrong else (0.0, 1.0)
            print(f"{name:<20}{tier:<10}{right + wrong:>6}{wrong:>6} mis-wired [{low:.1%}, {high:.1%}]")


if __name__ == "__main__":
    try:
        main()
    except TracewrightError as error:
        sys.exit(f"fit_wiring: {error}")
