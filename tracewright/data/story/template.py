"""Sentences with places: what a stock file writes, `{P} <gives> {n} of them to {his} neighbor`, ready to be told.

    {n} {k}          a number of the step (one small letter)
    {P} {S} {P's}    who acts: the name, or a pronoun where it is clear who is meant
    {items} {rest}   words of the scene
    <gives>          a verb that agrees with who acts: gives, give, gave
    <costs!>         a verb that stands in the tense of the story and in the number in which it is written
    [quickly|]       one of these

Each template is made in four variants, present and past, for one and for several who act. A number word that stands in
the text itself (`two`) is a mention that nothing refers to; it is found when the stock is read and counted when told.
"""

import re
from functools import cache
from typing import NamedTuple

from tracewright.errors import DataError
from tracewright.mention import read_mentions


class Slot(str):
    """The name of a place in a template."""

    __slots__ = ()


class Person(Slot):
    """A place that is filled when the whole story is told: who acts."""

    __slots__ = ()


class Stray(str):
    """Text of a template that the reader of numbers counts as a mention."""

    __slots__ = ()


PERSONS = frozenset(("P", "P's", "he", "him", "his", "himself"))
"""The places of who acts."""
Piece = str
"""A plain `str` as it is, a `Slot` or a `Stray`."""


class Template(NamedTuple):
    """A sentence without its full stop: its text, and for each of its alternatives the pieces of four variants."""

    text: str
    options: tuple[tuple[tuple[Piece, ...], ...], ...]
    """By option, then by variant: present singular, present plural, past singular, past plural."""
    slots: frozenset[str]

    @property
    def numbers(self) -> frozenset[str]:
        """The letters of the numbers that it tells."""
        return frozenset(slot for slot in self.slots if is_number(slot))


_PLACE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"(?:[A-Za-z][a-z0-9_]*(?:\.[a-z]+)?|P's|S's)\Z")
_VERB = re.compile(r"<([a-z]+)(!?)>")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")

_PLURALS = """
    is/are was/were has/have does/do goes/go can/can will/will must/must
    """
"""Third person singular and plural, where that is no -s."""
_PASTS = """
    is/was are/were have/had do/did go/went can/could will/would must/must give/gave get/got buy/bought
    sell/sold make/made take/took bring/brought find/found eat/ate spend/spent pay/paid lose/lost keep/kept
    leave/left put/put set/set cut/cut cost/cost come/came run/ran drive/drove ride/rode read/read write/wrote
    draw/drew hold/held break/broke fall/fell win/won know/knew say/said tell/told see/saw think/thought
    swim/swam throw/threw catch/caught sleep/slept feed/fed lay/laid grow/grew build/built send/sent lend/lent
    begin/began become/became let/let hit/hit split/split wear/wore stick/stuck hang/hung shut/shut stand/stood
    sit/sat teach/taught fly/flew light/lit sew/sewed knit/knitted plan/planned stop/stopped ship/shipped
    drop/dropped wrap/wrapped bake/baked fill/filled bear/bore feel/felt rise/rose weigh/weighed jog/jogged
    chip/chipped rip/ripped shop/shopped print/printed lead/led meet/met forget/forgot scan/scanned chop/chopped
    trim/trimmed mow/mowed shine/shone
    """
"""Plural and past, where that is no -ed."""


def _pairs(text: str) -> dict[str, str]:
    return {one: other for one, _, other in (pair.partition("/") for pair in text.split())}


_PLURAL, _PAST = _pairs(_PLURALS), _pairs(_PASTS)


def base(verb: str) -> str:
    """Return the plural of a verb in the third person: gives -> give, carries -> carry."""
    if verb in _PLURAL:
        return _PLURAL[verb]
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    if re.search(r"(?:ss|x|zz|ch|sh)es$", verb):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") else verb


def past(verb: str) -> str:
    """Return the past of a verb: gives -> gave, carry -> carried; `was` or `were` as the number is."""
    stem = verb if verb in _PAST else base(verb)
    if stem in _PAST:
        return _PAST[stem]
    if stem.endswith("e"):
        return stem + "d"
    if re.search(r"[^aeiou]y$", stem):
        return stem[:-1] + "ied"
    return stem + "ed"


