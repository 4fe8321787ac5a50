"""report.md: the same record as text, with a few problems of each error class written out; report.html has them all."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracewright.evaluate.score import percent, with_interval
from tracewright.evaluate.taxonomy import CLASSES
from tracewright.report.charts import CURVES, curve
from tracewright.report.content import cut
from tracewright.report.record import Item, ReportData, flatten

EXAMPLES = 3
"""Problems written out for each error class."""


def write_markdown(data: ReportData) -> str:
    """Return the text of report.md."""
    blocks = [f"# {plain(data.title)}", *(f"> {plain(note)}" for note in data.notes), "## Scores", _scores(data.scores)]
    blocks += [f"- **{plain(split)}**: {plain(note)}" for split, result in _splits(data) for note in result["notes"]]
    blocks += ["## Errors", _errors(data.scores)]
    for split, result in _splits(data):
        blocks += [f"## {plain(split)}", _parts("expert", result["experts"])]
        blocks += [_parts("steps of the gold trace", result["steps"]), _remarks(result)]
        if result["schemas"]:
            blocks += [f"### {plain(split)}, the weakest schemas", _schemas(result["schemas"])]
    curves = _curves(data.metrics)
    blocks += ["## Training", curves] if curves else []
    blocks += ["## Problems", *_examples(data.items), "## Recipe", fence(data.recipe_text, "yaml"), "## Environment"]
    blocks.append(table(("what", "value"), flatten(data.environment)))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _splits(data: ReportData) -> Iterable[tuple[str, Mapping[str, Any]]]:
    splits: Mapping[str, Mapping[str, Any]] = data.scores["splits"]
    return splits.items()


def plain(text: str) -> str:
    """Write any text so that Markdown and HTML show it as it is, on one line."""
    text = " ".join(str(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|#~$!])", r"\\\1", text)


def fence(text: str, language: str = "") -> str:
    """Put a text between fences that are longer than any in it."""
    if not text:
        return ""
    marks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{marks}{language}\n{text}\n{marks}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *([plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _scores(scores: Mapping[str, Any]) -> str:
    head = ("split", "n", "correct", "by schema", "parsed", "valid", "cut off", "empty", "mean reward")
    rows = []
    for split, result in scores["splits"].items():
        clustered, reward = result["correct_clustered"], result["reward"]
        ends = f"[{100 * clustered['low']:.1f}, {100 * clustered['high']:.1f}]" if clustered else ""
        rates = [with_interval(result[key]) for key in ("parsed", "valid", "truncated", "empty")]
        mean = f"{reward['mean']:.3f} [{reward['low']:.3f}, {reward['high']:.3f}]"
        n = f"{result['n']} x {result['samples']}" if result["samples"] > 1 else str(result["n"])
        rows.append((split, n, with_interval(result["correct"]), ends, *rates, mean))
    text = table(head, rows)
    for split, result in scores["splits"].items():
        for name, votes in result["votes"].items():
            listed = ", ".join(f"{name}@{k} {with_interval(rate)}" for k, rate in votes.items())
            text += f"\n\n{plain(split)}: {plain(listed)}"
    return text + "\n\nIn brackets: 95 % intervals (Wilson); by schema: with whole schemas as the units."


def _errors(scores: Mapping[str, Any]) -> str:
    splits = scores["splits"]
    found = [name for name in CLASSES if any(name in result["errors"] for result in splits.values())]
    rows = []
    for name in found:
        counts = [result["errors"].get(name, 0) for result in splits.values()]
        totals = [result["correct"]["of"] for result in splits.values()]
        shares = [f"{count} ({percent(count / of)})" if count else "" for count, of in zip(counts, totals, strict=True)]
        rows.append((name, *shares, CLASSES[name]))
    return table(("class", *(f"{plain(split)}, n = {result['n']}" for split, result in splits.items()), "what"), rows)


def _parts(label: str, parts: Mapping[str, Any]) -> str:
    keys = ("correct", "parsed", "valid")
    rows = [(name, str(part["n"]), *(with_interval(part[key]) for key in keys)) for name, part in parts.items()]
    return table((label, "n", *keys), rows)


def _remarks(result: Mapping[str, Any]) -> str:
    lines = []
    for key in ("statuses", "faults", "lints"):
        if result[key]:
            lines.append(f"- {key}: {', '.join(f'{plain(name)} {count}' for name, count in result[key].items())}")
    tokens = result["tokens"]
    return "\n".join([*lines, f"- tokens a completion: {tokens['mean']:.0f} on average, {tokens['max']} at most"])


def _schemas(schemas: Mapping[str, Any]) -> str:
    weakest = sorted(schemas.items(), key=lambda item: (item[1]["correct"]["rate"], item[0]))[:20]
    rows = [(name, str(part["n"]), with_interval(part["correct"])) for name, part in weakest]
    return table(("schema", "n", "correct"), rows)


def _curves(metrics: Sequence[Mapping[str, Any]]) -> str:
    """Return the first, middle and last value of each curve that report.html draws."""
    rows = []
    for stage, curves in CURVES.items():
        for key, title in curves.items():
            points = curve(metrics, stage, key)
            if len(points) > 1 and any(y for _, y in points):
                marks = (points[0], points[len(points) // 2], points[-1])
                rows.append((title, *(f"{value:.4g} (step {step})" for step, value in marks)))
    return table(("number", "first", "middle", "last"), rows) if rows else ""


def _examples(items: Sequence[Item]) -> list[str]:
    blocks = ["A few of each error class; report.html has every problem."] if items else []
    for name, about in CLASSES.items():
        members = [item for item in items if item.graded.error == name][:EXAMPLES]
        if members:
            blocks.append(f"### {plain(name)}\n\n{about}")
            blocks += map(_example, members)
    return blocks


def _example(item: Item) -> str:
    verdict = item.graded.grade
    lines = [f"**{plain(item.problem.id)}** ({plain(item.graded.split)}): {plain(item.problem.question)}"]
    lines.append(f"Expected {plain(item.problem.answer)}. {plain(verdict.reason)}.")
    lines.append(fence(cut(item.sample.text, 3000), "yaml"))
    if item.problem.trace and not item.graded.right:
        lines += ["Gold:", fence(item.problem.trace, "yaml")]
    return "\n\n".join(line for line in lines if line)
