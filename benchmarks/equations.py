"""How well equations alone are wired: GSM8K's certain traces, told as one equation each, compiled again and compared.

    python benchmarks/equations.py path/to/gsm8k --every 5

Each certain trace is written as an expression over plain numbers, as equation-annotated sets have it, and goes through
`data/sources`. The two traces are run on other numbers for the same question: where they differ, the equation was bound
to other numbers than the worked solution. For each tier: how many, and how many of them compute the same.

Not covered: what the annotation of GSM8K itself gets wrong (docs/log.md).
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from tracewright.cli.verb import whole
from tracewright.data.annotate import annotate
from tracewright.data.gsm8k import read_gsm8k
from tracewright.data.problem import Problem
from tracewright.data.sources.equation import compile_equation
from tracewright.errors import TracewrightError
from tracewright.mention import Mention, read_mentions
from tracewright.number import write
from tracewright.trace.fault import Fault
from tracewright.trace.solve import solve
from tracewright.trace.syntax import Trace

SIGNS = {"add": " + ", "sub": " - ", "mul": " * ", "div": " / "}
PRIMES = (101, 211, 307, 401, 503, 601, 701, 809, 907, 1009, 1103, 1201, 1301, 1409, 1511, 1601, 1709, 1801, 1901)
DRAWS = 2
"""Sets of other numbers that two traces are compared on."""


class Outcome(NamedTuple):
    """What became of one equation."""

    id: str
    equation: str
    steps: int
    tier: str
    same: bool


def tell(trace: Trace, mentions: tuple[Mention, ...]) -> str:
    """Write a trace of one expert as an expression over plain numbers; empty where it has other operations."""
    told: dict[str, str] = {}
    for step in trace.parts[-1].steps:
        fields = step.fields
        if step.op == "init":
            source = fields.get("source")
            value = mentions[int(source[1:]) - 1].value if source else fields["value"]
            told[fields["var"]] = f"({write(value)})" if isinstance(value, Fraction) else write(value)
        elif step.op == "compute" and fields["compute_op"] in SIGNS:
            args = [told[arg] if isinstance(arg, str) else write(arg) for arg in fields["args"]]
            told[fields["var"]] = f"({SIGNS[fields['compute_op']].join(args)})"
        elif step.op == "percent_of":
            told[fields["var"]] = f"({told[fields['base']]} * {told[fields['rate']]} / 100)"
        elif step.op == "query":
            return told[fields["var"]]
        else:
            return ""
    return ""


def same(first: Trace, second: Trace, mentions: tuple[Mention, ...]) -> bool:
    """Say whether two traces of a question compute the same on other numbers."""
    for draw in range(DRAWS):
        other = tuple(
            item._replace(
                value=Fraction(PRIMES[(at * 7 + draw * 3) % len(PRIMES)], PRIMES[(at * 5 + draw) % len(PRIMES)] + at)
            )
            for at, item in enumerate(mentions)
        )
        answers = [solve(trace, other) for trace in (first, second)]
        if any(isinstance(answer, Fault) for answer in answers) or answers[0].answer != answers[1].answer:
            return False
    return True


def outcomes(problems: Iterable[Problem]) -> Iterator[Outcome]:
    """Tell the certain traces of problems as equations, and compile these."""
    for problem in problems:
        known = annotate(problem)
        mentions = read_mentions(problem.question)
        if known.tier != "certain" or known.trace is None or len(known.trace.parts) > 1:
            continue
        equation = tell(known.trace, mentions)
        if not equation:
            continue
        found = compile_equation(replace(problem, solution=""), [f"X = {equation}"], (), ())
        agrees = found.trace is not None and same(known.trace, found.trace, mentions)
        yield Outcome(problem.id, equation, known.steps, found.tier, agrees)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gsm8k", help="a train.jsonl, its folder, or a hub id")
    parser.add_argument("--every", type=whole(1), default=5, metavar="N", help="take every N-th problem (5)")
    parser.add_argument(
        "--show", type=whole(0), default=10, metavar="N", help="list so many certain ones that differ (10)"
    )
    options = parser.parse_args()
    start = time.process_time()
    found = list(outcomes(read_gsm8k(options.gsm8k, "train")[:: options.every]))
    mean = sum(item.steps for item in found) / max(1, len(found))
    print(f"{len(found)} equations, {mean:.1f} operations in the mean, {time.process_time() - start:.0f} s of CPU time")
    for title, chosen in (("all", found), ("one or two operations", [item for item in found if item.steps < 3])):
        count = Counter(item.tier for item in chosen)
        right = Counter(item.tier for item in chosen if item.same)
        print(f"{title}: {len(chosen)}")
        for tier in ("certain", "likely", "doubtful", "failed"):
            if count[tier]:
                print(f"  {tier:10}{count[tier]:6}, the same {right[tier]:6} ({right[tier] / count[tier]:.1%})")
    for item in [item for item in found if item.tier == "certain" and not item.same][: options.show]:
        print(f"{item.id}: {item.equation}")


if __name__ == "__main__":
    try:
        main()
    except TracewrightError as error:
        sys.exit(f"equations: {error}")
