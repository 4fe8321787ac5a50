"""Studies: arms that differ in a few keys, several seeds each, scored on the same problems; a table with intervals.

    python benchmarks/study.py diversity --out runs/diversity [--gsm8k PATH] [--jobs 2] [--seeds 3] [key=value ...]
    python benchmarks/study.py real      --out runs/real --gsm8k PATH
    python benchmarks/study.py rl        --out runs/rl --start runs/quickstart

`diversity`: does it pay to train on more wordings, more schemas, free recombination? `real`: annotated GSM8K problems,
with and without variants and synthetic problems. `rl`: policy gradient from one SFT model, three baselines with graded
and with binary rewards at equal samples, and the control with the rewards shuffled; scored on fresh numbers, each arm
also less its start and graded less binary, paired by problem. Every arm takes equal steps. Each (arm, seed) is a run
of its own under --out, and one that was interrupted goes on when the command is given again. The table goes to standard
output and to OUT/table.md.

Intervals: the mean over seeds and problems, with problems as the clusters, so that three seeds on 300 problems do not
pass for 900 problems. Source: `evaluate/stats.py`.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tracewright.cli.verb import whole
from tracewright.config import read_config
from tracewright.data.annotate import annotate_all
from tracewright.data.assemble import assemble
from tracewright.data.errata import without_errata
from tracewright.data.generate import Split, problems
from tracewright.data.gsm8k import read_gsm8k
from tracewright.data.overlap import find_all_overlaps
from tracewright.data.problem import Problem, write_problems
from tracewright.data.vary import learn_ranges, vary_all
from tracewright.errors import TracewrightError
from tracewright.evaluate.grades import read_grades
from tracewright.evaluate.stats import mean_interval, paired_bootstrap
from tracewright.recipe import Recipe
from tracewright.run import Run, create, reopen

STUDIES: dict[str, dict[str, list[str]]] = {
    "diversity": {
        "a: the reports' 41 schemas, one wording": ["data.schemas=[report41]", "data.wordings=1", "data.hold_out=0"],
        "b: the same 41, all wordings": ["data.schemas=[report41]", "data.hold_out=0"],
        "c: all schemas, all wordings": ["data.schemas=[]"],
        "d: c with half of the problems from stories": ["data.schemas=[]", "data.story=0.5"],
    },
    "real": {
        "certain GSM8K traces alone": ["data.train=0", "data.tiers=[certain]"],
        "with variants": ["data.train=0", "data.tiers=[certain]", "data.variants=2"],
        "with synthetic problems": ["data.tiers=[certain]"],
        "with both": ["data.tiers=[certain]", "data.variants=2"],
    },
    "rl": {
        f"{baseline}, {rewards}": [f"rl.baseline={baseline}", f"rl.rewards={rewards}"]
        for baseline in ("ema", "leave_one_out", "group")
        for rewards in ("graded", "binary")
    }
    | {"leave_one_out, graded, shuffled": ["rl.baseline=leave_one_out", "rl.shuffle_rewards=true"]},
}
"""The arms of each study, as overrides."""
RL = ["rl.steps=40", "rl.questions=16", "rl.samples=4", "rl.lr=1e-4"]
"""What all arms of `rl` share, unless it is overridden."""


def evaluation(recipe: Recipe, study: str) -> dict[str, list[Problem]]:
    """Return the splits that every arm is scored on. Those of `diversity` are of all schemas, and of the 41 alone."""
    if study != "diversity":
        return dict(assemble(replace(recipe.data, train=1, gsm8k_train=0), recipe.seed).splits)
    splits = dict(assemble(replace(recipe.data, schemas=(), train=1, gsm8k_train=0), recipe.seed).splits)
    held_out = {problem.schema for problem in splits["unseen_schemas"]}
    first = replace(recipe.data, schemas=("report41",), hold_out=0)
    parts: tuple[tuple[Split, int], ...] = (("fresh", 1), ("unseen_wordings", 0))
    for split, wordings in parts:
        drawn = problems(replace(first, wordings=wordings), recipe.data.dev, recipe.seed, split)
        splits[f"{split}_of_the_41"] = [problem for problem in drawn if problem.schema not in held_out]
    return splits


def annotated(path: str) -> list[Problem]:
    """Return GSM8K's training problems with their traces: once for all arms, for it takes most of a minute."""
    done, _ = annotate_all(read_gsm8k(path, "train"))
    return [replace(problem, expert="") for problem in done if problem.trace]


def training(recipe: Recipe, real: list[Problem], dev: list[Problem]) -> list[Problem]:
    """Return the training problems of an arm of `real`: synthetic ones, real ones of its tiers, variants of these.

    Keys of the recipe that name other problems (data.files, data.gsm8k_train, data.test) are not heeded.
    """
    data = replace(recipe.data, gsm8k="", variants=0) if recipe.data.train else None
    synthetic = assemble(data, recipe.seed).train if data else []
    chosen = [problem for problem in real if problem.tier in recipe.data.tiers]
    chosen = without_errata(chosen, recipe.data.errata)
    certain = [problem for problem in chosen if problem.tier == "certain"]
    varied = vary_all(certain, recipe.data.variants, recipe.seed, learn_ranges(real)) if recipe.data.variants else []
    made = [variant for each in varied for variant in each.variants]
    near = {overlap.training.id for overlap in find_all_overlaps(made, dev)}
    kept = [variant for variant in made if variant.id not in near]
    return [*synthetic, *chosen, *kept]


