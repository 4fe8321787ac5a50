"""Grade completions and keep the grades, one JSON line each. Needs no model and can be run again for ever.

What was sampled once can be graded by a later language, another reward table, another judge. A line has what scoring
and comparing need of its problem, so that two runs can be compared from their grades alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracewright.data.problem import Problem, read_lines
from tracewright.errors import DataError, nearest
from tracewright.evaluate.sample import Sample, check_row, unique_ids, write_rows
from tracewright.evaluate.taxonomy import CLASSES, classify
from tracewright.grade import GRADED, STATUSES, Grade, grade, grade_answer
from tracewright.trace.experts import DEFAULT_RULES, Rules
from tracewright.trace.fault import FAULTS, LINTS, Fault, Lint
from tracewright.trace.parse import parse
from tracewright.trace.syntax import Trace


@dataclass(frozen=True, kw_only=True)
class Graded:
    """One graded completion, with what scoring and comparing need of its problem: a line of grades.jsonl."""

    id: str
    split: str
    index: int = 0
    question: str
    expected: str
    """The right answer."""
    schema: str = ""
    """The cluster of the problem."""
    wanted: str = ""
    """The expert of the gold trace, where one is known."""
    steps: int = 0
    """Steps that compute something in the gold trace; 0: not known."""
    error: str
    """A key of taxonomy.CLASSES."""
    empty: bool = False
    tokens: int = 0
    grade: Grade

    @property
    def right(self) -> bool:
        """Whether the completion counts as correct."""
        return self.grade.status == "correct"

    @property
    def cluster(self) -> str:
        """What the problem's success hangs together by: its schema, or it stands alone."""
        return self.schema or f"/{self.id}"


def grade_samples(
    problems: Mapping[str, Sequence[Problem]],
    samples: Sequence[Sample],
    *,
    rewards: Mapping[str, float] = GRADED,
    check_expert: bool = True,
    target: str = "trace",
    rules: Rules = DEFAULT_RULES,
    progress: Callable[[int], None] | None = None,
) -> list[Graded]:
    """Grade completions, matched to the problems of each split by id; `target` as in the recipe's prompt section.

    Raises:
        DataError: a completion has no problem, a problem no completion, or not as many as the others of its split.
    """
    places = _places(problems)
    _complete(problems, places, samples)
    rows = []
    for sample in samples:
        problem = places[sample.split, sample.id]
        if target == "trace":
            verdict = grade(
                sample.text,
                problem,
                truncated=sample.truncated,
                rewards=rewards,
                check_expert=check_expert,
                rules=rules,
            )
        else:
            verdict = grade_answer(sample.text, problem, truncated=sample.truncated, rewards=rewards)
        rows.append(_row(sample, problem, verdict, classify(sample.text, problem, verdict, rules)))
        if progress:
            progress(1)
    return rows


def _row(sample: Sample, problem: Problem, verdict: Grade, error: str) -> Graded:
    return Graded(
        id=problem.id, split=sample.split, index=sample.index, question=problem.question, expected=problem.answer,
        schema=problem.schema, wanted=_wanted(problem), steps=problem.steps, error=error,
        empty=not sample.text.strip(), tokens=sample.tokens, grade=verdict,
    )  # fmt: skip


def _wanted(problem: Problem) -> str:
    if problem.expert or not problem.trace:
        return problem.expert
    trace = parse(problem.trace)
    return trace.expert if isinstance(trace, Trace) else ""


def _places(problems: Mapping[str, Sequence[Problem]]) -> dict[tuple[str, str], Problem]:
    for split, members in problems.items():
        unique_ids(members, split)
    return {(split, problem.id): problem for split, members in problems.items() for problem in members}


def _complete(
    problems: Mapping[str, Sequence[Problem]], places: Mapping[tuple[str, str], Problem], samples: Iterable[Sample]
) -> None:
    """Make sure that nothing is scored on less than was asked for."""
    counts: Counter[tuple[str, str]] = Counter()
    for sample in samples:
        if sample.split not in problems:
            raise DataError(f"completions of an unknown split {sample.split!r}", nearest(sample.split, problems))
        if (sample.split, sample.id) not in places:
            raise DataError(f"split {sample.split!r}: a completion of {sample.id!r}, and no such problem")
        counts[sample.split, sample.id] += 1
    for split, members in problems.items():
        missing = [problem.id for problem in members if not counts[split, problem.id]]
        if missing:
            raise DataError(
                f"split {split!r}: {len(missing)} of {len(members)} problems have no completion, {missing[0]!r} first",
                "sample them, or leave them out on purpose with eval.limit",
            )
        sizes = sorted({counts[split, problem.id] for problem in members})
        if len(sizes) > 1:
            raise DataError(f"split {split!r}: some problems have {sizes[0]} completions, some {sizes[-1]}")


# Grades in files.

_TYPES: Mapping[str, type] = {
    "id": str, "split": str, "index": int, "question": str, "expected": str, "schema": str, "wanted": str, "steps": int,
    "status": str, "error": str, "reward": float, "reason": str, "answer": str, "expert": str, "fault": dict,
    "lints": list, "empty": bool, "tokens": int,
}  # fmt: skip
_NEEDED = ("id", "split", "question", "expected", "status", "error", "reward")


def write_grades(rows: Iterable[Graded], path: Path) -> int:
    """Write grades.jsonl, whole or not at all; return how many lines.

    Raises:
        RunError: the file cannot be written.
    """
    return write_rows(map(_to_row, rows), path)


def _to_row(row: Graded) -> dict[str, Any]:
    verdict = row.grade
    values = {key: getattr(verdict if key in Grade._fields else row, key) for key in _TYPES}
    values["fault"] = verdict.fault._asdict() if verdict.fault else None
    values["lints"] = [remark._asdict() for remark in verdict.lints]
    return {key: value for key, value in values.items() if key in _NEEDED or value not in ("", 0, False, None, [])}


def read_grades(path: Path) -> list[Graded]:
    """Read grades.jsonl.

    Raises:
        DataError: as `read_lines`, or a line lacks a field or has an unknown or mistyped one.
    """
    rows = []
    for number, line in read_lines(path):
        where = f"{path}, line {number}"
        row = check_row(line, _TYPES, _NEEDED, where)
        for key, known in (("status", STATUSES), ("error", CLASSES)):
            if row[key] not in known:
                raise DataError(f"{where}: unknown {key} {row[key]!r}", nearest(row[key], known))
        fault = Fault(**_part(row["fault"], where, FAULTS)) if "fault" in row else None
        lints = tuple(Lint(**_part(remark, where, LINTS, ("kind", "message"))) for remark in row.get("lints", []))
        texts = {key: row.get(key, "") for key in ("reason", "answer", "expert")}
        verdict = Grade(row["status"], row["reward"], **texts, fault=fault, lints=lints)
        rest = {key: value for key, value in row.items() if key not in Grade._fields}
        rows.append(Graded(**rest, grade=verdict))
    return rows


def _part(
    value: object, where: str, known: Mapping[str, str], texts: Sequence[str] = ("kind", "message", "hint")
) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{where}: a fault or lint must be an object, read {str(value)[:60]!r}")
    part = check_row(value, {**dict.fromkeys(texts, str), "step": int}, (*texts, "step"), where)
    if part["kind"] not in known:
        raise DataError(f"{where}: unknown kind {part['kind']!r}", nearest(part["kind"], known))
    return part
