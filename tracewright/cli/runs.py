"""Verbs of runs: run, score, report, compare, ask, recipes."""

import argparse
import json
import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

from tracewright.cli.verb import Verb, progress_bar
from tracewright.errors import ConfigError, RunError, nearest

RUNS = Path("runs")
"""Where runs go that have no --out."""


def _note(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# run


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", metavar="RECIPE.yaml", nargs="?", help="a recipe; left out with --resume --out DIR")
    parser.add_argument("overrides", metavar="key=value", nargs="*", help="lay a value over the recipe: sft.steps=200")
    parser.add_argument("--out", metavar="DIR", type=Path, help="the run directory; default: a new one under runs/")
    parser.add_argument(
        "--resume", action="store_true", help="continue a run that was interrupted, to the same weights"
    )


def _run(options: argparse.Namespace) -> int:
    from tracewright import run as runs
    from tracewright.config import read_config, write_config
    from tracewright.recipe import Recipe

    if options.recipe and "=" in options.recipe and not Path(options.recipe).exists():
        raise ConfigError(f"{options.recipe!r} stands where the recipe belongs", "name a recipe first")
    if not options.recipe and not options.resume:
        raise ConfigError("tracewright run: a recipe is needed", "try 'tracewright run recipes/quickstart.yaml'")
    recipe = read_config(Recipe, Path(options.recipe), options.overrides) if options.recipe else None
    if options.resume:
        if options.out is None and recipe is None:
            raise ConfigError("tracewright run --resume: a run is needed", "name its recipe, or its folder with --out")
        path = options.out or runs.newest_path(RUNS, recipe.name)  # type: ignore[union-attr]
        run = runs.reopen(path)
        old = run.recipe()
        if recipe is not None and recipe != old:
            before, after = write_config(old).splitlines(), write_config(recipe).splitlines()
            changed = next(
                f"{a.strip()!r} then, {b.strip()!r} now" for a, b in zip(before, after, strict=False) if a != b
            )
            raise RunError(
                f"{run.path} was started with another recipe ({changed})",
                "resume it without changes, or start a new run",
            )
    check_torch()
    from tracewright.pipeline import Job, start

    if not options.resume:
        assert recipe is not None
        run = start(recipe, options.out or runs.free_path(RUNS, recipe.name))
    _note(f"run: {run.path}")
    job = Job(run, run.recipe(), partial(print, flush=True), options.resume)
    if not job.main:
        job.work()
        return 0
    try:
        with run.lock():
            job.work()
    except KeyboardInterrupt:
        _note(f"\ntracewright: interrupted; continue with: tracewright run --resume --out {run.path}")
        return 130
    return 0


def check_torch() -> None:
    """Complain in one sentence where the packages for training are not installed."""
    from importlib.util import find_spec

    for name in ("torch", "transformers", "accelerate", "tokenizers"):
        if find_spec(name) is None:
            raise ConfigError(f"training needs {name}, which is not installed", "pip install 'tracewright[train]'")


# score, report, compare


def _one_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", type=Path, help="a run directory")


def _score(options: argparse.Namespace) -> int:
    from tracewright import run as runs
    from tracewright.evaluate.rescore import rescore

    run = runs.reopen(options.run)
    for line in rescore(run, run.recipe()):
        print(line)
    return 0


def _report(options: argparse.Namespace) -> int:
    from tracewright import run as runs
    from tracewright.report.write import write_report

    run = runs.reopen(options.run)
    write_report(run, run.recipe())
    print(run.report_html)
    return 0


def _compare_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "a", metavar="RUN_A", type=Path, help="a run directory, or RUN:sft, RUN:rl for one of its models"
    )
    parser.add_argument("b", metavar="RUN_B", type=Path, help="the other one")
    parser.add_argument("--json", action="store_true", help="print one JSON object a split")


def _compare(options: argparse.Namespace) -> int:
    from tracewright.evaluate.compare import compare, compare_table

    comparisons = compare(_graded(str(options.a)), _graded(str(options.b)), rng=random.Random(0))
    if options.json:
        for item in comparisons:
            print(json.dumps(item.to_dict()))
        return 0
    print(compare_table(comparisons, str(options.a), str(options.b)))
    return 0


def _graded(word: str) -> Any:
    """Read the grades of `RUN` (its last model) or `RUN:sft`."""
    from tracewright import run as runs
    from tracewright.evaluate.grades import read_grades

    name, _, stage = word.rpartition(":")
    if not name or stage not in runs.MODELS:
        name, stage = word, ""
    run = runs.reopen(Path(name))
    scored = run.scored()
    if not scored:
        raise RunError(
            f"{run.path} has no grades yet", "continue it with --resume, or score it with 'tracewright score'"
        )
    if stage and stage not in scored:
        raise RunError(f"{run.path} has no grades of a model {stage!r}", f"it has {', '.join(scored)}")
    return read_grades(run.grades(stage or scored[-1]))


