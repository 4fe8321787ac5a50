"""Verbs of the language: solve, grade, mentions, experts."""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracewright.cli.verb import Verb, read_text
from tracewright.errors import DataError, nearest

if TYPE_CHECKING:
    from tracewright.trace.fault import Fault
    from tracewright.trace.solve import Solution
    from tracewright.trace.syntax import Trace


def _solve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE|-", help="a trace, or a model's text with one in it; - for standard input"
    )
    parser.add_argument("--question", default="", metavar="TEXT", help="the question, for traces with source: n1")
    parser.add_argument("--json", action="store_true", help="print one JSON object: status answer fault steps lints")


def _solve(options: argparse.Namespace) -> int:
    from tracewright.grade import read_completion
    from tracewright.mention import read_mentions
    from tracewright.number import write
    from tracewright.trace.explain import explain
    from tracewright.trace.fault import Fault
    from tracewright.trace.solve import lint, solve
    from tracewright.trace.syntax import MAX_BYTES

    text = read_text(options.file, MAX_BYTES)
    mentions = read_mentions(options.question) if options.question else ()
    trace = read_completion(text)
    solution = trace if isinstance(trace, Fault) else solve(trace, mentions)
    if options.json:
        print(json.dumps(_solution_json(trace, solution, mentions, bool(options.question)), ensure_ascii=False))
        return 1 if isinstance(solution, Fault) else 0
    if isinstance(trace, Fault) or isinstance(solution, Fault):
        print(f"fault: {solution}", file=sys.stderr)
        return 1
    for line in explain(trace, solution, mentions):
        print(line, file=sys.stderr)
    for remark in lint(trace, solution, mentions, bool(options.question)):
        print(f"lint: step {remark.step}: {remark.kind}: {remark.message}", file=sys.stderr)
    print(write(solution.answer))
    return 0


def _solution_json(
    trace: "Trace | Fault", solution: "Solution | Fault", mentions: Any, question_given: bool
) -> dict[str, Any]:
    from tracewright.number import write
    from tracewright.trace.fault import Fault
    from tracewright.trace.render import render_step
    from tracewright.trace.solve import lint

    row: dict[str, Any] = {"status": "ok", "answer": None, "fault": None, "steps": [], "lints": []}
    if isinstance(trace, Fault) or isinstance(solution, Fault):
        assert isinstance(solution, Fault)
        row["status"] = "fault"
        row["fault"] = solution._asdict()
        return row
    row["answer"] = write(solution.answer)
    for place, part in enumerate(trace.parts):
        for step, value in zip(part.steps, solution.values[place], strict=True):
            row["steps"].append(
                {
                    "step": len(row["steps"]) + 1,
                    "expert": part.expert,
                    "op": step.op,
                    "text": render_step(step)[2:],
                    "value": None if value is None else write(value),
                }
            )
    row["lints"] = [remark._asdict() for remark in lint(trace, solution, mentions, question_given)]
    return row


def _grade_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="COMPLETIONS.jsonl", help="lines with completion, answer, question?, expert?")
    parser.add_argument("--rewards", choices=("graded", "binary"), default="graded", help="the reward table")
    parser.add_argument(
        "--out", metavar="GRADES.jsonl", type=Path, help="write the grades there instead of standard output"
    )


_GRADE_FIELDS = ("completion", "answer", "question", "expert", "truncated", "id")


def _grade(options: argparse.Namespace) -> int:
    from tracewright.atomic import whole_file
    from tracewright.data.problem import read_lines
    from tracewright.grade import REWARDS, STATUSES

    table = REWARDS[options.rewards]
    path = Path(options.file)
    if options.out is not None and options.out.resolve() == path.resolve():
        raise DataError(f"--out {options.out} is the file that is read", "name another")
    counts: Counter[str] = Counter()
    total = 0.0
    lines = []
    for number, row in read_lines(path):
        verdict = _grade_row(row, f"{path}, line {number}", table)
        counts[verdict["status"]] += 1
        total += verdict["reward"]
        lines.append(json.dumps({"line": number, **verdict}))
    if options.out is not None:
        with whole_file(options.out) as file:
            file.writelines(line + "\n" for line in lines)
    else:
        for line in lines:
            print(line)
    _grade_summary(counts, total, list(STATUSES))
    return 0


