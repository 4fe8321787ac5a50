"""Words of questions and solutions, brought to a form in which they can be compared: `The Boxes'` and `box` alike.

Not covered: grammar. What is needed here is only whether two numbers are said to count the same thing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


WORD = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")

STOP = word_set(
    """a an the this that these those it its he she they them his her hers their theirs him i you we us our your my me
    is are was were be been being has have had having do does did done doing will would can could should may might
    must of to in on at by for from with without into onto as than then so and or but if because since thus
    therefore hence there here when while where which who whom whose what how many much not no only also just too
    very s t more less fewer total altogether all sum answer means mean meaning know given also get gets got such up
    down out off over under again after before during about if let make makes made need needs each every per one
    some any other another own same left still now first next last finally equal equals equation calculate find
    first divide multiply add subtract plus minus times
    """
)
"""Words that say nothing about what is counted."""

_IRREGULAR = {
    "children": "child", "people": "person", "men": "man", "women": "woman", "feet": "foot", "teeth": "tooth",
    "mice": "mouse", "geese": "goose", "leaves": "leaf", "loaves": "loaf", "knives": "knife", "shelves": "shelf",
    "halves": "half", "wolves": "wolf", "dollars": "dollar", "hrs": "hour", "hr": "hour", "mins": "minute",
    "min": "minute", "oz": "ounce", "lbs": "pound", "lb": "pound", "kg": "kilogram", "cm": "centimeter",
    "ft": "foot", "km": "kilometer", "ml": "milliliter", "kids": "child", "kid": "child", "buses": "bus",
    "cookies": "cookie", "movies": "movie", "pies": "pie", "ties": "tie", "brownies": "brownie", "calories": "calorie",
    "grams": "gram", "g": "gram", "sq": "square", "mph": "mile", "pcs": "piece", "weeklong": "week", "gal": "gallon",
}  # fmt: skip


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Bring a word to a form that its singular and plural, and the common forms of a verb, share."""
    word = word.lower().replace("’", "'")
    if word.endswith("'s"):
        word = word[:-2]
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses", "zes", "oes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        return word[:-3]
    if len(word) > 4 and word.endswith("ed"):
        return word[:-2]
    return word


@lru_cache(maxsize=1024)
def content(text: str) -> tuple[str, ...]:
    """Return the stems of the words of a text that say something, in order."""
    return tuple([stem(word) for word in WORD.findall(text) if word.lower() not in STOP])


UNITS = word_set(
    """second minute hour day week month year inch foot yard mile meter kilometer centimeter millimeter ounce pound
    gram kilogram ton cup pint quart gallon liter milliliter teaspoon tablespoon cent dollar penny nickel dime
    quarter dozen pair decade century square percent degree
    """
)
"""Stems of units of measure."""


_RELATIONS = {
    "times": "times", "time": "times", "twice": "times", "more": "more", "older": "more", "taller": "more",
    "longer": "more", "extra": "more", "additional": "more", "heavier": "more", "higher": "more", "farther": "more",
    "less": "less", "fewer": "less", "younger": "less", "shorter": "less", "lower": "less", "lighter": "less",
    "cheaper": "less", "off": "less",
}  # fmt: skip


@lru_cache(maxsize=1024)
def relation(text: str) -> str:
    """Return what the words right after a number make of it: `times`, `more`, `less`, or an empty string."""
    for word in WORD.findall(text)[:3]:
        found = _RELATIONS.get(word.lower())
        if found:
            return found
    return ""


PER = frozenset(("per", "each", "every", "a", "an"))
"""Words between a unit and the one that it is counted by: miles *per* hour."""


def per_unit(words: Sequence[str]) -> str:
    """Return the unit that a number's unit is counted by, given the stems of the words after it; empty for none.

    The hour of `60 miles per hour`, the pound of `$3 a pound`. Not covered: `a mile and a half`.
    """
    for left, right in pairwise(words):
        if left in PER:
            return "" if right in STOP else right
    return ""


_ORDER = {
    "first": "first", "initial": "first", "initially": "first", "second": "second", "third": "third",
    "fourth": "fourth", "fifth": "fifth", "next": "next", "another": "next", "last": "last", "final": "last",
    "finally": "last", "other": "other", "others": "other", "remaining": "rest", "remainder": "rest", "rest": "rest",
}  # fmt: skip


_PER_SECOND = re.compile(r"\b(?:per|a|each|every) second\b", re.I)


def order_words(text: str) -> frozenset[str]:
    """Return the words of a text that tell one of several from the others: the first, the next, the other, the rest."""
    words = map(str.lower, WORD.findall(_PER_SECOND.sub("", text)))
    return frozenset(_ORDER[word] for word in words if word in _ORDER)


_DEALT = frozenset(("each", "equally", "evenly", "between", "among", "apiece", "per"))


def is_dealt(text: str) -> bool:
    """Say whether a text speaks of what falls to each of several."""
    return not _DEALT.isdisjoint(map(str.lower, WORD.findall(text)))


@lru_cache(maxsize=1024)
def word_pairs(text: str) -> frozenset[tuple[str, str]]:
    """Return the pairs of neighbouring words of a text that are not both stop words."""
    words = [word.lower() for word in WORD.findall(text)]
    return frozenset(
        (stem(left), stem(right)) for left, right in pairwise(words) if left not in STOP or right not in STOP
    )


def stem_set(text: str) -> frozenset[str]:
    """Return the stems of the words of a text as a set."""
    return frozenset(stem(word) for word in text.split())
