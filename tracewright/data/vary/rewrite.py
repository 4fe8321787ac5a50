"""The text of a question cut into pieces: what is fixed, and holes for numbers, names and things; and told again.

Sentences that refer to nothing before them may change places with a neighbour. An article before a hole is fitted to
what stands there: a 9-foot, an 8-foot.

Not covered: the worked solution (`worked.py`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tracewright.data.annotate.words import WORD, stem, word_set
from tracewright.data.vary.names import Person, Thing, places_of
from tracewright.data.vocabulary import with_article
from tracewright.mention import Frame, Mention


class Hole(NamedTuple):
    """A place for something else: a number, a name, or a thing in its singular or plural."""

    kind: str
    """`number`, `person`, `one` or `many`."""
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks of a hole
    """Which mention, person or thing, from 0."""
    article: str = ""
    """`a` or `an`, as written, where one stands before it and must fit."""
    capital: bool = False


Piece = str | Hole
Forms = tuple[str, str]
"""The singular and the plural of a thing."""


class Pieces(NamedTuple):
    """A text in sentences of pieces, with what stands between the sentences."""

    sentences: tuple[tuple[Piece, ...], ...]
    gaps: tuple[str, ...]
    """White space after each sentence."""
    swaps: tuple[int, ...]
    """Sentences that may change places with the next one."""
    mentions: tuple[tuple[int, ...], ...]
    """The mentions of each sentence, from 0."""


Group = tuple[Piece, ...]
"""What stands between two white spaces of a text, holes among it."""


class Arrangement(NamedTuple):
    """A text with its sentences in one order."""

    frame: Frame
    groups: tuple[Group, ...]
    """What its holes are to be filled with."""
    mentions: tuple[int, ...]
    """The mentions in the order in which they stand now, from 0."""


_END = re.compile(
    r"[.?!](?<!\bMr.)(?<!\bMrs.)(?<!\bDr.)(?<!\bMs.)(?<!\bSt.)(?<![ap]\.m.)[\"”')]*(\s+)(?=[\"“(]?[A-Z0-9$])|(\n+)"
)
_ARTICLE = re.compile(r"(?:(?<=\s)|^)([Aa]n?) \Z")


def cut(
    question: str,
    mentions: Sequence[Mention],
    moving: Sequence[int],
    persons: Sequence[Person],
    things: Sequence[Thing],
) -> Pieces:
    """Cut a question into pieces, with holes for the mentions that move or may be written otherwise."""
    holes: list[tuple[int, int, Hole]] = [(mentions[at].start, mentions[at].end, Hole("number", at)) for at in moving]
    holes += [
        (start, end, Hole("person", index))
        for index, person in enumerate(persons)
        for start, end in places_of(person.name, question)
    ]
    for index, thing in enumerate(things):
        for match in re.finditer(rf"\b(?:{re.escape(thing.many)}|{re.escape(thing.one)})\b", question, re.I):
            kind = "many" if match[0].lower() == thing.many else "one"
            holes.append((match.start(), match.end(), Hole(kind, index, capital=match[0][0].isupper())))
    holes.sort()
    spans = _sentences(question)
    sentences = []
    for start, end, _ in spans:
        inside = [hole for hole in holes if start <= hole[0] and hole[1] <= end]
        sentences.append(_pieces(question, start, end, inside))
    owned = tuple(
        tuple(at for at, mention in enumerate(mentions) if start <= mention.start < end) for start, end, _ in spans
    )
    texts = [question[start:end] for start, end, _ in spans]
    return Pieces(tuple(sentences), tuple(gap for _, _, gap in spans), _swaps(texts), owned)


def _sentences(text: str) -> list[tuple[int, int, str]]:
    """Return start, end and the white space after each sentence."""
    spans, start = [], 0
    for match in _END.finditer(text):
        gap = match[1] or match[2]
        spans.append((start, match.end() - len(gap), gap))
        start = match.end()
    spans.append((start, len(text), ""))
    return spans


def _pieces(text: str, start: int, end: int, holes: Sequence[tuple[int, int, Hole]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    place = start
    for left, right, hole in holes:
        before = text[place:left]
        article = _ARTICLE.search(before) if hole.kind != "many" else None
        if article:
            before, hole = before[: article.start(1)], hole._replace(article=article[1])
        pieces += [before, hole]
        place = right
    return (*pieces, text[place:end])


def arrange(pieces: Pieces, order: Sequence[int]) -> Arrangement:
    """Put the sentences of a text in an order, and the pieces between which no white space stands together."""
    row: list[Piece] = []
    for place, at in enumerate(order):
        for piece in (*pieces.sentences[at], pieces.gaps[place]):
            if row and isinstance(piece, str) and isinstance(row[-1], str):
                row[-1] += piece
            else:
                row.append(piece)
    parts: list[str | None] = []
    groups: list[Group] = []
    group: list[Piece] = []
    for piece in row:
        match = _SPACED.fullmatch(piece) if isinstance(piece, str) else None
        if match is None:
            group.append(piece)
            continue
        head, middle, tail = match.groups()
        if group:
            parts.append(None)
            groups.append(tuple(piece for piece in (*group, head) if piece))
        parts.append(middle if group else head + middle)
        group = [tail] if tail else []
    if group:
        parts.append(None)
        groups.append(tuple(piece for piece in group if piece))
    mentions = tuple(at for sentence in order for at in pieces.mentions[sentence])
    return Arrangement(Frame(parts), tuple(groups), mentions)


_SPACED = re.compile(r"(\S*)(\s(?:.*\s)?)(\S*)", re.ASCII | re.DOTALL)
"""A text with white space: what stands before it and after it, without any, and the rest."""


def fill(
    groups: Sequence[Group], numbers: Mapping[int, str], persons: Sequence[str], things: Sequence[Forms]
) -> list[str]:
    """Tell what the holes of a text are filled with, with these numbers, names and things."""
    texts = []
    for group in groups:
        alone = group[0] if len(group) == 1 else ""
        if isinstance(alone, Hole):
            texts.append(_fill(alone, numbers, persons, things))
        else:
            pieces = [piece if isinstance(piece, str) else _fill(piece, numbers, persons, things) for piece in group]
            texts.append("".join(pieces))
    return texts


def _fill(hole: Hole, numbers: Mapping[int, str], persons: Sequence[str], things: Sequence[Forms]) -> str:
    kind, index, article, capital = hole
    if kind == "number":
        text = numbers[index]
    elif kind == "person":
        text = persons[index]
    else:
        text = things[index][0 if kind == "one" else 1]
        if capital:
            text = text[0].upper() + text[1:]
    if not article:
        return text
    fitted = with_article(text)
    return fitted if article[0] == "a" else f"A{fitted[1:]}"


_REFERS = word_set(
    """he she it they him her them his hers their theirs its himself herself themselves this that these those such
    then also others another else there here both either neither rest remaining left back again still later next after
    afterwards before now instead however finally so therefore thus but if when once since because while last everyone
    everybody yet tomorrow who which where originally additional extra previous latter former everything each assigned
    """
)
"""Words that point at what was told before, or set a time that does."""
_COMPARES = re.compile(r"\b(?:more|fewer|less|older|younger|taller|shorter|longer|later)\b(?!.*\bthan\b)")
"""So does a comparison that does not say with what."""
_VERB = (
    "(?:has|had|have|bought|buys|sold|sells|ate|eats|picked|picks|made|makes|baked|collected|earns|earned|spent|found|"
    "caught|wrote|ran|runs|walked|walks|read|reads|drove|drives|owns|is|was|needs|paid|works|worked|costs?|weighs?|"
    "can|saved|saves|scored|won|lives|takes|took|uses|used|planted|sent|received|holds|contains|are|swims?|swam|jogs)"
)
_OPENS = re.compile(rf"(?:[A-Z][a-z]+|(?:A|An|One|Each) [a-z]+(?: of [a-z]+)?) {_VERB}\b")
_WHOLE = re.compile(r"(?:[a-z]|\$[\d,.]*\d)\.\Z")
"""The end of a sentence that says what it counts; `and Ben has 40.` does not."""
_DEFINITE = re.compile(r"\b[Tt]he (?:[a-z]+ )?([a-z]+)")


def _swaps(sentences: Sequence[str]) -> tuple[int, ...]:
    """Find sentences that may change places with the next: both tell a fact of their own, and nothing refers to them.

    Both begin with a name and its verb, neither has a word that points back or on, neither takes the other's
    thing as known, and what follows has no pronoun that would find another person.
    """
    found = []
    for at in range(len(sentences) - 2):
        pair = sentences[at], sentences[at + 1]
        if not all(_OPENS.match(text) and _WHOLE.search(text) and '"' not in text for text in pair):
            continue
        words = [{word.lower() for word in WORD.findall(text)} for text in pair]
        if any(own & _REFERS for own in words) or any(_COMPARES.search(text) for text in pair):
            continue
        rest = {word.lower() for word in WORD.findall(sentences[at + 2])}
        if rest & {"he", "she", "him", "her", "his", "it", "its", "this", "that", "then"}:
            continue
        stems = [{stem(word) for word in own} for own in words]
        known = [{stem(match[1]) for match in _DEFINITE.finditer(text)} for text in pair]
        if known[0] & stems[1] or known[1] & stems[0]:
            continue
        found.append(at)
    return tuple(found)


def shuffled(pieces: Pieces, random: Callable[[], float]) -> tuple[int, ...]:
    """Return the order of the sentences with one pair exchanged that may be."""
    order = list(range(len(pieces.sentences)))
    at = pieces.swaps[int(random() * len(pieces.swaps))]
    order[at], order[at + 1] = order[at + 1], order[at]
    return tuple(order)
