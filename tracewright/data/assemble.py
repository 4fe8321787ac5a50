"""The problems of a run: training data and evaluation splits, as a recipe's data section asks for them.

Synthetic and real problems are put together here, and kept apart where they must be: nothing of a split that is
evaluated may stand in the training data (`overlap.py`, `files.py`). Not covered: shuffling (`train/order.py`), prompts.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tracewright.data.annotate import annotate_all
from tracewright.data.errata import without_errata
from tracewright.data.files import check_apart, check_held_out, read_asked, read_evaluated, read_training
from tracewright.data.generate import SPLITS, problems
from tracewright.data.gsm8k import gsm8k_path, read_gsm8k
from tracewright.data.overlap import find_all_overlaps
from tracewright.data.problem import Problem, fingerprint
from tracewright.data.story.mixture import training_problems
from tracewright.data.vary import learn_ranges, vary_all
from tracewright.errors import DataError
from tracewright.recipe import DataConfig

Tell = Callable[[str, int, int], None]
"""Hears what is being made, how many were just done, and how many there are in all."""


@dataclass(frozen=True)
class Assembly:
    """Training data and evaluation splits, with what there is to say of them."""

    train: list[Problem]
    splits: dict[str, list[Problem]]
    fingerprints: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file that was read."""
    notes: list[str] = field(default_factory=list)
    """Sentences for the terminal and the report: what was left out, and why."""
    asked: list[Problem] = field(default_factory=list)
    """Questions for RL; empty where it asks those of the training problems."""


def assemble(
    config: DataConfig,
    seed: int,
    tell: Tell = lambda *_: None,
    *,
    asked: str = "train",
    evaluated: Sequence[str] = (),
) -> Assembly:
    """Make or read all problems of a run. Pure but for the files it reads: the same seed gives the same problems.

    `asked` says whose questions RL asks, as rl.problems does, and `evaluated` has the files of eval.files.

    Raises:
        ConfigError: the configuration leaves no problem for a split, or a file cannot be a split.
        DataError: a file cannot be used, or training data holds a question that is evaluated.
    """
    made = Assembly(_draw(config, config.train, seed, "train", tell), {})
    for split in SPLITS[1:]:
        if split != "unseen_schemas" or config.hold_out > 0:
            made.splits[split] = _draw(config, config.dev, seed, split, tell)
    synthetic = dict(made.splits)
    files = read_evaluated(evaluated)
    made.fingerprints.update((path, fingerprint(Path(path))) for path in evaluated)
    if config.gsm8k:
        _add_gsm8k(made, config, files, seed, tell)
    else:
        made.notes.append("GSM8K was not given (data.gsm8k=PATH): no problem of it is trained on or evaluated.")
    made.splits.update(files)
    given = _add_files(made, config)
    if asked != "train":
        _add_asked(made, config, asked)
        given += made.asked if asked != "gsm8k" else []
    check_held_out(given, synthetic)
    for name, evaluated_problems in made.splits.items():
        if name not in synthetic:
            check_apart([*made.train, *made.asked], evaluated_problems)
    return made


def _add_files(made: Assembly, config: DataConfig) -> list[Problem]:
    """Add the training problems of files; return them."""
    given = []
    for path in config.files:
        problems, note = read_training(Path(path), config.tiers, config.errata)
        given += problems
        made.notes.append(note)
        made.fingerprints[path] = fingerprint(Path(path))
    made.train.extend(given)
    return given


def _add_asked(made: Assembly, config: DataConfig, asked: str) -> None:
    """Add the questions of RL, which need no trace."""
    if asked == "gsm8k":
        found = read_gsm8k(config.gsm8k, "train")
    else:
        found = read_asked(Path(asked))
        made.fingerprints[asked] = fingerprint(Path(asked))
    sound = without_errata(found, config.errata)
    if not sound:
        raise DataError(f"{asked} has only questions of a known fault", "data.errata=keep takes them")
    made.asked.extend(sound)
    left_out = f" ({len(found) - len(sound)} of a known fault are left out)" if len(sound) < len(found) else ""
    made.notes.append(f"RL asks {len(made.asked)} questions of {asked}{left_out}, graded on the answer alone.")


