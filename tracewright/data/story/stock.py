"""The stock of the stories as data: scenes, openings, acts, and the sentences that compare.

A scene says who does what with which things, how the story opens, and what can happen next. What can happen is an
*act*:
a move of `moves.py` (what is computed), the kind of quantity it acts on and leads to, and sentences. What is in the
files
is read and checked in `loading.py`; `docs/stories.md` shows how to write one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tracewright.data.story.template import Template
from tracewright.data.vocabulary import Row, Values
from tracewright.number import Number

LETTERS: Mapping[str, tuple[str, ...]] = {
    "less": ("n",),
    "less_two": ("n", "m"),
    "less_each": ("g", "s"),
    "less_times": ("n", "k"),
    "less_more": ("n", "m"),
    "less_share": ("n", "f"),
    "less_part": ("f",),
    "less_percent": ("p",),
    "keep_part": ("f",),
    "keep_percent": ("p",),
    "plus_percent": ("p",),
    "plus": ("n",),
    "plus_two": ("n", "m"),
    "plus_each": ("g", "s"),
    "plus_times": ("k",),
    "plus_fold": ("k",),
    "times": ("k",),
    "times_two": ("k", "m"),
    "times_constant": (),
    "over": ("d",),
    "over_constant": (),
    "goal": ("n",),
    "goal_over": ("n", "d"),
    "over_times": ("d", "m"),
    "less_over": ("n", "d"),
    "whole": ("f",),
}
"""The moves, and the numbers that each of them tells."""
MEASURES = ("count", "amount", "attribute", "price")
DIMENSIONS = ("single", "days", "sessions", "places", "people", "kinds")


class Say(NamedTuple):
    """One way to tell an act: a sentence at its place, and perhaps a fact that may stand earlier."""

    say: Template | None
    early: Template | None = None
    joins: bool = False
    """It may stand behind `if`."""
    follows: bool = False
    """It may begin with `then`."""


@dataclass(frozen=True, eq=False)
class Act:
    """Something that can happen to a quantity."""

    move: str
    on: str
    to: str
    weight: int
    name: str
    """Variable of the result."""
    names: Mapping[str, str]
    """Variables of its numbers."""
    limits: Mapping[str, Values]
    """Numbers that may be drawn, by letter; `each`: prices of one piece, which a pack's price must fit."""
    fields: Mapping[str, str]
    """Keys of the item's row that say so instead."""
    says: tuple[Say, ...]
    asks: tuple[Template, ...]
    constant: int
    end: bool
    """The story ends with it."""
    rate: bool
    """It is a rate times or into something."""
    needs: str
    """When it may happen. `open`: only at the beginning; `changed`: only after something happened;
    `habit`: only where all this happens every day;
    `fresh`: only where nothing has happened to this kind of quantity; `touched`: only where some of it is gone;
    `ungrown`: not after something was added;
    `plain`: not where it happens every day."""
    once: str
    """Acts of one such group exclude each other."""
    unit: str
    """A noun that its sentences call {unit} and {units}; empty: the one before."""
    without: frozenset[str]
    """Dimensions of the opening after which it makes no sense."""
    value: tuple[Number, Number] | None
    """Limits of the quantity that it happens to: nobody doubles $3,000 out of pride."""
    result: tuple[Number, Number] | None
    """Limits of what comes of it: a bicycle costs $80 to $600."""
    apart: bool = False
    """Groups that the quantity is made of are divided each by itself: no group of three takes one of another class."""


@dataclass(frozen=True, eq=False)
class Opening:
    """How a story begins: amounts of one measure along a dimension."""

    measure: str
    verb: str
    amounts: Values | str
    dims: Mapping[str, int]
    groups: tuple[tuple[Template, Mapping[str, Values], Mapping[str, str]], ...]
    to: str
    weight: int
    words: Mapping[str, str]
    habit: float
    things: tuple[Row, ...] = ()
    counts: Values | None = None
    buy: tuple[Template, ...] = ()
    name: str = ""
    money: bool = False
    ellipsis: bool = True
    """Whether `5 more than on Monday` is clear without the noun; not so for miles and hours."""
    dozens: float = 0.0
    """Chance that a multiple of 12 is told in dozens."""
    ask: tuple[Template, ...] = ()
    within: bool = False
    """Whether what is compared keeps to the limits of what is given: nobody works 18 hours a day."""


@dataclass(frozen=True, eq=False)
class Scene:
    """One world: who acts, on what, how it opens and what can happen."""

    name: str
    weight: int
    actor: tuple[Row, ...]
    items: tuple[Row, ...]
    kinds: tuple[str, ...]
    places: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    intro: tuple[Template, ...]
    company: tuple[Template, ...]
    """How a story of several people may begin."""
    decor: tuple[Template, ...]
    distract: tuple[tuple[Template, Values], ...]
    openings: tuple[Opening, ...]
    acts: Mapping[str, tuple[Act, ...]]
    """By the kind of quantity that they act on."""
    asks: Mapping[str, tuple[Template, ...]]
    most: Mapping[str, int]
    merge: tuple[Template, ...] = ()
    weights: tuple[int, ...] = ()
    about: str = ""


class Relations(NamedTuple):
    """How like is compared with like, and what is asked by default."""

    says: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]
    """By measure and class of dimension (`adverb` or `subject`), then by relation: templates with VERB in them."""
    asks: Mapping[str, tuple[Template, ...]]
    questions: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]
    """The same for questions: total, difference, last, average."""
    most: Mapping[str, int]
    company: tuple[Template, ...]
    """How a story of several people begins where its scene does not say so."""
