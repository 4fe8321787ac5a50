"""Sentences that a question can have and be the same question: decorative ones, and ones with a number not to be used.

They come from `asides.yaml`. A sentence is put in front of the question or before its last sentence, and only where it
shares no longer word with it. The mentions of the trace are counted anew; the extra number is named in
`extra["distractors"]`. Where nothing fits, the problem stays as it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from tracewright.data.problem import Problem
from tracewright.errors import DataError
from tracewright.mention import Mention, read_mentions
from tracewright.tree import Map, Seq, TreeError, read_tree

FILE = Path(__file__).parent / "asides.yaml"
Kind = Literal["decorative", "distracting"]

_LONG_WORD = re.compile(r"[a-z]{4,}")
_LAST_SENTENCE = re.compile(r"(?<=[a-z0-9]{2}[.!?]) (?=[A-Z][^.!?\"]*\?\s*\Z)")
"""The gap before a question at the end, after a sentence whose last word is no abbreviation of one letter."""
_BACK = re.compile(r"\b(?:it|its|they|them|their|this|that|these|those|there|then)\b", re.IGNORECASE)
"""Words that refer back: a question with one of them stays next to what it refers to."""
_SOURCE = re.compile(r"(?<=source: n)\d+(?=\})")


class Aside(NamedTuple):
    """A sentence, with `{n}` where it has a number, and the range of that number."""

    text: str
    least: int = 0
    most: int = 0


@cache
def load_asides(path: Path = FILE) -> Mapping[str, Sequence[Aside]]:
    """Read the sentences of each kind.

    Raises:
        DataError: the file does not hold them.
    """
    try:
        tree = read_tree(path.read_text(encoding="utf-8"))
    except TreeError as error:
        raise DataError(f"{path}, {error}") from None
    found: dict[str, list[Aside]] = {}
    for kind, rows in tree.items() if isinstance(tree, Map) else ():
        for row in rows if isinstance(rows, Seq) else ():
            if isinstance(row, str):
                found.setdefault(kind, []).append(Aside(row))
                continue
            ends = re.fullmatch(r"(\d+)\.\.(\d+)", str(row.get("n", ""))) if isinstance(row, Map) else None
            if ends is None or not isinstance(row, Map) or "{n}" not in str(row.get("text")):
                raise DataError(f"{path}: a {kind} sentence needs 'text' with {{n}} and a range 'n'", "n: 10..40")
            found.setdefault(kind, []).append(Aside(str(row["text"]), int(ends[1]), int(ends[2])))
    if not found.get("decorative") or not found.get("distracting"):
        raise DataError(f"{path}: sentences of both kinds are needed", "'decorative' and 'distracting'")
    return found


def add_aside(problem: Problem, kind: Kind, number: int) -> Problem:
    """Add a sentence, chosen by a large random number; return the problem as it is where none fits."""
    asides = load_asides()[kind]
    number, first = divmod(number, len(asides))
    number, place = divmod(number, 2)
    mentions = read_mentions(problem.question)
    words = set(_LONG_WORD.findall(problem.question.lower()))
    for turn in range(len(asides)):
        aside = asides[(first + turn) % len(asides)]
        if words & set(_LONG_WORD.findall(aside.text.lower())):
            continue
        text = aside.text
        if aside.most:
            values = [n for n in range(aside.least, aside.most + 1) if all(n != one.value for one in mentions)]
            text = text.replace("{n}", str(values[number % len(values)]))
        changed = _insert(problem, mentions, text, _gap(problem.question) if place else 0)
        if changed is not None:
            return changed
    return problem


def _gap(question: str) -> int:
    """Return where the last sentence begins, if something may stand before it, else 0."""
    match = None if '"' in question else _LAST_SENTENCE.search(question)
    return 0 if match is None or _BACK.search(question, match.end()) else match.end()


def _insert(problem: Problem, mentions: Sequence[Mention], text: str, gap: int) -> Problem | None:
    """Put a sentence at a gap and count the mentions anew; None where the reader then reads other numbers."""
    question = f"{problem.question[:gap]}{text} {problem.question[gap:]}"
    end = gap + len(text)
    now = read_mentions(question)
    inside = [mention for mention in now if mention.start < end and mention.end > gap]
    others = [mention for mention in now if mention not in inside]
    if len(inside) > 1 or [(one.text, one.value) for one in others] != [(one.text, one.value) for one in mentions]:
        return None
    places = {str(old.index): str(new.index) for old, new in zip(mentions, others, strict=True)}
    trace = _SOURCE.sub(lambda match: places[match[0]], problem.trace)
    extra = dict(problem.extra)
    distractors = [f"n{places[name[1:]]}" for name in extra.get("distractors", [])] + [one.name for one in inside]
    if distractors:
        extra["distractors"] = distractors
    return replace(problem, question=question, trace=trace, extra=extra)
