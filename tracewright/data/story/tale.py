"""One story while it is told: its words, its sentences, the quantity it has come to; and how it becomes a question.

Sentences are kept as pieces until the end, because which mention a number is, and whether a person is named or is
`she`, depends on the order in which they are told.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from tracewright.data.story.draw import Draws
from tracewright.data.story.graph import Node
from tracewright.data.story.stock import Scene
from tracewright.data.story.template import Person, Slot, Stray, Template
from tracewright.data.telling import CHANCE, WORDS, Forms, dozen_forms, fraction_forms, money, times_forms
from tracewright.data.vocabulary import Row, Values
from tracewright.number import Number, write

Words = str | tuple[str | Node, ...]
"""What stands in a place: a text, or pieces with places of their own."""

HALF = Fraction(1, 2)
_FORMS = ("one", "many", "a", "slug")


class Sentence(NamedTuple):
    """The pieces of one sentence, without its stop, and what may be done with it."""

    pieces: list[str | Node]
    early: bool = False
    """A fact that stands at the beginning, though it is needed later."""
    lead: bool = False
    """It introduces the story and stands before everything."""
    joins: bool = False
    """It may become the if-clause of the question."""
    follows: bool = False
    """It may begin with `then`."""
    pairs: bool = False
    """It may be joined to the sentence before it with `and`."""


class Tale:
    """A story under way."""

    def __init__(self, scene: Scene, draws: Draws, target: int, number_words: float) -> None:
        self.scene = scene
        self.draws = draws
        self.target = target
        self.steps = 0
        self.past = draws.chance(0.5)
        self.plural = False
        self.habit = False
        self.rate = False
        self.named: list[str] = []
        self.entity = "amount"
        self.number_words = round(number_words * CHANCE)
        self.env: dict[str, Words] = {}
        self.sentences: list[Sentence] = []
        self.actor: Row = draws.pick(scene.actor)
        self.row: Row | None = None
        self.state: Node | None = None
        self.kind = ""
        self.changes = 0
        self.touched = False
        self.grown = False
        self.lost = False
        self.dim = "single"
        self.weights: dict[int, Node] = {}
        if scene.items:
            self.take_item(draws.pick(scene.items))
        for key, options in scene.words.items():
            self.env[key] = draws.pick(options)

    def take_item(self, row: Row) -> None:
        """Let the story be about this thing."""
        self.row = row
        for key, value in row.items():
            if isinstance(value, str):
                self.env[f"item.{key}"] = value
                if key not in _FORMS:
                    self.env[key] = value
        self.env["item"] = str(row["one"])
        self.env["items"] = str(row["many"])
        self.env["a_item"] = str(row["a"])

    @property
    def variant(self) -> int:
        """Which variant of the templates is told: tense and number."""
        return 2 * self.past + self.plural

    def refer(self) -> None:
        """Settle how the amount that the story has come to is called now: all the apples, the rest."""
        items = self.env.get("pieces" if self.kind == "pieces" else "items", "")
        self.env["ofmoney"] = (
            "of all this money" if self.grown else "of the remaining money" if self.lost else "of the money"
        )
        self.env["themoney"] = (
            "all this money" if self.grown else "the remaining money" if self.lost else "all the money"
        )
        self.env["allmoney"] = self.env["themoney"] if self.grown or self.lost else "the money"
        unit, units = self.env.get("unit", ""), self.env.get("units", "")
        self.env["everyunit"] = f"each of the remaining {units}" if self.lost else f"every {unit}"
        self.env["allunits"] = f"the remaining {units}" if self.lost else f"all the {units}"
        if self.touched:
            rest = self.draws.pick(("the rest", f"the remaining {items}", f"the rest of the {items}"))
            of = f"of the remaining {items}"
            of_all = self.draws.pick((of, "of the rest"))
            self.env["rest"], self.env["of"], self.env["ofall"] = rest, of, of_all
        else:
            alone = self.dim == "single" and not self.grown
            self.env["rest"] = f"the {items}" if alone else f"all the {items}"
            self.env["of"] = f"of the {items}"
            self.env["ofall"] = f"of the {items}" if alone else f"of all the {items}"

    def fill(
        self, found: Template, letters: Mapping[str, Node], extra: Mapping[str, Words] | None = None
    ) -> list[str | Node]:
        """Return the pieces of a template with its numbers and words; persons are left for the end."""
        pieces: list[str | Node] = []
        options = found.options
        option = options[0] if len(options) == 1 else self.draws.pick(options)
        env = self.env
        for piece in option[2 * self.past + self.plural]:
            if piece.__class__ is not Slot:
                pieces.append(piece)
            elif piece in letters:
                pieces.append(letters[piece])
            else:
                words = extra[piece] if extra is not None and piece in extra else env[piece]
                if isinstance(words, tuple):
                    pieces += words
                else:
                    pieces.append(words)
        return pieces

    def add(self, pieces: list[str | Node], **flags: bool) -> None:
        """Add a sentence."""
        self.sentences.append(Sentence(pieces, **flags))

    def say(
        self,
        found: Template,
        letters: Mapping[str, Node] | None = None,
        extra: Mapping[str, Words] | None = None,
        **flags: bool,
    ) -> None:
        """Add the sentence of a template."""
        self.sentences.append(Sentence(self.fill(found, letters or {}, extra), **flags))


def tell(tale: Tale, question: list[str | Node], join: float) -> tuple[str, int]:
    """Return the text of a story and its question, and how many mentions it has; each number gets its own.

    `join` is the chance that the last fact becomes an if-clause of the question.
    """
    draws = tale.draws
    order = list(tale.sentences)
    clause: list[str | Node] = []
    request = str(question[0]).startswith("find ")
    last = max((place for place, sentence in enumerate(order) if not sentence.lead), default=0)
    if last and order[last].joins and not request and draws.chance(join):
        clause = order.pop(last).pieces
    early = [sentence for sentence in order if sentence.early]
    order = [
        *(sentence for sentence in order if sentence.lead),
        *early,
        *(sentence for sentence in order if not (sentence.lead or sentence.early)),
    ]
    teller = _Teller(tale)
    texts: list[str] = []
    single = True  # the last sentence stands alone so far
    timed = False  # it begins with then, after that
    for place, sentence in enumerate(order):
        pieces = sentence.pieces
        timed = sentence.follows and place > 0 and not timed and draws.chance(0.24)
        if timed:
            event = order[place - 1].follows  # not: it has 90 books; after that, it sells some
            pieces = [
                draws.pick(("then ", "then ", "after that, ", "next, ", "later, ") if event else ("then ",)),
                *pieces,
            ]
        pairs = sentence.pairs and single and bool(texts) and order[place - 1].pairs and draws.chance(0.45)
        text = teller.sentence(pieces, pronoun=pairs)
        if pairs and len(texts[-1]) + len(text) < 110:
            texts[-1] = f"{texts[-1]}, and {text}"
            single = False
        else:
            single = True
            texts.append(text)
    if clause:
        behind = tale.dim != "people" and draws.chance(0.3) and not _refers_back(question, clause)
        if behind:
            asked = teller.sentence([*question, " if ", *clause])
        else:
            asked = teller.sentence(["if ", *clause, ", "])
            asked += teller.sentence(question, goes_on=True)
    else:
        asked = teller.sentence(question)
    end = "." if request else "?"
    parts = [f"{text[0].upper()}{text[1:]}." for text in texts] + [f"{asked[0].upper()}{asked[1:]}{end}"]
    return " ".join(parts), teller.mentions


_BACK = re.compile(r"\b(?:them|they|these|those|that|this|then|left|each (?!day))\b")
"""Words of a question that refer to what was just said: the if-clause cannot stand behind them."""


_DEFINITE = re.compile(r"\bthe ([a-z]+)")


def _refers_back(question: Sequence[str | Node], clause: Sequence[str | Node]) -> bool:
    """Say whether a question refers to what its if-clause says first: the price of the laptop, if a laptop ..."""
    asked, said = ("".join(piece for piece in part if isinstance(piece, str)) for part in (question, clause))
    return bool(_BACK.search(asked)) or any(
        re.search(rf"\ban? {noun}", said) is not None for noun in _DEFINITE.findall(asked)
    )


_RIVALS = {
    "he": r"grandfather|father|brother|uncle|cousin|neighbor|boss|best friend",
    "she": r"grandmother|mother|sister|aunt|cousin|neighbor|boss|best friend",
    "it": r"hospital|school|store|truck",
}
"""By the pronoun of who acts: others in a sentence who could be meant by the same pronoun behind it."""
_RIVAL = {
    pronoun: re.compile(rf"(?:\b(?:his|her|its|a|an)|'s) (?:{words})\b|\ba (?:friend|customer|neighbor)\b")
    for pronoun, words in _RIVALS.items()
}


class _Teller:
    """Writes sentences in order: names and pronouns, and numbers with their mentions."""

    def __init__(self, tale: Tale) -> None:
        self.draws = tale.draws
        self.actor = tale.actor
        self.plural = tale.plural
        self.past = tale.past
        self.words = tale.number_words
        self.introduced = False
        self.recent = False
        self.called = False  # by name, in the sentence before
        self.pronoun = False
        self.rival = False  # a pronoun could mean somebody else who was just spoken of
        self.mentions = 0

    def sentence(self, pieces: Sequence[str | Node], pronoun: bool = False, goes_on: bool = False) -> str:
        """Write one sentence; with a pronoun where it is the second half of one, or where the name was just said.

        `goes_on`: it is the question behind an if-clause.
        """
        out: list[str] = []
        self.pronoun = pronoun or (self.called and self.recent)
        self.called = False
        here = goes_on and self.recent and not self.rival  # the actor stands in this sentence already
        for place, piece in enumerate(pieces):
            if piece.__class__ is str:
                out.append(piece)
            elif piece.__class__ is Person:
                out.append(self.person(piece, here))
                here = True
            elif piece.__class__ is Stray:
                self.mentions += 1
                out.append(piece)
            else:
                assert piece.__class__ is Node
                self.mentions += 1
                assert not piece.mention, f"{piece.name} is told twice"
                piece.mention = self.mentions
                if piece.kind in _BOUND:
                    out.append(self.bound(piece, out, pieces[place + 1] if place + 1 < len(pieces) else ""))
                else:
                    out.append(self.number(piece))
        self.recent = here
        text = "".join(out)
        self.rival = not self.plural and self.has_rival(text, "P" in pieces)
        return text

    def has_rival(self, text: str, acting: bool) -> bool:
        """Say whether a sentence speaks of somebody else whom the pronoun of who acts could mean behind it.

        A person who acts in it is meant, but not behind a clause with `who`; a thing is meant only where it is named.
        """
        pattern = _RIVAL.get(str(self.actor["he"]))
        found = pattern is not None and pattern.search(text) is not None
        if "first" in self.actor:
            return found or not self.recent
        return found and (not acting or " who " in text)

    def person(self, slot: str, here: bool) -> str:
        """Write who acts: the name when first met, and now and then again; a pronoun elsewhere."""
        if self.plural:
            return {"P": "they", "he": "they", "him": "them", "himself": "themselves"}.get(slot, "their")
        form = {"P": "he", "P's": "his"}.get(slot, slot)
        if (
            not self.introduced
            or (self.rival and not here)
            or (
                slot in ("P", "P's")
                and not here
                and not self.pronoun
                and self.draws.chance(0.13 if self.recent else 0.5)
            )
        ):
            name = str(
                self.actor.get("later", self.actor["one"])
                if self.introduced
                else self.actor.get("first", self.actor["one"])
            )
            self.introduced = self.called = True
            return f"{name}'s" if form == "his" else name
        return str(self.actor[form])

    def bound(self, node: Node, before: Sequence[str], behind: str | Node) -> str:
        """Write a number whose form depends on what stands around it: twice as many, double what, it doubles."""
        if node.kind == "fold":
            bare = before[-1].endswith(" to ") or (self.plural and not self.past)
            return _FOLDS[node.value][0 if bare else 1 + self.past]
        if not str(behind).startswith(_OF_WHAT):
            return self.number(node)
        if node.kind == "times":
            return self.form(_MULTIPLES[node.value])
        return self.number(node) if node.value == HALF else f"{self.number(node)} of"

    def number(self, node: Node) -> str:
        """Write a number as its kind is written, a small one at times as a word."""
        value, kind = node.value, node.kind
        whole = int(value)
        if kind == "money":
            return money(value)
        if kind == "integer":
            if whole in WORDS:
                if self.draws.below(CHANCE) < self.words:
                    return WORDS[whole]
            elif value >= 10000 or (value >= 1000 and self.draws.below(2)):
                return f"{value:,}"
            return str(value)
        if kind == "percent":
            return write(value) + ("%" if self.draws.below(8) else " percent")
        if kind in _TABLES:
            return self.form(_TABLES[kind][value])
        return write(value)

    def form(self, forms: Sequence[str]) -> str:
        """Choose one of the forms of a number, words first and digits last."""
        return self.draws.pick(forms) if self.words else forms[-1]


def _plain(write_forms: Callable[[Number], tuple[str, ...]]) -> Callable[[Number], tuple[str, ...]]:
    """Leave out the forms that only stand in front of certain nouns."""
    return lambda value: tuple(
        form
        for form in (*(["half"] * 5 if value == HALF else []), *write_forms(value))
        if not form.startswith(("one-", "1 "))
    )


def _times(value: Number) -> tuple[str, ...]:
    """Return the ways to write a multiple, `twice` as often as people say it."""
    return (*(["twice"] * 6 if value == 2 else []), *times_forms(value))


def _multiple_forms(value: Number) -> tuple[str, ...]:
    """Return the ways to write a multiple in front of `the`, `what`, `that`: double the number, twice what he has."""
    more = {2: ("twice", "twice", "double", "double"), 3: ("triple",)}.get(int(value), ())
    return (*more, *times_forms(value))


_BOUND = ("times", "fraction", "fold")
_OF_WHAT = (" the ", " what ", " that ")
_MULTIPLES = Forms(_multiple_forms)
_FOLDS: Mapping[Number, tuple[str, str, str]] = {
    2: ("double", "doubles", "doubled"), 3: ("triple", "triples", "tripled"),
}  # fmt: skip
"""What multiplies as a verb: its plain form, with one who does it, and in the past."""
_TABLES = {"fraction": Forms(_plain(fraction_forms)), "times": Forms(_times), "dozens": Forms(_plain(dozen_forms))}


def draw_amount(draws: Draws, values: Values, low: int = 0, high: int = 10**9) -> int | None:
    """Draw one of the numbers between two ends; None where there is none."""
    numbers = [value for value in values.numbers if low <= value <= high] if low > 0 or high < 10**9 else values.numbers
    return int(draws.pick(numbers)) if numbers else None
