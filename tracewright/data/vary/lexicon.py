"""Whether a text holds one of many words: as a search by a pattern, at a hundredth of its time.

A pattern of a hundred words is tried anew at every place of a text. A lexicon asks word by word, and remembers what it
answered: problems are told in few words. Not covered: phrases; where in the text the word stands.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

_TOKEN = re.compile(r"\w+")
MOST_KNOWN = 1 << 16
"""So many words are remembered by each lexicon."""


@lru_cache(maxsize=64)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text, in lower case: runs of letters, digits and underscores."""
    return frozenset(_TOKEN.findall(text.lower()))


class Lexicon:
    r"""A set of words, given as a pattern that matches each of them whole: `trees?|peel\w*`."""

    def __init__(self, pattern: str) -> None:
        self._matches = re.compile(pattern).fullmatch
        self._asked: set[str] = set()
        self._held: set[str] = set()

    def any(self, words: Iterable[str]) -> bool:
        """Say whether one of these words, in lower case, is in the lexicon."""
        words = frozenset(words)
        if not self._asked.issuperset(words):
            if len(self._asked) > MOST_KNOWN:
                self._asked.clear()
                self._held.clear()
            new = words - self._asked
            self._asked |= new
            self._held.update(filter(self._matches, new))
        return not self._held.isdisjoint(words)