# ask


def _ask_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", metavar="QUESTION", help="a math word problem; - for standard input")
    parser.add_argument(
        "--model", metavar="RUN", required=True, type=Path, help="a run directory (its last model is asked)"
    )


def _ask(options: argparse.Namespace) -> int:
    from tracewright.cli.verb import read_text

    question = read_text("-") if options.question == "-" else options.question
    if not question.strip():
        raise ConfigError("tracewright ask: the question is empty", "write it in quotes")
    check_torch()
    from tracewright import run as runs
    from tracewright.pipeline import ask

    run = runs.reopen(options.model)
    return ask(run, " ".join(question.split()), print)


# recipes


def _recipes_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", nargs="?", type=Path, default=Path("recipes"), help="where they are")
    parser.add_argument("--keys", action="store_true", help="list every key of a recipe with its default and meaning")
    parser.add_argument(
        "--check",
        action="store_true",
        help="rehearse each: its data, the self-check of targets, one step of SFT and RL on a very small model",
    )


def _recipes(options: argparse.Namespace) -> int:
    from tracewright.config import read_config
    from tracewright.recipe import Recipe

    if options.keys:
        for line in _key_lines(Recipe, ""):
            print(line)
        return 0
    if not options.folder.is_dir():
        raise ConfigError(f"{options.folder} is no folder of recipes", nearest(str(options.folder), ["recipes"]))
    paths = sorted(options.folder.rglob("*.yaml"))
    if not paths:
        raise ConfigError(f"{options.folder} has no recipe in it", "a recipe is a .yaml file")
    if options.check:
        return _check_recipes(paths)
    for path in paths:
        read_config(Recipe, path)
        first = path.read_text(encoding="utf-8").splitlines()[0]
        print(f"{path}  {first.removeprefix('#').strip() if first.startswith('#') else ''}")
    return 0


def _check_recipes(paths: list[Path]) -> int:
    """Rehearse recipes; print one line for each that is broken."""
    check_torch()
    from tracewright.rehearse import rehearse

    broken = 0
    with progress_bar("recipes", len(paths), "recipe") as bar:
        for path in paths:
            fault = rehearse(path)
            if fault:
                broken += 1
                bar.write(fault if str(path) in fault else f"{path}: {fault}", file=sys.stdout)
            bar.update()
    print(f"{len(paths)} recipes, {broken} broken")
    return 1 if broken else 0


def _key_lines(kind: Any, prefix: str) -> list[str]:
    from dataclasses import fields, is_dataclass

    from tracewright.config import field_help, write_value

    lines = []
    for item in fields(kind):
        inner = item.default_factory if isinstance(item.default_factory, type) else None
        if inner and is_dataclass(inner):
            lines += [
                "",
                f"{prefix}{item.name}: {field_help(kind)[item.name]}",
                *_key_lines(inner, f"{prefix}{item.name}."),
            ]
        else:
            default = write_value(inner() if inner else item.default)
            lines.append(f"  {prefix}{item.name}={default}  {field_help(kind)[item.name]}")
    return lines


VERBS = {
    "run": Verb(
        "the main job: data, SFT, RL, sample, score, report",
        _run_arguments,
        _run,
        "Make problems, train, evaluate and report, as a recipe says. An interrupted run goes on with --resume.",
        "examples:\n  tracewright run recipes/quickstart.yaml\n  tracewright run recipes/quickstart.yaml "
        "data.gsm8k=path/to/gsm8k --out runs/real\n  tracewright run --resume --out runs/real",
    ),
    "score": Verb("grade and score the saved completions of a run again, without a model", _one_run, _score),
    "report": Verb("write report.md and report.html of a run again", _one_run, _report),
    "compare": Verb(
        "compare two runs on the same problems, paired",
        _compare_arguments,
        _compare,
        examples="examples:\n  tracewright compare runs/a runs/b\n  tracewright compare runs/a:sft runs/a:rl",
    ),
    "ask": Verb(
        "let a run's model answer one question, with its trace and worked steps",
        _ask_arguments,
        _ask,
        examples="example:\n  tracewright ask 'Ann has 3 bags of 12 apples. She eats 4. How many are left?' "
        "--model runs/quickstart",
    ),
    "recipes": Verb(
        "list or check the recipes, or list every key of a recipe",
        _recipes_arguments,
        _recipes,
        examples="examples:\n  tracewright recipes recipes/reports\n  tracewright recipes --check\n"
        "  tracewright recipes --keys",
    ),
}
