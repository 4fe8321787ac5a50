"""How many problems a second the generator makes, trace and answer included, beside reasoning-gym's gsm_symbolic.

    pip install -r benchmarks/requirements.txt
    python benchmarks/generate.py [--n 50000] [--workers 2]

One core each, the best of three rounds, in one run. Loading and compiling the schemas is timed on its own. gsm_symbolic
writes a question and an answer, no trace. With --workers, several processes of ours are measured too.
"""

import argparse
import time
from collections.abc import Callable

from tracewright.data.generate import problems
from tracewright.data.parallel import problems_parallel
from tracewright.recipe import DataConfig


def rate(make: Callable[[int], int], count: int) -> float:
    """Return problems a second, the best of three rounds with different seeds."""
    best = float("inf")
    for seed in range(3):
        start = time.perf_counter()
        made = make(seed)
        best = min(best, time.perf_counter() - start)
        assert made == count, f"{made} problems instead of {count}"
    return count / best


def main() -> None:
    """Print the rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=50_000, help="problems a round (50000)")
    parser.add_argument("--workers", type=int, default=1, help="also measure so many processes")
    options = parser.parse_args()
    count, config = options.n, DataConfig()
    start = time.perf_counter()
    for _ in problems(config, 4000, 1_000_000):
        pass
    print(f"load and compile all schemas, make the first 4,000: {time.perf_counter() - start:.1f} s")
    ours = rate(lambda seed: sum(1 for _ in problems(config, count, seed)), count)
    print(f"tracewright, with trace      {ours:10,.0f} problems a second")
    if options.workers > 1:
        workers = options.workers

        def parallel(seed: int) -> int:
            return sum(1 for _ in problems_parallel(config, count, seed, workers=workers))

        several = rate(parallel, count)
        print(
            f"tracewright, {workers} processes     {several:10,.0f} problems a second, {several / ours:.2f} times one"
        )
    try:
        import reasoning_gym
    except ImportError:
        print("reasoning-gym is not installed: pip install -r benchmarks/requirements.txt")
        return

    def theirs(seed: int) -> int:
        data = reasoning_gym.create_dataset("gsm_symbolic", size=count, seed=seed)
        return sum(1 for place in range(count) if data[place]["question"])

    other = rate(theirs, count)
    print(f"reasoning-gym gsm_symbolic   {other:10,.0f} problems a second")
    print(f"ratio                        {ours / other:10.2f}")


if __name__ == "__main__":
    main()
