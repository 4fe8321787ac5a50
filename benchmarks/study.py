"""Studies: arms that differ in a few keys, several seeds each, scored on the same problems; a table with intervals.

    python benchmarks/study.py diversity --out runs/diversity [--gsm8k PATH] [--jobs 2] [--seeds 3] [key=value ...]
    python benchmarks/study.py real      --out runs/real --gsm8k PATH
    python benchmarks/study.py rl        --out runs/rl --start runs/quickstart

`diversity`: does it pay to train on more schemas, more wordings, free recombination? `real`: annotated GSM8K problems,
with and without variants and synthetic problems. `rl`: policy gradient from one SFT model, against the same with the
rewards shuffled. Every arm takes equal steps. Each (arm, seed) is a run of its own under --out, and one that was
interrupted goes on when the command is given again. The table goes to standard output and to OUT/table.md.

Intervals: the mean over seeds and problems, with problems as the clusters, so that three seeds on 300 problems do not
pass for 900 problems. Source: `evaluate/stats.py`.
"""

import argparse
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tracewright.config import read_config
from tracewright.data.assemble import assemble
from tracewright.data.generate import problems
from tracewright.data.problem import Problem, write_problems
from tracewright.evaluate.grades import read_grades
from tracewright.evaluate.stats import mean_interval
from tracewright.recipe import DataConfig, Recipe
from tracewright.run import Run, create, reopen

STUDIES: dict[str, dict[str, list[str]]] = {
    "diversity": {
        "a: the reports' first 41 schemas, one wording": [
            "data.schemas=[report41]",
            "data.wordings=1",
            "data.hold_out=0",
        ],
        "b: all schemas, all wordings": [],
        "c: b with half of the problems from stories": ["data.story=0.5"],
    },
    "real": {
        "certain GSM8K traces alone": ["data.train=0", "data.tiers=[certain]"],
        "with variants": ["data.train=0", "data.tiers=[certain]", "data.variants=8"],
        "with synthetic problems": ["data.tiers=[certain]"],
        "with both": ["data.tiers=[certain]", "data.variants=8"],
    },
    "rl": {
        "graded rewards": [],
        "graded rewards, shuffled": ["rl.shuffle_rewards=true"],
    },
}
"""The arms of each study, as overrides."""


def evaluation(recipe: Recipe, study: str) -> dict[str, list[Problem]]:
    """Return the splits that every arm is scored on: those of the recipe as it is, and the first arm's own wordings."""
    splits = dict(assemble(replace(recipe.data, train=1, gsm8k_train=0), recipe.seed).splits)
    if study == "diversity":
        first = DataConfig(schemas=("report41",), wordings=1, hold_out=0, number_words=recipe.data.number_words)
        splits["fresh_reports"] = list(problems(first, recipe.data.dev, recipe.seed, "fresh"))
    return splits


def prepare(path: Path, recipe: Recipe, splits: dict[str, list[Problem]], held_out: set[str]) -> Run:
    """Make the run of one arm and seed, with its own training data and the common evaluation problems."""
    if path.exists():
        return reopen(path)
    partial = path.with_name(path.name + ".making")
    shutil.rmtree(partial, ignore_errors=True)
    run = create(partial, recipe)
    train = [problem for problem in assemble(recipe.data, recipe.seed).train if problem.schema not in held_out]
    for split, members in {"train": train, **splits}.items():
        write_problems(members, run.problems(split))
    run.write_json(run.environment, {"seed": recipe.seed, "notes": []})
    run.mark("data")
    partial.rename(path)
    return reopen(path)


def branch(path: Path, recipe: Recipe, start: Run) -> Run:
    """Make a run that goes on from another one's SFT model, with its problems."""
    if path.exists():
        return reopen(path)
    partial = path.with_name(path.name + ".making")
    shutil.rmtree(partial, ignore_errors=True)
    run = create(partial, recipe)
    shutil.copytree(start.path / "data", run.path / "data", dirs_exist_ok=True)
    shutil.copytree(start.model("sft"), run.model("sft"))
    run.write_json(run.environment, {"seed": recipe.seed, "notes": []})
    for stage in ("data", "sft"):
        run.mark(stage)
    partial.rename(path)
    return reopen(path)