def _grade_row(row: dict[str, Any], where: str, table: Any) -> dict[str, Any]:
    from tracewright.data.problem import Problem
    from tracewright.grade import grade
    from tracewright.trace.experts import EXPERTS

    for key in row:
        if key not in _GRADE_FIELDS:
            raise DataError(f"{where}: unknown field {key!r}", nearest(key, _GRADE_FIELDS))
    for key in ("completion", "answer"):
        if key not in row:
            raise DataError(f"{where}: {key!r} is missing")
    for key in ("completion", "answer", "question", "expert"):
        if key in row and not isinstance(row[key], str):
            raise DataError(f"{where}: {key!r} must be text, read {json.dumps(row[key])[:40]}")
    if not isinstance(row.get("truncated", False), bool):
        raise DataError(f"{where}: 'truncated' must be true or false")
    expert = row.get("expert", "")
    if expert and expert != "composition" and expert not in EXPERTS:
        hint = nearest(expert, [*EXPERTS, "composition"]) or f"experts: {', '.join(EXPERTS)}, composition"
        raise DataError(f"{where}: no expert is called {expert!r}", hint)
    problem = Problem(question=row.get("question", ""), answer=row["answer"], expert=expert)
    try:
        verdict = grade(row["completion"], problem, truncated=row.get("truncated", False), rewards=table)
    except DataError as error:
        raise DataError(f"{where}: {error.message}", error.hint) from None
    result = verdict._asdict()
    result["fault"] = verdict.fault._asdict() if verdict.fault else None
    result["lints"] = [remark._asdict() for remark in verdict.lints]
    return {"id": row["id"], **result} if "id" in row else result


def _grade_summary(counts: Counter[str], total: float, statuses: list[str]) -> None:
    n = counts.total()
    print(f"{n} completions, mean reward {total / n:.3f}", file=sys.stderr)
    for status in statuses:
        if counts[status]:
            print(f"  {status:14} {counts[status]:6}  {counts[status] / n:6.1%}", file=sys.stderr)


def _mentions_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT|-", help="a question; - for standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON object a number")


def _mentions(options: argparse.Namespace) -> int:
    from tracewright.mention import read_mentions
    from tracewright.number import write

    text = read_text("-") if options.text == "-" else options.text
    for mention in read_mentions(text):
        if options.json:
            row = {"name": mention.name, "text": mention.text, "value": write(mention.value), "kind": mention.kind}
            print(json.dumps({**row, "start": mention.start, "end": mention.end}, ensure_ascii=False))
        else:
            print(f"{mention.name:4} {write(mention.value):>12}  {mention.kind:9} {mention.text}")
    return 0


def _experts_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--faults", action="store_true", help="list the kinds of faults and lints instead")


def _experts(options: argparse.Namespace) -> int:
    from tracewright.trace.experts import COMPUTE_OPS, EXPERTS, OPERATIONS
    from tracewright.trace.fault import FAULTS, LINTS

    if options.faults:
        for kind, about in [*FAULTS.items(), *LINTS.items()]:
            print(f"{kind:24} {about}")
        return 0
    for name, expert in EXPERTS.items():
        print(f"{name}: {expert.about}")
        for op in expert.operations:
            print(f"    {op:18} {', '.join(OPERATIONS[op].fields):24} {OPERATIONS[op].about}")
        if len(expert.compute_ops) < len(COMPUTE_OPS):
            print(f"    compute_op is one of {', '.join(expert.compute_ops)}")
    print("compute_op: " + "; ".join(f"{name}, {row.about}" for name, row in COMPUTE_OPS.items()))
    return 0


VERBS = {
    "solve": Verb(
        "run a trace and print its answer",
        _solve_arguments,
        _solve,
        "Run a trace. The answer goes to standard output, the worked steps to standard error. Exit 1: it has a fault.",
        "examples:\n  tracewright solve trace.yaml\n  tracewright solve - --question 'Ann has 3 eggs ...' --json",
    ),
    "grade": Verb(
        "judge completions against their answers",
        _grade_arguments,
        _grade,
        "Judge each line {completion, answer, question?, expert?, truncated?, id?}; print a grade a line.",
        "example:\n  tracewright grade completions.jsonl --rewards binary --out grades.jsonl",
    ),
    "mentions": Verb(
        "list the numbers of a question: n1, n2, ...",
        _mentions_arguments,
        _mentions,
        examples="example:\n  tracewright mentions 'Half of the 1,200 seats cost $4.50 each.'",
    ),
    "experts": Verb("list the experts and their operations", _experts_arguments, _experts),
}
