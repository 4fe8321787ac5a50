"""How many completions a second the grader judges, against PyYAML merely loading the same texts. One core.

    python benchmarks/grade.py [--n 4000]

The texts are gold traces of generated problems, every one different, and the same traces spoiled in ways that models
spoil them (a misspelt name, an unknown operation, a short circuit, block style), in the shares of SHARES. The yardstick
is `yaml.safe_load` of PyYAML in pure Python, as the reports' grader used it; libyaml's loader is shown beside it.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence

import yaml

from tracewright.cli.verb import whole
from tracewright.data.generate import problems
from tracewright.data.problem import Problem
from tracewright.errors import TracewrightError
from tracewright.grade import grade
from tracewright.mention import read_mentions
from tracewright.recipe import DataConfig
from tracewright.trace.ground import to_literal
from tracewright.trace.parse import parse
from tracewright.trace.render import render, render_block
from tracewright.trace.syntax import Trace

SHARES = {"gold": 0.75, "misspelt": 0.08, "unknown": 0.07, "short": 0.05, "block": 0.05}


def spoil(trace: Trace, way: str) -> str:
    """Write a trace as a model might have."""
    text = render(trace)
    if way == "misspelt":
        return text.replace("args: [", "args: [x_", 1)
    if way == "unknown":
        return text.replace("{op: compute, compute_op: ", "{op: ", 1)
    if way == "short":
        first = trace.parts[-1].steps[0].fields.get("var", "a")
        return text.rpartition("{op: query")[0] + f"{{op: query, var: {first}}}"
    return render_block(trace) if way == "block" else text


def make(count: int) -> list[tuple[str, Problem]]:
    """Return completions with their problems; the traces carry numbers, so that no two texts are alike."""
    draw = random.Random(0)
    made: dict[str, Problem] = {}
    config = DataConfig(naming="per_instance")
    for problem in problems(config, 3 * count, 0, "train"):
        trace = parse(problem.trace)
        assert isinstance(trace, Trace)
        way = draw.choices(list(SHARES), list(SHARES.values()))[0]
        text = spoil(to_literal(trace, read_mentions(problem.question)), way)
        made.setdefault(text, problem)
        if len(made) == count:
            break
    return list(made.items())


def rate(work: Callable[[Sequence[tuple[str, Problem]]], None], rows: Sequence[tuple[str, Problem]]) -> float:
    """Return texts a second, the best of three rounds."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work(rows)
        best = min(best, time.perf_counter() - start)
    return len(rows) / best


def judge(rows: Sequence[tuple[str, Problem]]) -> None:
    """Grade every completion, with nothing remembered from earlier rounds."""
    from tracewright.trace.parse import _quick_step

    _quick_step.cache_clear()
    for text, problem in rows:
        grade(text, problem)


def load(loader: type) -> Callable[[Sequence[tuple[str, Problem]]], None]:
    """Return a round of loading with one of PyYAML's loaders."""

    def work(rows: Sequence[tuple[str, Problem]]) -> None:
        for text, _ in rows:
            yaml.load(text, loader)

    return work


def main() -> None:
    """Print the three rates and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=whole(1), default=4000, help="completions (4000)")
    rows = make(parser.parse_args().n)
    for _, problem in rows:
        read_mentions(problem.question)  # a question is read once and graded many times, as in training
    grades = rate(judge, rows)
    pure = rate(load(yaml.SafeLoader), rows[: max(1, len(rows) // 10)])
    libyaml = rate(load(yaml.CSafeLoader), rows) if hasattr(yaml, "CSafeLoader") else float("nan")
    length = sum(len(text) for text, _ in rows) / len(rows)
    print(f"{len(rows)} different completions, {length:.0f} characters on average")
    print(f"tracewright.grade          {grades:10,.0f} a second")
    print(f"yaml.safe_load (PyYAML)    {pure:10,.0f} a second")
    print(f"yaml.CSafeLoader (libyaml) {libyaml:10,.0f} a second")
    print(f"ratio to yaml.safe_load    {grades / pure:10.1f}")


if __name__ == "__main__":
    try:
        main()
    except TracewrightError as error:
        sys.exit(f"grade: {error}")
