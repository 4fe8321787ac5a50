"""Completions: ask a sampler for them, and keep them, one JSON line each, so that grading never needs a model again.

What samples is a `Sampler`; model/ has those that run a network, and a test may be one. Nothing here grades.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tracewright.atomic import whole_file
from tracewright.data.problem import Problem, read_lines
from tracewright.data.prompt import View, restore, view
from tracewright.errors import DataError, nearest
from tracewright.recipe import PromptConfig


class Completion(NamedTuple):
    """What a model wrote for one prompt."""

    text: str
    truncated: bool
    """It hit the token limit."""
    tokens: int


class Sampler(Protocol):
    """Whatever writes completions: a model with its decoder, a server, a stand-in of a test."""

    def __call__(
        self,
        prompts: Sequence[View],
        *,
        samples: int,
        max_new_tokens: int,
        temperature: float,
        seed: int,
        progress: Callable[[int], None] | None = None,
    ) -> list[list[Completion]]:
        """Return `samples` completions for each prompt, in order; temperature 0 is greedy.

        The same arguments give the same completions. `progress` hears how many completions were just finished.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One completion with its place: a line of completions.jsonl."""

    id: str
    """Of the problem, unique in its split."""
    split: str
    index: int = 0
    """From 0, where a problem has several."""
    system: str = ""
    """The system prompt as it was shown."""
    prompt: str = ""
    """The question as it was shown, marked or masked."""
    raw: str = ""
    """The completion as it was written; empty where it is the same as `text`."""
    text: str
    """The completion with names put back: what is graded."""
    truncated: bool = False
    tokens: int = 0


_TYPES: Mapping[str, type] = {
    "id": str, "split": str, "index": int, "system": str, "prompt": str, "raw": str, "text": str, "truncated": bool,
    "tokens": int,
}  # fmt: skip
_NEEDED = ("id", "split", "text")


def sample_split(
    problems: Sequence[Problem],
    split: str,
    sampler: Sampler,
    prompt: PromptConfig,
    *,
    samples: int = 1,
    max_new_tokens: int,
    temperature: float,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> list[Sample]:
    """Let a sampler answer the problems of a split; return the completions in the order of the problems.

    Raises:
        DataError: two problems have the same id, or one has none.
    """
    unique_ids(problems, split)
    views = [view(problem, prompt) for problem in problems]
    written = sampler(
        views, samples=samples, max_new_tokens=max_new_tokens, temperature=temperature, seed=seed, progress=progress
    )
    assert [len(batch) for batch in written] == [samples] * len(problems), "a sampler returned another number of rows"
    rows = []
    for problem, shown, batch in zip(problems, views, written, strict=True):
        for index, completion in enumerate(batch):
            text = restore(completion.text, problem, prompt)
            raw = completion.text if completion.text != text else ""
            row = Sample(
                id=problem.id, split=split, index=index, system=shown.system, prompt=shown.question, raw=raw, text=text,
                truncated=completion.truncated, tokens=completion.tokens,
            )  # fmt: skip
            rows.append(row)
    return rows


def unique_ids(problems: Iterable[Problem], split: str) -> None:
    """Raise a DataError where the problems of a split cannot be told apart by their ids."""
    seen: set[str] = set()
    for number, problem in enumerate(problems, 1):
        if not problem.id:
            raise DataError(f"split {split!r}: problem {number} has no id", "completions are matched to problems by it")
        if problem.id in seen:
            raise DataError(f"split {split!r}: two problems have the id {problem.id!r}")
        seen.add(problem.id)


def write_samples(samples: Iterable[Sample], path: Path) -> int:
    """Write completions.jsonl, whole or not at all; return how many lines.

    Raises:
        RunError: the file cannot be written.
    """
    return write_rows((_to_row(sample) for sample in samples), path)


def _to_row(sample: Sample) -> dict[str, Any]:
    row = {key: getattr(sample, key) for key in _TYPES}
    return {key: value for key, value in row.items() if key in (*_NEEDED, "tokens") or value not in ("", 0, False)}


def read_samples(path: Path) -> list[Sample]:
    """Read completions.jsonl; `id`, `split` and `text` are needed in each line.

    Raises:
        DataError: as `read_lines`, a line lacks a field or has an unknown or mistyped one, or two have the same place.
    """
    samples = []
    places: dict[tuple[str, str, int], int] = {}
    for number, row in read_lines(path):
        sample = Sample(**check_row(row, _TYPES, _NEEDED, f"{path}, line {number}"))
        place = (sample.split, sample.id, sample.index)
        if place in places:
            raise DataError(
                f"{path}, line {number}: sample {sample.index} of {sample.id!r} stands in line {places[place]} already"
            )
        places[place] = number
        samples.append(sample)
    return samples


def check_row(row: Mapping[str, Any], types: Mapping[str, type], needed: Sequence[str], where: str) -> dict[str, Any]:
    """Return a line of JSON with its numbers read (they come as text), or say what is wrong with it.

    Raises:
        DataError: a field is missing, unknown or of another type.
    """
    for key in needed:
        if key not in row:
            raise DataError(f"{where}: {key!r} is missing", nearest(key, row))
    checked: dict[str, Any] = {}
    for key, value in row.items():
        if key not in types:
            raise DataError(f"{where}: unknown field {key!r}", nearest(key, types))
        kind = types[key]
        try:
            checked[key] = kind(value) if kind in (int, float) and value.__class__ is str else value
        except ValueError:
            checked[key] = None
        if checked[key].__class__ is not kind:
            raise DataError(f"{where}: {key!r} must be {_WORDS[kind]}, read {str(value)[:60]!r}")
    return checked


_WORDS: Mapping[type, str] = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "an object"
}  # fmt: skip


def write_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> int:
    """Write rows as JSON lines, whole or not at all; return how many.

    A lone surrogate, which a damaged completion may hold, is no text and is written as a question mark.

    Raises:
        RunError: the folder is missing or read-only, or the disk is full.
    """
    count = 0
    with whole_file(path) as file:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False)
            file.write(line.encode("utf-8", "replace").decode() + "\n")
            count += 1
    return count