def _inflect(text: str, variant: int) -> str:
    def verb(match: re.Match[str]) -> str:
        word = match[1]
        if not match[2] and variant % 2:
            word = base(word)
        return past(word) if variant >= 2 else word

    return _VERB.sub(verb, text)


def inflected(text: str, verb: str) -> str:
    """Put the verb of a scene, `bakes` or `leaves home with`, into a statement for VERB; VERBPL is its plural."""
    head, _, rest = verb.partition(" ")
    rest = f" {rest}" if rest else ""
    return text.replace("VERBPL", f"<{base(head)}!>{rest}").replace("VERB", f"<{head}!>{rest}")


@cache
def stated(text: str, verb: str) -> Template:
    """Return the template of a statement with the verb of a scene in it."""
    return template(inflected(text, verb))


def asked(text: str, verb: str) -> str:
    """Put the verb of a scene into a question: VERB stands behind `does`, <VERBs> behind who acts."""
    head, _, rest = verb.partition(" ")
    rest = f" {rest}" if rest else ""
    return text.replace("<VERBs>", f"<{head}>{rest}").replace("VERB", base(head) + rest)


def is_number(slot: str) -> bool:
    """Say whether a place holds a number: one small letter."""
    return len(slot) == 1 and slot.islower()


@cache
def template(text: str) -> Template:
    """Read a template.

    Raises:
        DataError: a brace, a bracket or a verb is not written as it must be.
    """
    text = " ".join(text.split())
    options = []
    for option in _expand(text):
        options.append(tuple(_pieces(_inflect(option, variant), text) for variant in range(4)))
    slots = frozenset(match[1] for match in _PLACE.finditer(text))
    for slot in slots:
        if not _NAME.match(slot):
            raise DataError(
                f"{text!r}: {{{slot}}} is no place", "write a letter for a number, a word for anything else"
            )
    if re.search(r"[{}<>\[\]]", _PLACE.sub("", _VERB.sub("", _CHOICE.sub("", text)))):
        raise DataError(f"{text!r}: a bracket has no partner")
    return Template(text, tuple(options), slots)


def _expand(text: str) -> list[str]:
    """Write out the alternatives of a text."""
    match = _CHOICE.search(text)
    if not match:
        return [" ".join(text.split()).replace(" ,", ",")]
    return [
        whole for part in match[1].split("|") for whole in _expand(text[: match.start()] + part + text[match.end() :])
    ]


def _pieces(text: str, where: str) -> tuple[Piece, ...]:
    """Cut a text at its places, and at the number words that stand in it."""
    pieces: list[Piece] = []
    sample = ""
    inside: list[tuple[int, int]] = []
    end = 0
    cuts: list[tuple[int, int, int]] = []  # start and end in the sample, where in the text it starts
    for match in _PLACE.finditer(text):
        cuts.append((len(sample), len(sample) + match.start() - end, end))
        sample += text[end : match.start()]
        filler = "37" if is_number(match[1]) else "zoo"
        inside.append((len(sample), len(sample) + len(filler)))
        sample += filler
        end = match.end()
    cuts.append((len(sample), len(sample) + len(text) - end, end))
    sample += text[end:]
    strays = [
        mention
        for mention in read_mentions(sample)
        if not any(low < mention.end and mention.start < high for low, high in inside)
    ]
    slots = [Person(match[1]) if match[1] in PERSONS else Slot(match[1]) for match in _PLACE.finditer(text)]
    for place, (low, high, _) in enumerate(cuts):
        at = low
        for mention in strays:
            if low <= mention.start and mention.end <= high:
                pieces += [sample[at : mention.start], Stray(mention.text)]
                at = mention.end
        pieces.append(sample[at:high])
        if place < len(slots):
            pieces.append(slots[place])
    return tuple(piece for piece in pieces if piece != "")
