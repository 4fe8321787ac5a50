"""Grades -> scores, never one without n and its interval; and the scores as a table for a terminal.

Splits are never pooled. Where a problem has several completions, it counts once, with the share of them that is right,
so that n is the number of problems.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import fill
from typing import Any

from tracewright.evaluate.grades import Graded
from tracewright.evaluate.stats import CONFIDENCE, mean_interval, pass_at_k
from tracewright.evaluate.taxonomy import CLASSES
from tracewright.grade import STATUSES
from tracewright.mention import MENTION_VERSION
from tracewright.trace.fault import FAULTS, LINTS
from tracewright.trace.syntax import TRACE_VERSION

SCORE_VERSION = 1
"""Bumped by any change in what a number of scores.json means."""

READ = ("correct", "wrong_answer", "invalid_trace", "wrong_expert")
"""Statuses of completions in which a trace could be read: the parse rate."""


def score(rows: Sequence[Graded]) -> dict[str, Any]:
    """Return the scores of every split as plain data, for scores.json; docs/evaluation.md describes each number."""
    splits: dict[str, list[Graded]] = {}
    for row in rows:
        splits.setdefault(row.split, []).append(row)
    return {
        "score_version": SCORE_VERSION,
        "trace_version": TRACE_VERSION,
        "mention_version": MENTION_VERSION,
        "confidence": CONFIDENCE,
        "splits": {split: _score_split(members) for split, members in splits.items()},
    }


Group = Sequence[Graded]
"""The completions of one problem."""


def by_problem(rows: Iterable[Graded]) -> list[list[Graded]]:
    """Return the completions of each problem, by index, in the order of the problems."""
    groups: defaultdict[str, list[Graded]] = defaultdict(list)
    for row in rows:
        groups[row.id].append(row)
    return [sorted(group, key=lambda row: row.index) for group in groups.values()]


def _score_split(rows: Sequence[Graded]) -> dict[str, Any]:
    groups = by_problem(rows)
    clusters = [group[0].cluster for group in groups]
    repeated = len(set(clusters)) < len(groups)
    result: dict[str, Any] = {
        "n": len(groups),
        "samples": len(groups[0]),
        "clusters": len(set(clusters)),
        "correct": _rate(groups, lambda row: row.right),
        "correct_clustered": _rate(groups, lambda row: row.right, clusters) if repeated else None,
        "parsed": _rate(groups, lambda row: row.grade.status in READ),
        "valid": _rate(groups, lambda row: row.grade.answer != ""),
        "truncated": _rate(groups, lambda row: row.grade.status == "truncated"),
        "empty": _rate(groups, lambda row: row.empty),
        "reward": _reward(groups),
        "tokens": {"mean": sum(row.tokens for row in rows) / len(rows), "max": max(row.tokens for row in rows)},
        "statuses": _counts((row.grade.status for row in rows), STATUSES),
        "errors": _counts((row.error for row in rows), CLASSES),
        "faults": _counts((row.grade.fault.kind for row in rows if row.grade.fault), FAULTS),
        "lints": _counts((kind for row in rows for kind in {remark.kind for remark in row.grade.lints}), LINTS),
        "experts": _table(groups, lambda row: row.wanted or "not known"),
        "steps": _table(groups, lambda row: _bin(row.steps)),
        "schemas": _table(groups, lambda row: row.schema or "none") if repeated else {},
        "votes": _votes(groups) if len(groups[0]) > 1 else {},
    }
    result["notes"] = _notes(result)
    return result


def _rate(
    groups: Sequence[Group], holds: Callable[[Graded], bool], clusters: Sequence[str] | None = None
) -> dict[str, Any]:
    shares = [sum(map(holds, group)) / len(group) for group in groups]
    completions = sum(map(len, groups))
    count = sum(holds(row) for group in groups for row in group)
    low, high = mean_interval(shares, clusters)
    rate = {"count": count, "of": completions, "n": len(groups), "rate": count / completions, "low": low, "high": high}
    return rate if clusters is None else {**rate, "clusters": len(set(clusters))}


def _reward(groups: Sequence[Group]) -> dict[str, Any]:
    """Return the mean reward; a table that leaves 0 to 1 is stretched to there for the interval, and back."""
    means = [sum(row.grade.reward for row in group) / len(group) for group in groups]
    bottom, top = min(0.0, *means), max(1.0, *means)
    low, high = mean_interval([(mean - bottom) / (top - bottom) for mean in means])
    back = [bottom + end * (top - bottom) for end in (low, high)]
    return {"n": len(groups), "mean": sum(means) / len(means), "low": back[0], "high": back[1]}


def _counts(found: Iterable[str], order: Iterable[str]) -> dict[str, int]:
    counts = Counter(found)
    return {key: counts[key] for key in order if counts[key]}


def _table(groups: Sequence[Group], label: Callable[[Graded], str]) -> dict[str, dict[str, Any]]:
    """Return n, correct, parsed and valid of each part of a split."""
    parts: defaultdict[str, list[Group]] = defaultdict(list)
    for group in groups:
        parts[label(group[0])].append(group)
    return {
        name: {
            "n": len(members),
            "correct": _rate(members, lambda row: row.right),
            "parsed": _rate(members, lambda row: row.grade.status in READ),
            "valid": _rate(members, lambda row: row.grade.answer != ""),
        }
        for name, members in sorted(parts.items())
    }


def _bin(steps: int) -> str:
    return "not known" if not steps else str(steps) if steps < 6 else "6 or more"


def vote(group: Group) -> Graded | None:
    """Return a completion that stands for the answer most completions of a problem agree on, or None without answers.

    Only traces that ran have a vote. Of answers with equally many votes, the one given first wins. Where the same
    answer was reached by the expected expert and by others, the former stands for it.

    Source: self-consistency, Wang et al., arXiv 2203.11171, over executed answers.
    """
    answers: dict[str, list[Graded]] = {}
    for row in group:
        if row.grade.answer:
            answers.setdefault(row.grade.answer, []).append(row)
    if not answers:
        return None
    winners = max(answers.values(), key=len)
    return next((row for row in winners if row.right), winners[0])


def _votes(groups: Sequence[Group]) -> dict[str, Any]:
    samples = len(groups[0])
    sizes = [2**power for power in range(samples.bit_length()) if 2**power < samples] + [samples]
    majority: dict[str, Any] = {}
    passed: dict[str, Any] = {}
    for k in sizes:
        voted = [float(bool(winner and winner.right)) for winner in (vote(group[:k]) for group in groups)]
        chances = [pass_at_k(samples, sum(row.right for row in group), k) for group in groups]
        for table, values in ((majority, voted), (passed, chances)):
            low, high = mean_interval(values)
            table[str(k)] = {"n": len(groups), "rate": sum(values) / len(values), "low": low, "high": high}
    return {"majority": majority, "pass": passed}


def _notes(result: Mapping[str, Any]) -> list[str]:
    """Return what a reader must know before quoting the score."""
    notes = []
    if not result["parsed"]["count"]:
        notes.append("no completion could be read as a trace")
    if result["truncated"]["rate"] > 0.01:
        cut = percent(result["truncated"]["rate"])
        notes.append(f"{cut} hit the token limit and count as wrong: raise it and sample again")
    if result["empty"]["rate"] > 0.01:
        notes.append(f"{percent(result['empty']['rate'])} are empty")
    if result["n"] < 100:
        notes.append(f"n = {result['n']} is small: read the interval, not the score")
    return notes


# Scores as text.


def percent(share: float) -> str:
    """Write a share: 0.9613 -> `96.1 %`."""
    return f"{100 * share:.1f} %"


def with_interval(rate: Mapping[str, Any]) -> str:
    """Write a rate of `score` with its interval: `96.1 % [93.4, 97.7]`."""
    return f"{percent(rate['rate'])} [{100 * rate['low']:.1f}, {100 * rate['high']:.1f}]"


def score_table(scores: Mapping[str, Any]) -> str:
    """Return the scores as text for a terminal, at most 120 characters wide."""
    blocks = [_grid([_HEAD, *(_line(split, result) for split, result in scores["splits"].items())])]
    for split, result in scores["splits"].items():
        blocks.append(_details(split, result))
    blocks.append("In brackets: 95 % intervals (Wilson); 'by schema': with whole schemas as the units.")
    return "\n\n".join(blocks)


_HEAD = ("split", "n", "correct", "by schema", "parsed", "valid", "cut off", "empty")


def _line(split: str, result: Mapping[str, Any]) -> tuple[str, ...]:
    clustered = result["correct_clustered"]
    ends = f"[{100 * clustered['low']:.1f}, {100 * clustered['high']:.1f}]" if clustered else "-"
    n = str(result["n"]) + (f" x {result['samples']}" if result["samples"] > 1 else "")
    rates = [with_interval(result[key]) for key in ("parsed", "valid")]
    plain = [percent(result[key]["rate"]) for key in ("truncated", "empty")]
    return (split, n, with_interval(result["correct"]), ends, *rates, *plain)


def _details(split: str, result: Mapping[str, Any]) -> str:
    keys = ("correct", "parsed", "valid")
    rows: list[tuple[str, ...]] = [(f"{split}, by expert", "n", *keys)]
    for name, part in result["experts"].items():
        rows.append((f"  {name}", str(part["n"]), *(with_interval(part[key]) for key in keys)))
    reward, tokens = result["reward"], result["tokens"]
    lines = [
        _grid(rows),
        f"  mean reward {reward['mean']:.3f} [{reward['low']:.3f}, {reward['high']:.3f}], "
        f"tokens a completion {tokens['mean']:.0f}, at most {tokens['max']}",
    ]
    for title, key in (("errors", "errors"), ("faults", "faults"), ("lints", "lints")):
        counts = sorted(result[key].items(), key=lambda item: -item[1])
        listed = [f"{name} {count}" for name, count in counts if name != "correct"]
        if listed:
            lines.append(fill(f"{title}: {', '.join(listed)}", 118, initial_indent="  ", subsequent_indent="    "))
    for name, table in result["votes"].items():
        lines.append("  " + ", ".join(f"{name}@{k} {with_interval(rate)}" for k, rate in table.items()))
    return "\n".join([*lines, *(f"  note: {note}" for note in result["notes"])])


def _grid(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(map(str.rstrip, lines))
