"""Problems that a recipe names by file: to train on (with traces), to ask in RL, and to evaluate (answers are enough).

What is evaluated may stand in no training data: real problems are compared by their n-grams (`overlap.py`), synthetic
ones, which share their wordings on purpose, by what the splits hold out.

Not covered: GSM8K (`gsm8k.py`), making traces (`annotate/`, `sources/`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from tracewright.data.errata import without_errata
from tracewright.data.gsm8k import gsm8k_path
from tracewright.data.overlap import check_overlap
from tracewright.data.problem import Problem, read_problems
from tracewright.data.sources import read_questions
from tracewright.errors import ConfigError, DataError
from tracewright.recipe import DataConfig

TAKEN = ("train", "rl", "fresh", "unseen_wordings", "unseen_schemas", "gsm8k_dev", "gsm8k_test")
"""Names of splits that no file may have."""

MADE = ("schema", "story")
"""Sources of synthetic problems."""


def check_found(config: DataConfig, asked: str, evaluated: Sequence[str]) -> None:
    """Look for the files that a run names, so that a misspelt one costs seconds and leaves no folder behind.

    `asked` and `evaluated` are rl.problems and eval.files.

    Raises:
        ConfigError, DataError: one is not there.
    """
    named = [("data.files", path) for path in config.files] + [("eval.files", path) for path in evaluated]
    if asked not in ("train", "gsm8k"):
        named.append(("rl.problems", asked))
    for key, name in named:
        path = Path(name)
        if path.is_dir() or not path.exists():
            raise ConfigError(f"{key}: {path} {'is a folder' if path.is_dir() else 'does not exist'}", "name a file")
    if config.gsm8k:
        for split in ("train", "test") if config.test else ("train",):
            gsm8k_path(config.gsm8k, split)


def read_training(
    path: Path, tiers: Sequence[str], errata: Literal["drop", "keep"] = "drop"
) -> tuple[list[Problem], str]:
    """Read problems to train on, and a sentence that says how many there are.

    Problems without a trace are left out, as are those of other tiers (one that states no tier is as good as certain)
    and, unless these are to be kept, those of GSM8K that `errata.py` knows.

    Raises:
        DataError: the file cannot be used, or no problem is left.
    """
    found = read_problems(path)
    chosen = [problem for problem in found if problem.trace and (not problem.tier or problem.tier in tiers)]
    sound = without_errata(chosen, errata)
    if chosen and not sound:
        raise DataError(f"{path}: all {len(chosen)} problems have a known fault", "data.errata=keep takes them")
    if not chosen:
        raise DataError(
            f"{path} has no problem with a trace of tier {' or '.join(tiers)}", "'tracewright annotate' writes traces"
        )
    known = f" and no known fault ({len(chosen) - len(sound)} have one)" if len(sound) < len(chosen) else ""
    return sound, f"{path}: {len(sound)} of {len(found)} problems have a trace of tier {' or '.join(tiers)}{known}."


def read_asked(path: Path) -> list[Problem]:
    """Read questions for RL. No expert is expected of them: they are graded on the answer alone.

    Raises:
        DataError: the file cannot be used.
    """
    return [replace(problem, expert="") for problem in read_questions(path)]


def read_evaluated(paths: Sequence[str]) -> dict[str, list[Problem]]:
    """Read files to evaluate, each a split by its name without endings.

    Raises:
        ConfigError: a name is taken, or stands twice.
        DataError: a file cannot be used.
    """
    splits: dict[str, list[Problem]] = {}
    for path in map(Path, paths):
        name = path.name.partition(".")[0]
        if not name or name in TAKEN or name in splits:
            what = "no name" if not name else f"the name {name!r}, which another split of the run has"
            raise ConfigError(f"eval.files: {path} has {what}", "call the file by another name")
        splits[name] = read_questions(path)
    return splits


def check_apart(training: Sequence[Problem], evaluated: Sequence[Problem]) -> None:
    """Refuse training data that holds an evaluation question: a real one in other numbers too, a made one as it is.

    Raises:
        DataError: names a problem that does.
    """
    check_overlap(training, [problem for problem in evaluated if problem.source not in MADE])
    made = {problem.question: problem for problem in evaluated if problem.source in MADE}
    for problem in training:
        if problem.question in made:
            names = [one.id or one.question[:50] for one in (problem, made[problem.question])]
            raise DataError(
                f"the training problem {names[0]} and the evaluation problem {names[1]} ask the same question",
                "take it out of the training data",
            )


def check_held_out(given: Sequence[Problem], splits: Mapping[str, Sequence[Problem]]) -> None:
    """Refuse problems from files that synthetic splits hold out: their questions, wordings or schemas.

    Raises:
        DataError: names the first such problem.
    """
    questions = {problem.question for members in splits.values() for problem in members}
    wordings = {(problem.schema, problem.wording) for problem in splits.get("unseen_wordings", ())}
    schemas = {problem.schema for problem in splits.get("unseen_schemas", ())}
    for problem in given:
        made = problem.source == "schema"
        if problem.question in questions:
            what = "its question stands in an evaluation split"
        elif made and problem.schema in schemas:
            what = f"its schema {problem.schema!r} is held out for the split unseen_schemas"
        elif made and (problem.schema, problem.wording) in wordings:
            what = f"its wording {problem.wording} of {problem.schema!r} is held out for the split unseen_wordings"
        else:
            continue
        name = repr(problem.id or problem.question[:50])
        raise DataError(f"the problem {name} cannot be trained on: {what}", "take such problems out of the file")
