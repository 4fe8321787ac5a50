"""A recipe, rehearsed: its own data, prompts and methods, one step of SFT and one of RL, on a very small model.

What `tracewright recipes --check` does for every recipe, offline and in a second or two each. It finds unknown names,
options that do not go together, targets that do not grade 1, and loops that do not run. It cannot find what needs the
recipe's own model or files: whether it is at the hub, whether its tokens fit, whether GSM8K is there. For real
problems, schemas' problems stand in, with worked solutions made from their traces.
"""

import io
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tracewright.config import read_config
from tracewright.data.assemble import assemble
from tracewright.data.problem import Problem, write_problems
from tracewright.errors import TracewrightError
from tracewright.grade import rules_of
from tracewright.mention import read_mentions
from tracewright.pipeline import Job
from tracewright.recipe import Recipe, TinyConfig
from tracewright.run import create
from tracewright.trace.explain import explain
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.solve import solve

PROBLEMS = 24
"""Training problems of a rehearsal."""
LENGTH = 8192
"""Room for any prompt: how many tokens a text has is not the same with the small model's tokens."""
SMALL = TinyConfig(width=32, layers=2, heads=2, feed_forward=64, vocabulary=1000, context=LENGTH)


def rehearse(path: Path) -> str:
    """Rehearse a recipe; return what is wrong with it in one sentence, empty where nothing is."""
    try:
        recipe = shrink(read_config(Recipe, path))
        with TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
            _rehearse(recipe, Path(folder) / "run")
    except TracewrightError as error:
        return str(error)
    return ""


def shrink(recipe: Recipe) -> Recipe:
    """Return the recipe with little data, the small model and one step of each kind; the methods stay its own."""
    data, sft, rl = recipe.data, recipe.sft, recipe.rl
    own = recipe.model.trainable
    trainable = own if own.layers == "all" else replace(own, layers=min(1, own.layers))
    batch = min(sft.batch, 4)
    questions = min(rl.questions, 2)
    return replace(
        recipe,
        threads=1,
        data=replace(data, train=PROBLEMS, dev=2, gsm8k="", variants=0, test=False, files=()),
        prompt=replace(recipe.prompt, style="auto"),
        model=replace(
            recipe.model, id="tiny", revision="", device="cpu", dtype="float32", trainable=trainable, tiny=SMALL
        ),
        sft=replace(
            sft, steps=min(1, sft.steps) if sft.steps is not None else 1, batch=batch, warmup=0, eval_every=0,
            micro_batch=min(sft.micro_batch, batch) if sft.micro_batch else None,
            max_length=sft.max_length if sft.truncate else LENGTH,
        ),
        rl=replace(
            rl, problems="train", steps=min(1, rl.steps), questions=questions, samples=min(rl.samples, 2),
            max_new_tokens=8, eval_every=0, redraw=min(rl.redraw, 1),
            micro_batch=min(rl.micro_batch, 2) if rl.micro_batch else None,
        ),
        eval=replace(recipe.eval, files=()),
    )  # fmt: skip


def _rehearse(recipe: Recipe, folder: Path) -> None:
    """Make the data, check the targets, and take the steps.

    Raises:
        TracewrightError: something in the recipe does not work.
    """
    made = assemble(recipe.data, recipe.seed)
    run = create(folder, recipe)
    for split, problems in {"train": made.train, **made.splits}.items():
        write_problems([_with_solution(problem, recipe) for problem in problems], run.problems(split))
    job = Job(run, recipe, lambda _: None)
    job.train_sft()
    job.train_rl()


def _with_solution(problem: Problem, recipe: Recipe) -> Problem:
    """Add a worked solution, made from the trace."""
    rules = rules_of(recipe.language)
    mentions = read_mentions(problem.question)
    trace = parse(problem.trace, rules)
    solution = trace if isinstance(trace, Fault) else solve(trace, mentions, rules)
    if isinstance(trace, Fault) or isinstance(solution, Fault):
        return problem  # the self-check says what is wrong with it
    return replace(problem, solution="\n".join(line.strip() for line in explain(trace, solution, mentions)))
