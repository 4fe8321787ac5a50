"""Names for the variables of a trace from the words around a number: `16 eggs` is `eggs`, `$2 per egg` is `price_egg`.

The hybrid naming of the reports: what the question gives is named for what it counts, what is computed is `step1`,
`step2`, ..., and the last one `result`.
"""

import re
from collections.abc import Iterable

from tracewright.data.annotate.context import Place
from tracewright.data.annotate.words import word_set
from tracewright.number import Number, write

_SKIP = word_set(
    """a an the of to in on at by for from with into his her their its my our your this that these those more less
    fewer many much as than and or but is are was were be been has have had will each every per other another such
    first second third last next new old big small large total whole different he she it they i we you who which
    what when where while if then there all some any out up off about only just also not no so how worth old
    year-old one would could can do does did get got there's altogether away back ago
    """
)
_VERBS = word_set(
    """cost costs sell sells sold buy buys bought eat eats ate give gives gave make makes made take takes took run runs
    ran read reads spend spends spent pay pays paid earn earns earned charge charges need needs want wants
    """
)
_WORD = re.compile(r"[A-Za-z]+")
_NUMERIC = word_set("percent percents times twice half third quarter double triple dozen hundred thousand million")
"""Words that only say again that it is a number."""

_FINE = re.compile(r"[a-z][a-z0-9_]*\Z")

RESERVED = word_set("result prev expert trace op var value source args query init compute")
"""Names that mean something else in a trace."""


def name_mention(place: Place, question: str) -> str:
    """Name a number of the question in one to three words."""
    mention = place.mention
    tail = question[mention.end : mention.end + 60]
    nouns = _nouns(tail)
    head = question[max(0, mention.start - 40) : mention.start]
    if place.relation in ("more", "less") and mention.kind not in ("percent", "fraction", "multiple"):
        return "_".join([place.relation, *nouns[:1]])
    if mention.kind == "percent":
        return "_".join(["percent", *nouns[:1]]) if nouns else "percent"
    if mention.kind == "multiple" or (mention.kind == "fraction" and mention.value < 1):
        return "_".join(["factor" if mention.kind == "multiple" else "share", *nouns[:1]])
    if place.dollar:
        unit = re.match(r"\s*(?:(?:per|an?|each|every|for each|for every|for an?)\s+|/\s*)([A-Za-z]+)", tail)
        if unit and unit[1].lower() not in _SKIP:
            return f"price_{unit[1].lower()}"
        nouns = [noun for noun in nouns if noun not in ("dollar", "dollars", "bill")]
        before = [word for word in _nouns(head, last=True) if word not in _VERBS]
        return "_".join(["price", *(nouns[:1] or before[-1:])])
    return "_".join(nouns[:2]) if nouns else "_".join(_nouns(head, last=True)[-1:]) or "amount"


def _nouns(text: str, last: bool = False) -> list[str]:
    """Return the telling words of the phrase at the start of a text (or at its end), at most three."""
    pieces = re.split(r"[.,;:!?()\d$%\"]", text)
    phrase = pieces[-1] if last else pieces[0]
    words: list[str] = []
    for word in _WORD.findall(phrase.replace("'s", "")):
        lowered = word.lower()
        if lowered in _SKIP or lowered in _NUMERIC or len(lowered) < 2:
            if words and not last:
                break
            continue
        if lowered in _VERBS and not last:
            if words:
                break
            continue
        words.append(lowered)
    return words[-2:] if last else words[:2]


def name_constant(value: Number) -> str:
    """Name a constant: `sixty` has no name of its own, it is `const_60`."""
    return "const_" + write(value).replace("-", "minus_").replace(".", "_").replace("/", "_")


def distinct(wanted: str, taken: Iterable[str]) -> str:
    """Return a name nobody has: `eggs`, `eggs_2`, ..."""
    base = wanted if _FINE.match(wanted) and wanted not in RESERVED and not re.match(r"step\d", wanted) else "amount"
    base = base[:40].rstrip("_")
    used = set(taken)
    name, number = base, 2
    while name in used:
        name, number = f"{base}_{number}", number + 1
    return name
