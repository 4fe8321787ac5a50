"""Problems as a `datasets.Dataset`: what a model reads, what it is to write, and the problem itself as JSON."""

import json
from collections.abc import Sequence

from datasets import Dataset

from tracewright.data.problem import Problem, to_json
from tracewright.data.prompt import view
from tracewright.recipe import PromptConfig


def to_dataset(problems: Sequence[Problem], prompt: PromptConfig) -> Dataset:
    """Return the columns id, system, question, target (empty where there is no gold one) and problem.

    Raises:
        ConfigError, DataError: as `data.prompt.view`.
    """
    rows = []
    for problem in problems:
        shown = view(problem, prompt)
        row = {"id": problem.id, "system": shown.system, "question": shown.question, "target": shown.target}
        rows.append({**row, "problem": to_json(problem)})
    return Dataset.from_list(rows)


def read_problem(text: str) -> Problem:
    """Read the column problem back."""
    row = json.loads(text)
    return Problem(**{**row, "names": tuple(row.get("names", ()))})
