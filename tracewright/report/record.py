"""What a report is made of: one explicit object, filled by whoever knows where a run keeps its files."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tracewright.data.problem import Problem
from tracewright.evaluate.grades import Graded
from tracewright.evaluate.sample import Sample


class Item(NamedTuple):
    """One evaluated problem."""

    problem: Problem
    sample: Sample
    graded: Graded


@dataclass(frozen=True, kw_only=True)
class ReportData:
    """All that a report says. Nothing else is read."""

    title: str
    recipe_text: str = ""
    """The resolved recipe, as YAML."""
    environment: Mapping[str, Any]
    """Commit, versions, device, seed, command, data fingerprints; may be nested."""
    metrics: Sequence[Mapping[str, Any]] = ()
    """Rows of metrics.jsonl: `stage` (`sft`, `rl`), `step`, and any key of charts.CURVES[stage]."""
    scores: Mapping[str, Any]
    """What score.score returned."""
    items: Sequence[Item] = ()
    """Every evaluated completion."""
    notes: Sequence[str] = ()
    """Sentences that belong at the head, such as what was left out."""


def flatten(values: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """Return nested data as (dotted key, text) rows."""
    rows = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            rows += flatten(value, f"{before}{key}.")
        else:
            rows.append((before + str(key), value if isinstance(value, str) else json.dumps(value, default=str)))
    return rows
