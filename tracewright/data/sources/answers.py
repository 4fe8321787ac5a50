"""Any file of questions and answers, without traces: for RL and for evaluation, graded on the answer alone.

A row needs `question` and `answer`, a number; GSM8K's `... #### 42` counts as one, and what stands before it as the
worked solution. Rows whose fields are all those of a problem of ours are taken whole. Every answer must be a number and
every question must stand once, for what is trained on or scored with a wrong answer goes wrong without a word.

Not covered: traces for such questions (`formats.py`, where there is something to compile).
"""

from dataclasses import fields, replace
from pathlib import Path

from tracewright.data.gsm8k import MARK, read_final_answer
from tracewright.data.problem import Problem, read_problem
from tracewright.data.sources.fields import plain_answer, text_of
from tracewright.data.sources.rows import Row, read_rows
from tracewright.errors import DataError

_OWN = {item.name for item in fields(Problem)}


def read_questions(path: Path) -> list[Problem]:
    """Read the questions and answers of a file; ids that it does not give are `<file's stem>/<place from 0>`.

    Raises:
        DataError: a row lacks a field, has an answer that is no number, or a question or an id that was there
            before; names the line.
    """
    stem = path.name.partition(".")[0]
    problems: list[Problem] = []
    questions: dict[str, int] = {}
    ids: dict[str, int] = {}
    for number, row in enumerate(read_rows(path)):
        problem = _problem(row, stem, number)
        for what, seen, key in (
            ("question", questions, " ".join(problem.question.lower().split())),
            ("id", ids, problem.id),
        ):
            if key in seen:
                raise DataError(f"{row.where}: the {what} {key[:50]!r} stands in line {seen[key]} already", "drop one")
            seen[key] = row.line
        problems.append(problem)
    return problems


def _problem(row: Row, stem: str, number: int) -> Problem:
    question = text_of(row, ("question",))
    worked = text_of(row, ("answer",))
    marked = MARK in worked
    answer = read_final_answer(worked) if marked else plain_answer(worked)
    if answer is None:
        what = f"no number after {MARK!r} in the answer" if marked else f"the answer {worked[:40]!r} is no number"
        raise DataError(f"{row.where}: {what}", "write it as 18, 3.50, 10/3 or $1,200")
    id_ = str(row.fields.get("id") or "").strip() or f"{stem}/{number}"
    if set(row.fields) <= _OWN and not marked:
        return replace(read_problem(row.fields, row.where), answer=answer, id=id_)
    solution = worked.rpartition(MARK)[0].rstrip() if marked else ""
    extra = {name: value for name, value in row.fields.items() if name not in ("question", "answer", "id")}
    return Problem(question=question, answer=answer, id=id_, source=stem, solution=solution, extra=extra)
