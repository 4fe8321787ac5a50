"""Grade and score the saved completions of a run: the last part of the main job, and `tracewright score RUN`.

Needs no model and no torch: problems and completions are read from the run directory, grades and scores written to it.
"""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from tracewright.data.problem import Problem, read_problems
from tracewright.errors import RunError
from tracewright.evaluate.compare import compare
from tracewright.evaluate.grades import Graded, grade_samples, write_grades
from tracewright.evaluate.sample import Sample, read_samples
from tracewright.evaluate.score import score, score_table
from tracewright.grade import REWARDS, rules_of
from tracewright.recipe import Recipe
from tracewright.run import REMOTE, Run

MODELS = {"sft": "after SFT", "rl": "after SFT and RL", REMOTE: "the endpoint's model"}
"""What the models of a run are called where a person reads it."""


def read_splits(run: Run, recipe: Recipe) -> dict[str, list[Problem]]:
    """Return the problems of every evaluation split, as many as the recipe scores."""
    return {split: read_problems(run.problems(split))[: recipe.eval.limit] for split in run.splits()}


def grade_run(recipe: Recipe, problems: Mapping[str, Sequence[Problem]], samples: Sequence[Sample]) -> list[Graded]:
    """Grade completions as the recipe's evaluation section says."""
    return grade_samples(
        problems,
        samples,
        rewards=REWARDS[recipe.eval.rewards],
        check_expert=recipe.eval.check_expert,
        target=recipe.prompt.target,
        rules=rules_of(recipe.language),
    )


def rescore(run: Run, recipe: Recipe) -> list[str]:
    """Write grades and scores of every model that has completions; return lines for a person.

    Raises:
        RunError: the run has no completions yet.
        DataError: a file of it is damaged.
    """
    problems = read_splits(run, recipe)
    stages = run.sampled()
    if not stages:
        raise RunError(f"{run.path} has no completions to score", "continue the run with --resume")
    scores: dict[str, Any] = {}
    graded = {}
    lines = []
    for stage in stages:
        graded[stage] = grade_run(recipe, problems, read_samples(run.completions(stage)))
        write_grades(graded[stage], run.grades(stage))
        scores[stage] = score(graded[stage])
        lines += ["", f"{MODELS[stage]}:", score_table(scores[stage])]
    run.write_json(run.scores, scores)
    return lines + sentences(graded)


def sentences(graded: Mapping[str, Sequence[Graded]]) -> list[str]:
    """Say for each split what RL changed, paired on the same problems; nothing where there is one model only."""
    if not {"sft", "rl"} <= graded.keys():
        return []
    found = compare(graded["sft"], graded["rl"], rng=random.Random(0))
    return [f"{item.split}, SFT (A) against RL (B): {item.sentence}" for item in found]
