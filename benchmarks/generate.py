"""How many problems a second the generator makes, trace and answer included, beside reasoning-gym's gsm_symbolic.

    pip install -r benchmarks/requirements.txt
    python benchmarks/generate.py [--n 50000] [--workers 2] [--rounds 3]

In one run: the schemas' problems and a mixture with half stories, by one process and by several. Each by wall time and
by CPU time (of all processes), the best of the rounds. Where other work shares the cores wall time says little; "on
free cores" is then the CPU time of one process over that of the busiest of several, parts taken as equal. Then the
whole command, `tracewright generate --out`, from its start: reading and compiling the schemas is in it, and so is
writing. gsm_symbolic writes a question and an answer, no trace.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tracewright.cli.verb import whole
from tracewright.data.parallel import problems_parallel
from tracewright.errors import TracewrightError
from tracewright.recipe import DataConfig

PLAIN, HALF = DataConfig(), DataConfig(story=0.5)
STORY_COST = 10
"""A story takes about as long as so many problems of a schema: rounds with stories are that much smaller."""


class Spent(NamedTuple):
    """Seconds: on the clock, and of the processors in all processes."""

    wall: float
    cpu: float
    busiest: float
    """CPU time of the busiest process: this one, or one of those that it has waited for."""


def best(make: Callable[[int], int], count: int, rounds: int, processes: int = 1) -> Spent:
    """Return the least times of some rounds with different seeds."""
    found = []
    for seed in range(rounds):
        wall, before = time.perf_counter(), os.times()
        made = make(seed)
        wall, after = time.perf_counter() - wall, os.times()
        assert made == count, f"{made} problems instead of {count}"
        own = after.user + after.system - before.user - before.system
        others = after.children_user + after.children_system - before.children_user - before.children_system
        found.append((wall, own + others, max(own, others / processes)))
    return Spent(*(min(times) for times in zip(*found, strict=True)))


def show(what: str, count: int, spent: Spent, one: Spent | None = None) -> None:
    """Print one row of the table."""
    times = f"{one.wall / spent.wall:10.2f} {one.busiest / spent.busiest:14.2f}" if one else ""
    print(f"{what:44} {count / spent.wall:10,.0f} {spent.wall:8.2f} {spent.cpu:8.2f}{times}")


def measure(what: str, config: DataConfig, count: int, workers: int, rounds: int) -> Spent:
    """Measure one process and several on warm schemas; return what one took."""
    spent = {}
    for processes in sorted({1, workers}):

        def make(seed: int, processes: int = processes) -> int:
            return sum(1 for _ in problems_parallel(config, count, seed, workers=processes))

        spent[processes] = best(make, count, rounds, processes)
        one = spent[1] if processes > 1 else None
        show(f"{what}, {processes} process{'es' if one else ''}", count, spent[processes], one)
    return spent[1]


def measure_command(what: str, share: float, count: int, workers: int, rounds: int) -> None:
    """Measure the command from its start to its end."""
    one = None
    for processes in sorted({1, workers}):

        def make(seed: int, processes: int = processes) -> int:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "made.jsonl"
                words = ["-n", str(count), "--seed", str(seed), "--workers", str(processes), f"story={share}"]
                command = [sys.executable, "-m", "tracewright", "generate", *words, "--out", str(path)]
                subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
                with path.open("rb") as file:
                    return sum(1 for _ in file)

        spent = best(make, count, rounds, processes)
        show(f"{what}, --workers {processes}", count, spent, one)
        one = one or spent


def main() -> None:
    """Print the table, and the ratio to gsm_symbolic."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=whole(1), default=50_000, help="problems a round (50000)")
    parser.add_argument("--workers", type=whole(1), default=2, help="also measure so many processes (2)")
    parser.add_argument("--rounds", type=whole(1), default=3, help="rounds of each (3)")
    options = parser.parse_args()
    count, workers, rounds = options.n, options.workers, options.rounds
    few = max(1, count // STORY_COST)
    print(f"{'':44} {'a second':>10} {'wall s':>8} {'CPU s':>8} {'times one':>10} {'on free cores':>14}")
    for config in (PLAIN, HALF):  # read and compile what the rounds share
        spent = best(
            lambda _, config=config: sum(1 for _ in problems_parallel(config, 4000, 10**6, workers=1)), 4000, 1
        )
        show("reading, compiling, the first 4,000", 4000, spent)
    ours = measure(f"{count} problems of schemas", PLAIN, count, workers, rounds)
    measure(f"{few} problems, half of them stories", HALF, few, workers, rounds)
    measure_command(f"the command, {count} problems", 0.0, count, workers, rounds)
    measure_command(f"the command, {few}, half stories", 0.5, few, workers, rounds)
    try:
        import reasoning_gym
    except ImportError:
        print("reasoning-gym is not installed: pip install -r benchmarks/requirements.txt")
        return

    def theirs(seed: int) -> int:
        data = reasoning_gym.create_dataset("gsm_symbolic", size=count, seed=seed)
        return sum(1 for place in range(count) if data[place]["question"])

    other = best(theirs, count, rounds)
    show(f"{count} of reasoning-gym's gsm_symbolic", count, other)
    print(f"ratio to gsm_symbolic: {other.wall / ours.wall:.2f} by wall time, {other.cpu / ours.cpu:.2f} by CPU time")


if __name__ == "__main__":
    try:
        main()
    except TracewrightError as error:
        sys.exit(f"generate: {error}")
