"""What the question says around each of its numbers: the noun after it, its clause and sentence, who it is about.

Not covered: which number a solution means (`wire.py`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from tracewright.data.annotate.words import STOP, WORD, content, order_words, per_unit, relation, stem, word_pairs
from tracewright.mention import Mention, read_mentions
from tracewright.number import Number

_SENTENCE_END = re.compile(r"(?<=[a-z\d%)\"”])[.;!?]+[\"”]?(?=\s+[A-Z\"“]|\s*$)|\n")
_CLAUSE_END = re.compile(r"[,;:()]|\b(?:and|but|while|then|if|which|who|so|or)\b")
_PAUSE = re.compile(r"[.,;:!?()]")
_ASKS = re.compile(r"\b(?:how|what|which|who|whose|when|where)\b", re.I)
_STRIP = " \t\n"


@dataclass(frozen=True, eq=False)
class Place:
    """A mention and the words around it."""

    mention: Mention
    after: tuple[str, ...]
    """Stems of the words that follow, up to the next mention or stop, at most six."""
    before: tuple[str, ...]
    """Stems of the words in front, back to the mention before or a stop, at most six, nearest last."""
    near: frozenset[str]
    """The content words among `after` and `before`."""
    clause: frozenset[str]
    sentence: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    """Pairs of neighbouring words of its clause."""
    names: frozenset[str]
    """Capitalised words of its clause, or of its sentence, or of the one before, where it has none."""
    number: int
    """Which sentence, from 0."""
    dollar: bool
    asked: bool
    """It stands in the sentence that asks, after the word that asks."""
    each: bool
    """Something like `each`, `per` or `a day` follows or precedes it."""
    own: frozenset[str]
    """The stems of its own words, where it is a fraction or multiple in words: half, twice, quarter."""
    relation: str
    """`times`, `more` or `less`, where it says how one amount relates to another."""
    reference: frozenset[str] = frozenset()
    """The words that say what it is a share, a multiple or a difference of: `Ben`, of `3 more than Ben has`."""
    order: frozenset[str] = frozenset()
    """Words at most three away, within its clause, that tell it from others of its kind: first, next, other."""
    per: str = ""
    """Stem of the unit that its unit is counted by: the day of `5 miles a day`, the box of `each box has 5`."""
    company: frozenset[Number] = frozenset()
    """The values of the numbers next to it in its sentence."""


def read_places(question: str) -> tuple[Place, ...]:
    """Describe the surroundings of every number of a question, in the order of `read_mentions`."""
    mentions = read_mentions(question)
    sentences = _spans(question, _SENTENCE_END)
    numbers = [_sentence_of(mention, sentences) for mention in mentions]
    return tuple(_place(question, mentions, index, sentences, numbers) for index in range(len(mentions)))


def _sentence_of(mention: Mention, sentences: Sequence[tuple[int, int]]) -> int:
    return next((n for n, (start, end) in enumerate(sentences) if start <= mention.start < end), len(sentences) - 1)


def _company(mentions: Sequence[Mention], index: int, numbers: Sequence[int]) -> frozenset[Number]:
    beside = [at for at in (index - 1, index + 1) if 0 <= at < len(mentions) and numbers[at] == numbers[index]]
    return frozenset(mentions[at].value for at in beside)


def _spans(text: str, ends: re.Pattern[str]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for match in ends.finditer(text):
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return spans


def _place(
    question: str, mentions: Sequence[Mention], index: int, sentences: Sequence[tuple[int, int]], numbers: Sequence[int]
) -> Place:
    mention, number = mentions[index], numbers[index]
    start, end = sentences[number]
    text = question[start:end]
    clause_start, clause_end = _clause(text, mention.start - start, mention.end - start)
    clause = text[clause_start:clause_end]
    left = mentions[index - 1].end if index else 0
    right = mentions[index + 1].start if index + 1 < len(mentions) else len(question)
    tail = question[mention.end : min(right, end)]
    names = _names(clause) or _names(text)
    if not names and number:
        names = _names(question[slice(*sentences[number - 1])])
    around = " " + question[max(start, mention.start - 25) : min(mention.end + 40, end)].lower() + " "
    after = _after(question, mentions, index, end)
    before = _stems(_PAUSE.split(question[max(left, start) : mention.start])[-1])[-6:]
    return Place(
        mention,
        after,
        before,
        frozenset(word for word in (*after, *before) if word not in STOP),
        frozenset(content(clause)),
        frozenset(content(text)),
        word_pairs(clause),
        names,
        number,
        mention.kind == "money" and not tail.lstrip().lower().startswith("cent"),
        text.rstrip(_STRIP).endswith("?") and _ASKS.search(text[: mention.start - start]) is not None,
        re.search(r"\b(?:each|every|per|a|an|apiece)\b", tail[:40].lower()) is not None or " each " in around,
        _own_words(mention),
        relation(_PAUSE.split(tail, maxsplit=1)[0]),
        _reference(question[mention.end : end]),
        _order(question[start : mention.start], tail),
        per_unit(after) or _dealt_to(before),
        _company(mentions, index, numbers),
    )


def _after(question: str, mentions: Sequence[Mention], index: int, end: int) -> tuple[str, ...]:
    """Return the words that follow a number in its sentence; of `3 more than twice the figs` those of the figs."""
    following = mentions[index + 1] if index + 1 < len(mentions) else None
    tail = question[mentions[index].end : min(following.start if following else end, end)]
    phrase, *rest = _PAUSE.split(tail, maxsplit=1)
    words = _stems(phrase)[:6]
    if not rest and following and following.kind in ("multiple", "fraction") and words[-1:] == ("than",):
        return (*words, *_after(question, mentions, index + 1, end))[:6] if STOP.issuperset(words) else words
    return words


def _dealt_to(before: Sequence[str]) -> str:
    """Return the unit that a number falls to, given the words before it: the box of `each box has`."""
    found = [right for left, right in pairwise(before) if left in ("each", "every")]
    return found[-1] if found and found[-1] not in STOP else ""


def _order(ahead: str, tail: str) -> frozenset[str]:
    """Return the words of order among the three before a number and the three after it, as far as a pause."""
    near = (*_PAUSE.split(ahead)[-1].split()[-3:], *_PAUSE.split(tail, maxsplit=1)[0].split()[:3])
    return order_words(" ".join(near))


_OF = re.compile(r"\b(?:than|as (?!.*\bas\b)|of)\b *(.*)")


def _reference(tail: str) -> frozenset[str]:
    """Return the words after `than`, the last `as`, or `of`, in the rest of a clause."""
    phrase = re.split(r"[.,;:!?()]|\b(?:and|but|while|who|which|if|when)\b", tail, maxsplit=1)[0]
    match = _OF.search(phrase)
    return frozenset(content(match[1])) if match else frozenset()


_SAME_WORDS = {"double": "twice", "doubl": "twice", "twice": "double", "halv": "half", "half": "halv"}


def _own_words(mention: Mention) -> frozenset[str]:
    if mention.kind not in ("fraction", "multiple"):
        return frozenset()
    words = _stems(mention.text)
    return frozenset((*words, *(_SAME_WORDS.get(word, word) for word in words))) - STOP


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in WORD.findall(text))


@lru_cache(maxsize=1024)
def _names(text: str) -> frozenset[str]:
    return frozenset(
        stem(word) for word in WORD.findall(text) if word[0].isupper() and word.lower() not in STOP and len(word) > 1
    )


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span of the clause around a span: from the last clause end before it to the next one after it."""
    left, right = 0, len(text)
    for match in _CLAUSE_END.finditer(text):
        if match.end() <= start and not (match[0] == "," and match.end() == start):
            left = match.end()
        if match.start() >= end:
            right = match.start()
            break
    return left, right


def same_thing(first: Place, second: Place) -> bool:
    """Say whether a mention refers back to an earlier one: equal value and noun, and a word such as `the` before it.

    A question also repeats what was said where it asks (`How much does she earn in the 5 days?`).
    """
    if first.mention.value != second.mention.value or first.mention.kind == "ordinal":
        return False
    if not first.after or not second.after or first.after[0] != second.after[0]:
        return False
    if second.asked and not first.asked and second.mention.value > 2:
        return True
    return second.before[-1:] in (("the",), ("these",), ("those",), ("all",), ("his",), ("her",), ("their",), ("its",))
