"""Slips of GSM8K's train questions: what a reader takes in his stride, and what hundreds of variants should not repeat.

`slips.tsv` lists what readers found in variants of every problem that goes back to the original (docs/data.md says
how), one a line: the first 16 hexadecimal digits of the SHA-256 of the question (`problem.question_digest`), its id,
the sort of slip, what helps, and the reason. Help are words that mend it (`old=>new`, more than one with `;` between):
a variant is made of the mended question; or numbers that stay (`n2 n4`) while the others move. Of the rest none is
made. Answers and solutions are right, and nothing but `vary` reads this: to train on the originals is another matter,
for which there is `data.errata`.

Not covered: wrong answers (`errata.py`); other data sets; typing errors that confuse nobody.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from tracewright.data.problem import question_digest

REASONS = {
    "text": "its text contradicts itself",
    "absurd": "its numbers are none that the world has",
    "tied": "its numbers hang together as only a reader sees",
}
"""Why no variant is made of a problem, by the sort of slip."""

_FILE = Path(__file__).with_suffix(".tsv")
_DIGITS = 16


class Slip(NamedTuple):
    """A slip of a question."""

    id: str
    """Line of the official file, from 0: `train/42`."""
    sort: Literal["mend", "text", "absurd", "tied"]
    """Words mend it; it contradicts itself; its numbers cannot be; they hang together by what no number states."""
    mends: tuple[tuple[str, str], ...]
    """Words, and those to put in their place wherever they stand whole."""
    stays: tuple[str, ...]
    """Numbers of the question that hang together, where these are all: they stay."""
    reason: str


@lru_cache(maxsize=1)
def slips() -> dict[str, Slip]:
    """Return the slips by the digest of the question."""
    found = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        digest, id_, sort, helps, reason = line.split("\t")
        pairs = tuple((old, new) for old, sign, new in (each.partition("=>") for each in helps.split(";")) if sign)
        found[digest] = Slip(id_, sort, pairs, () if pairs else tuple(helps.split()), reason)  # type: ignore[arg-type]
    return found


def find_slip(question: str) -> Slip | None:
    """Return the slip of a question of GSM8K's train file; None for all others."""
    return slips().get(question_digest(question)[:_DIGITS])


def mend(text: str, slip: Slip) -> str:
    """Put the words that mend a slip in the place of others, in a question or its solution."""
    for old, new in slip.mends:
        left, right = (r"(?<!\w)" if old[0].isalnum() else ""), (r"(?!\w)" if old[-1].isalnum() else "")
        text = re.sub(f"{left}{re.escape(old)}{right}", lambda _, new=new: new, text)  # type: ignore[misc]
    return text
