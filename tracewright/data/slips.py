"""Slips of grammar and typing in a question that a rule can see: articles, plurals, capitals, doubled words and stops.

It looks for what templates get wrong, and would rather miss a slip than complain about good English. It does not judge
whether a question is natural or clear: for that, somebody has to read it.
"""

import re
from collections.abc import Iterator

_A = r"\b[Aa] (?:[aeioAEIO](?!ne\b|nce\b|u)|[uU](?!n[is]|s[eu]|ti|k|r[aeiou])|8|11\b|18\b|hour\b|honest)"
_AN = r"\b[Aa]n (?:[b-df-gj-np-tv-zB-DF-GJ-NP-TV-Z]|[2-7]|1(?![18]\b)|uni|use|one\b|eu)"
_NOT_A_PLURAL = (
    "always|plus|less|times|class|glass|bus|pass|address|dress|boss|series|business|is|was|has|does|his|this|as|us"
)
_PLURAL_BEHIND_ONE = (
    r"(?:(?<![\d$,.:/-])\b1|\b(?:has|have|had|gets?|gives?|buys?|with|and|for) one) (?!dozen\b)(?:\w+ )?"
    rf"(?!(?:{_NOT_A_PLURAL})\b)[a-z]{{2,}}[a-rt-z]s\b"
)
_MANY = r"(?<![\d./])(?:\b[2-9]|\b\d\d+|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))"
_SINGULAR_BEHIND_MANY = (
    rf"{_MANY} (?:apple|egg|cookie|dollar|hour|minute|day|week|mile|box|bag|book|page|child|person|ticket)\b"
    r"(?=[.,?!;]| (?:and|or|in|on|at|for|to|of|are|were|each|per|a)\b)"
)

_SLIPS = tuple(
    (name, re.compile(pattern))
    for name, pattern in {
        "a placeholder is left": r"[{}\[\]|]|X_\w+_X",
        "spaces or stops are doubled": r"  |\s[.,?!;:](?:\s|$)|\.\.|,,|\?\.|^\s|\s$",
        "'a' for 'an'": _A,
        "'an' for 'a'": _AN,
        "a plural verb behind one": r"\b(?:1|[Oo]ne|an?) (?:\w+s|children|people|men|women|feet) (?:are|were|have)\b",
        "a plural behind 1": _PLURAL_BEHIND_ONE,
        "a singular behind more than 1": _SINGULAR_BEHIND_MANY,
        "a sentence starts with a small letter": r"(?<!\b[ap]\.m)[.?!] +[a-z]|^[a-z]",
        "a word stands twice": r"\b(\w+) \1\b(?<!that that)(?<!had had)",
        "a unit stands twice": r"\$\d+(?:,\d{3})* (?:dollars?|\$)|% percent",
        "an odd character": r"[^\x20-\x7e’“”–é]",
        "no question or request ends it": r"[^.?!\"”]\Z",
    }.items()
)


def find_slips(text: str) -> Iterator[tuple[str, str]]:
    """Yield (what is wrong, where) for each kind of slip in a question, its first place only."""
    for name, pattern in _SLIPS:
        match = pattern.search(text)
        if match:
            yield name, f"...{text[max(0, match.start() - 25) : match.end() + 25]}..."