def prepare(
    path: Path, recipe: Recipe, splits: dict[str, list[Problem]], held_out: set[str], real: list[Problem]
) -> Run:
    """Make the run of one arm and seed, with its own training data and the common evaluation problems."""
    if path.exists():
        return reopen(path)
    partial = path.with_name(path.name + ".making")
    shutil.rmtree(partial, ignore_errors=True)
    run = create(partial, recipe)
    drawn = training(recipe, real, splits["gsm8k_dev"]) if real else assemble(recipe.data, recipe.seed).train
    train = [problem for problem in drawn if problem.schema not in held_out]
    for split, members in {"train": train, **splits}.items():
        write_problems(members, run.problems(split))
    run.write_json(run.environment, {"seed": recipe.seed, "notes": []})
    run.mark("data")
    partial.rename(path)
    return reopen(path)


def branch(path: Path, recipe: Recipe, start: Run) -> Run:
    """Make a run that goes on from another one's SFT model, with its training problems and those of fresh numbers."""
    if path.exists():
        return reopen(path)
    partial = path.with_name(path.name + ".making")
    shutil.rmtree(partial, ignore_errors=True)
    run = create(partial, recipe)
    for split in ("train", "fresh"):
        shutil.copy(start.problems(split), run.problems(split))
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
    rows: dict[str, dict[str, list[tuple[str, float]]]] = {}
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


def right(runs: list[Run], stage: str) -> dict[tuple[int, str], float]:
    """Return by (seed, problem) whether fresh numbers were answered right."""
    return {
        (run.recipe().seed, row.id): float(row.right)
        for run in runs
        for row in read_grades(run.grades(stage))
        if row.split == "fresh"
    }


def paired(first: dict[tuple[int, str], float], second: dict[tuple[int, str], float]) -> str:
    """Return first less second in points, with the bootstrap interval over problems; the seeds of one stay together."""
    keys = sorted(first)
    if keys != sorted(second):
        raise SystemExit("the arms were not scored on the same problems")
    ones, others = ([rows[key] for key in keys] for rows in (first, second))
    found = paired_bootstrap(others, ones, random.Random(0), [problem for _, problem in keys])
    gap = (sum(ones) - sum(others)) / len(keys)
    return f"{100 * gap:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"


def rl_table(runs: dict[str, list[Run]]) -> str:
    """Return one row an arm of `rl`: its score, by seed, less the start, and graded less binary."""
    rows = {arm: right(members, "rl") for arm, members in runs.items()}
    start = right(next(iter(runs.values())), "sft")
    lines = ["| arm | fresh | by seed | less the start | graded less binary |", "|---|---|---|---|---|"]
    for arm, found in {"the start": start, **rows}.items():
        ends = mean_interval(list(found.values()), [problem for _, problem in found])
        each = [
            [value for (seed, _), value in found.items() if seed == one] for one in sorted({key[0] for key in found})
        ]
        shown = ", ".join(f"{100 * sum(values) / len(values):.1f}" for values in each)
        other = arm.replace("graded", "binary")
        cells = [
            arm,
            f"{100 * sum(found.values()) / len(found):.1f} % [{100 * ends.low:.1f}, {100 * ends.high:.1f}]",
            shown if arm in rows else "",
            paired(found, start) if arm in rows else "",
            paired(found, rows[other]) if other in rows and other != arm else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    count = len({problem for _, problem in start})
    return "\n".join(
        [*lines, "", f"{len(next(iter(runs.values())))} seeds; {count} problems; differences in points, paired"]
    )


def main() -> None:
    """Run a study and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="for every arm")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/quickstart.yaml"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="rl: the run whose SFT model is gone on from")
    parser.add_argument("--gsm8k", default="", help="train.jsonl or its folder")
    parser.add_argument("--seeds", type=whole(1), default=3)
    parser.add_argument("--jobs", type=whole(1), default=2, help="runs side by side, one thread each")
    options = parser.parse_intermixed_args()
    options.out.mkdir(parents=True, exist_ok=True)
    words = [*options.overrides, "threads=1", *([f"data.gsm8k={options.gsm8k}"] if options.gsm8k else [])]
    start = reopen(options.start) if options.start else None
    if options.study == "rl" and start is None:
        parser.error("rl needs --start RUN")
    if options.study == "real" and not options.gsm8k:
        parser.error("real needs --gsm8k PATH")
    path = start.config if start and options.study == "rl" else options.recipe
    if options.study == "rl":
        words = [*RL, *words]
    common = read_config(Recipe, path, words)
    if options.study != "rl":
        words.append("rl.steps=0")
        splits = evaluation(common, options.study)
        held_out = {problem.schema for problem in splits.get("unseen_schemas", [])}
        real = annotated(options.gsm8k) if options.study == "real" else []
    runs: dict[str, list[Run]] = {}
    for arm, extra in STUDIES[options.study].items():
        for seed in range(options.seeds):
            recipe = read_config(Recipe, path, [*words, *extra, f"seed={seed}"])
            place = options.out / f"{list(STUDIES[options.study]).index(arm)}-{seed}"
            made = (
                branch(place, recipe, start)
                if options.study == "rl"
                else prepare(place, recipe, splits, held_out, real)
            )
            runs.setdefault(arm, []).append(made)
    with ThreadPoolExecutor(options.jobs) as pool:
        list(
            pool.map(
                finish, [run for seed in range(options.seeds) for run in (members[seed] for members in runs.values())]
            )
        )
    shown = rl_table(runs) if options.study == "rl" else table(runs, "sft")
    (options.out / "table.md").write_text(shown + "\n")
    print(shown)


if __name__ == "__main__":
    try:
        main()
    except TracewrightError as error:
        sys.exit(f"study: {error}")