def _draw(config: DataConfig, count: int, seed: int, split: str, tell: Tell) -> list[Problem]:
    drawn = []
    if split == "train":
        made = training_problems(config, count, seed)
    else:
        made = problems(config, count, seed, split)  # type: ignore[arg-type]
    for problem in made:
        drawn.append(problem)
        tell(split, 1, count)
    return drawn


def _add_gsm8k(made: Assembly, config: DataConfig, files: Mapping[str, list[Problem]], seed: int, tell: Tell) -> None:
    """Add the dev split, the test split where it is asked for, and annotated training problems of the wanted tiers.

    `files` are evaluated as well: no variant may come near them.
    """
    wanted = ("dev", "test") if config.test else ("dev",)
    real = {split: read_gsm8k(config.gsm8k, split) for split in ("train", *wanted)}
    for split, found in real.items():
        path = gsm8k_path(config.gsm8k, split)
        digest = fingerprint(path) if path else _digest(found)
        made.fingerprints[f"gsm8k/{split}"] = digest
    if config.gsm8k_train == 0:
        real["train"] = []  # nothing of it is wanted, and to annotate it takes most of a minute
    annotated = {split: _annotate(found, f"gsm8k {split}", tell) for split, found in real.items()}
    train = [problem for problem in annotated["train"] if problem.trace and problem.tier in config.tiers]
    train = without_errata(train, config.errata)
    made.notes.append(
        "GSM8K: no training problem is used, because data.gsm8k_train is 0."
        if config.gsm8k_train == 0
        else f"GSM8K: {len(train)} of {len(annotated['train'])} training problems have a trace of tier "
        f"{' or '.join(config.tiers)}{' and no known fault' if config.errata == 'drop' else ''}"
        + (
            f"; {config.gsm8k_train} of them are used."
            if config.gsm8k_train is not None and config.gsm8k_train < len(train)
            else "."
        )
    )
    if config.gsm8k_train is not None:
        # The order of a hash is as good as a random one, and a smaller choice is part of a larger one.
        train = sorted(train, key=lambda problem: hashlib.sha256(problem.question.encode()).digest())[
            : config.gsm8k_train
        ]
    made.train.extend(train)
    if config.variants:
        evaluated = [problem for split in wanted for problem in annotated[split]]
        evaluated += [problem for problems in files.values() for problem in problems]
        _add_variants(made, train, annotated["train"], evaluated, config, seed, tell)
    for split in wanted:
        made.splits[f"gsm8k_{split}"] = annotated[split]
    if config.test:
        made.notes.append("The GSM8K test split is scored in this run, because data.test=true asked for it.")


def _add_variants(
    made: Assembly,
    train: list[Problem],
    known: list[Problem],
    evaluated: list[Problem],
    config: DataConfig,
    seed: int,
    tell: Tell,
) -> None:
    """Add variants of the real training problems whose wiring is certain: any other might have a wrong answer.

    Those that came near an evaluated problem by chance, in a number word or a name, are left out.
    """
    certain = [problem for problem in train if problem.tier == "certain"]
    found: list[Problem] = []
    for varied in vary_all(certain, config.variants, seed, learn_ranges(known)):
        found.extend(varied.variants)
        tell("variants", 1, len(certain))
    near = {overlap.training.id for overlap in find_all_overlaps(found, evaluated)}
    kept = [problem for problem in found if problem.id not in near]
    made.train.extend(kept)
    varied_problems = len({problem.schema for problem in kept})
    left_out = f", {len(near)} left out that resemble an evaluated problem" if near else ""
    made.notes.append(f"GSM8K: {len(kept)} variants of {varied_problems} of the certain ones are added{left_out}.")


def _annotate(found: list[Problem], what: str, tell: Tell) -> list[Problem]:
    """Give real problems their traces. No expert is expected of them: a real problem may be solved in several ways."""
    done, _ = annotate_all(found, lambda _: tell(what, 1, len(found)))
    return [replace(problem, expert="") for problem in done]


def _digest(found: list[Problem]) -> str:
    """Return the SHA-256 of the problems' text, where there is no file of one's own to name."""
    digest = hashlib.sha256()
    for problem in found:
        digest.update(f"{problem.question}\n{problem.solution}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