def finish(run: Run) -> None:
    """Take a run to its end in a process of its own."""
    if run.done("report"):
        return
    command = [sys.executable, "-m", "tracewright", "run", "--resume", "--out", str(run.path)]
    with (run.path / "log.txt").open("a") as log:
        done = subprocess.run(command, stdout=log, stderr=log, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=False)
    if done.returncode:
        raise SystemExit(f"{run.path} failed; see {run.path / 'log.txt'}")
    print(f"done: {run.path}", file=sys.stderr, flush=True)


def table(runs: dict[str, list[Run]], stage: str) -> str:
    """Return one row an arm and one column a split, each the mean over seeds with its interval."""
    rows = {}
    for arm, members in runs.items():
        for run in members:
            for row in read_grades(run.grades(stage)):
                rows.setdefault(row.split, {}).setdefault(arm, []).append((f"{row.split}/{row.id}", float(row.right)))
    lines = ["| arm | " + " | ".join(f"{split}" for split in rows) + " |", "|---|" + "---|" * len(rows)]
    for arm in runs:
        cells = []
        for split in rows:
            names, values = zip(*rows[split][arm], strict=True)
            found = mean_interval(values, names)
            cells.append(f"{100 * sum(values) / len(values):.1f} % [{100 * found.low:.1f}, {100 * found.high:.1f}]")
        lines.append(f"| {arm} | " + " | ".join(cells) + " |")
    sizes = ", ".join(f"{split} {len({name for name, _ in rows[split][arm]})}" for split in rows)
    return "\n".join([*lines, "", f"{len(next(iter(runs.values())))} seeds; problems: {sizes}"])


def main() -> None:
    """Run a study and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="for every arm")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/quickstart.yaml"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="rl: the run whose SFT model is gone on from")
    parser.add_argument("--gsm8k", default="", help="train.jsonl or its folder")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2, help="runs side by side, one thread each")
    options = parser.parse_intermixed_args()
    options.out.mkdir(parents=True, exist_ok=True)
    words = [*options.overrides, "threads=1", *([f"data.gsm8k={options.gsm8k}"] if options.gsm8k else [])]
    start = reopen(options.start) if options.start else None
    if options.study == "rl" and start is None:
        parser.error("rl needs --start RUN")
    path = start.config if start and options.study == "rl" else options.recipe
    common = read_config(Recipe, path, words)
    if options.study != "rl":
        words.append("rl.steps=0")
        splits = evaluation(common, options.study)
        held_out = {problem.schema for problem in splits.get("unseen_schemas", [])}
    runs: dict[str, list[Run]] = {}
    for arm, extra in STUDIES[options.study].items():
        for seed in range(options.seeds):
            recipe = read_config(Recipe, path, [*words, *extra, f"seed={seed}"])
            place = options.out / f"{list(STUDIES[options.study]).index(arm)}-{seed}"
            made = branch(place, recipe, start) if options.study == "rl" else prepare(place, recipe, splits, held_out)  # type: ignore[arg-type]
            runs.setdefault(arm, []).append(made)
    with ThreadPoolExecutor(options.jobs) as pool:
        list(
            pool.map(
                finish, [run for seed in range(options.seeds) for run in (members[seed] for members in runs.values())]
            )
        )
    shown = table(runs, "rl" if options.study == "rl" else "sft")
    if options.study == "rl":
        shown = f"after SFT:\n\n{table({'the start': next(iter(runs.values()))[:1]}, 'sft')}\n\nafter RL:\n\n{shown}"
    (options.out / "table.md").write_text(shown + "\n")
    print(shown)


if __name__ == "__main__":
    main()
