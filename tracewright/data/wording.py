"""The template language of wordings: one question with places for numbers, names, nouns, pronouns and alternatives.

    {eggs} {item}         the number, and the noun as it agrees with it: 8 apples, 1 apple
    {item} {item.one}     the noun in its plural, and in its singular
    {day} {shop.verb}     a word, and another field of a row
    {name} {name}'s       a person; {he} {his} {him} {himself} of the first person, {friend.he} of another
    {eggs:egg|eggs}       one or the other, as {eggs} is 1 or not; {item:eggs} the noun as it agrees with {eggs}
    {eggs:digits}         never as a word; {price:dollars} 5 dollars; {part:digits} 1/3
    [buys|gets|]          one of these, drawn for each problem; it holds no numbers
    a {item.one}          a or an, as it must be

Sentences begin with a capital, whatever stands there. This file reads the template into pieces; `telling.py` tells
them. `docs/data.md` is the page for authors.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from tracewright.errors import DataError, nearest

NUMBER_STYLES = ("digits", "dollars")
PERSON_FORMS = ("he", "him", "his", "own", "himself")


class Insert(NamedTuple):
    """A place for a slot."""

    slot: str
    form: str = ""
    """A field of a row (`one`, `many`, `he`, ...), or a style of a number; empty: the usual one."""
    agrees: str = ""
    """The number that a noun agrees with."""
    choice: tuple[str, str] | None = None
    """For `{eggs:egg|eggs}`: what stands for 1, and what for everything else."""
    article: str = ""
    """`a` or `A` where an article is to be fitted before it."""
    start: bool = False
    """Begins a sentence."""


class Choice(NamedTuple):
    """Alternatives of words; each is a row of texts and inserts."""

    options: tuple[tuple["str | Insert", ...], ...]
    article: str = ""


Piece = str | Insert | Choice


class Wording(NamedTuple):
    """A checked template: its text, its pieces, and every insert in it in order."""

    text: str
    pieces: tuple[Piece, ...]
    inserts: tuple[Insert, ...]


_TOKEN = re.compile(r"\{([^{}]*)\}|\[([^\[\]]*)\]|([{}\[\]])")
_PLACE = re.compile(r"([a-z][a-z0-9_]*)(?:\.([a-z]\w*))?(?::(.*))?\Z", re.S)
SENTENCE_END = re.compile(r"(?<!\b[ap]\.m)(?:\.[\"'”)]*|[?!])\s+[\"'“(]*\Z")
"""The end of a sentence; what follows speech such as "Is it?" goes on, as a rule: "Is it?" she asks."""
_ARTICLE = re.compile(r"(?:^|[\s\"“(-])([Aa])n? \Z")


def read_wording(text: str, kinds: Mapping[str, str], keys: Mapping[str, set[str]], where: str) -> Wording:
    """Read a template against the kinds of its slots, and the keys of the rows of those that have rows.

    Raises:
        DataError: a brace is left open, a slot or form is not known, or alternatives hold a number.
    """
    text = " ".join(text.split())
    reader = _Reader(kinds, keys, where)
    pieces = _fit_articles(list(reader.pieces(text)))
    pieces = _agree(pieces, kinds)
    if not pieces:
        raise DataError(f"{where}: the wording is empty")
    pieces = _mark_starts(pieces)
    return Wording(text, tuple(pieces), tuple(_inserts(pieces)))


def _inserts(pieces: Sequence[Piece]) -> Iterator[Insert]:
    for piece in pieces:
        if isinstance(piece, Insert):
            yield piece
        elif isinstance(piece, Choice):
            for option in piece.options:
                yield from (part for part in option if isinstance(part, Insert))


class _Reader:
    """Turns the text of a template into pieces."""

    def __init__(self, kinds: Mapping[str, str], keys: Mapping[str, set[str]], where: str) -> None:
        self.kinds, self.keys, self.where = kinds, keys, where
        self.person = next((name for name, kind in kinds.items() if kind == "person"), "")

    def pieces(self, text: str) -> Iterator[Piece]:
        end = 0
        for match in _TOKEN.finditer(text):
            if match.start() > end:
                yield text[end : match.start()]
            end = match.end()
            if match[3]:
                raise DataError(
                    f"{self.where}: {match[3]!r} has no partner", f"near {text[max(0, end - 20) : end + 20]!r}"
                )
            yield self.insert(match[1]) if match[1] is not None else self.choice(match[2])
        if end < len(text):
            yield text[end:]

    def choice(self, text: str) -> Choice:
        options = []
        for option in _split_options(text):
            parts = tuple(self.pieces(option))
            for part in parts:
                if isinstance(part, Insert) and self.is_number(part.slot) and not part.choice:
                    hint = "numbers keep their places: write two wordings instead"
                    raise DataError(f"{self.where}: alternatives hold the number {{{part.slot}}}", hint)
            options.append(tuple(part for part in parts if not isinstance(part, Choice)))
        if len(options) < 2:
            raise DataError(f"{self.where}: [{text}] has no alternatives", "write for example [buys|gets]")
        return Choice(tuple(options))

    def is_number(self, slot: str) -> bool:
        return self.kinds[slot] not in ("person", "noun", "word")

    def insert(self, text: str) -> Insert:
        match = _PLACE.match(text.strip())
        if not match:
            raise DataError(
                f"{self.where}: {{{text}}} is no place for a slot",
                "write for example {name}, {item.one}, {eggs:egg|eggs}",
            )
        slot, form, style = match[1], match[2] or "", match[3]
        if slot in PERSON_FORMS and slot not in self.kinds:
            if not self.person:
                raise DataError(f"{self.where}: {{{slot}}} needs a slot that is a person")
            slot, form = self.person, slot
        if slot not in self.kinds:
            raise DataError(
                f"{self.where}: there is no slot {slot!r}",
                nearest(slot, self.kinds) or f"known: {', '.join(self.kinds)}",
            )
        kind = self.kinds[slot]
        if self.is_number(slot):
            return self.number(slot, form, style)
        if kind == "person":
            if form and form not in PERSON_FORMS:
                raise DataError(
                    f"{self.where}: a person has no form {form!r}",
                    nearest(form, PERSON_FORMS) or f"known: {', '.join(PERSON_FORMS)}",
                )
            return Insert(slot, form or "one")
        if kind == "word":
            if form or style:
                raise DataError(f"{self.where}: {{{text}}}: {slot!r} is a plain word and has no forms")
            return Insert(slot)
        if form and form not in self.keys[slot]:
            raise DataError(f"{self.where}: no row of {slot!r} has {form!r}", nearest(form, self.keys[slot]))
        if style is not None and (style not in self.kinds or not self.is_number(style)):
            raise DataError(f"{self.where}: {{{text}}}: {style!r} is no slot with a number", nearest(style, self.kinds))
        return Insert(slot, form, agrees=style or "")

    def number(self, slot: str, form: str, style: str | None) -> Insert:
        if form:
            raise DataError(f"{self.where}: {slot!r} is a number and has no form {form!r}")
        if style is not None and "|" in style:
            one, _, many = style.partition("|")
            return Insert(slot, choice=(one, many))
        if style is not None and style not in NUMBER_STYLES:
            hint = (
                nearest(style, NUMBER_STYLES) or f"known: {', '.join(NUMBER_STYLES)}, or two words with | between them"
            )
            raise DataError(f"{self.where}: a number has no style {style!r}", hint)
        return Insert(slot, style or "")


def _split_options(text: str) -> list[str]:
    """Split at the strokes that stand outside braces."""
    options, depth = [""], 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        if letter == "|" and not depth:
            options.append("")
        else:
            options[-1] += letter
    return options


def _fit_articles(pieces: list[Piece]) -> list[Piece]:
    """Take `a` or `an` off a text that stands before an insert or a choice, and note it there."""
    for index, (before, after) in enumerate(pairwise(pieces)):
        if not isinstance(before, str) or isinstance(after, str):
            continue
        match = _ARTICLE.search(before)
        if match and not (isinstance(after, Insert) and after.choice):
            pieces[index] = before[: match.start(1)]
            pieces[index + 1] = after._replace(article=match[1])
    return [piece for piece in pieces if piece != ""]


def _agree(pieces: list[Piece], kinds: Mapping[str, str]) -> list[Piece]:
    """Let a noun that stands behind a number agree with it."""
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Insert) or kinds[piece.slot] != "noun" or piece.form or piece.agrees:
            continue
        number = pieces[index - 2] if index > 1 and pieces[index - 1] == " " else None
        if isinstance(number, Insert) and kinds[number.slot] in ("integer", "decimal") and not number.choice:
            pieces[index] = piece._replace(agrees=number.slot)
    return pieces


def _mark_starts(pieces: list[Piece]) -> list[Piece]:
    """Mark the inserts that begin a sentence; capitalise the texts that do.

    What follows alternatives of which one is empty begins a sentence only at times: `write_python` sees to that.
    """
    start = True
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            pieces[index] = capital(piece) if start else piece
            start = bool(SENTENCE_END.search(piece)) or (start and not piece.strip("\"'“( "))
            continue
        if isinstance(piece, Insert):
            pieces[index] = piece._replace(start=start, article=capital(piece.article) if start else piece.article)
        elif start and piece.article:
            pieces[index] = piece._replace(article="A")
        elif start:
            pieces[index] = piece._replace(options=tuple(_start_option(option) for option in piece.options))
        start = False
    return pieces


def _start_option(option: tuple[str | Insert, ...]) -> tuple[str | Insert, ...]:
    return tuple(part for part in _mark_starts(list(option)) if not isinstance(part, Choice))


def capital(text: str) -> str:
    """Return the text with a capital first letter."""
    return text[:1].upper() + text[1:]
