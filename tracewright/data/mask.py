"""Names of people and places as e1, e2, ... in a question and in the names of its trace's variables; and back.

`Bob gave Ann 3 cards` becomes `e1 gave e2 3 cards`, and `bob.cards` becomes `e1.cards`. A small model then need not
learn to copy names that it has never seen. It is the only place that does so. Hiding is reversible for every text:
where a question or trace already holds something like `e1`, nothing is hidden.

The names are those that the problem states, else capitalised words as `read_names` finds them. That reader is a
heuristic: to take a noun for a name costs nothing (it comes back), to miss one leaves it as it stands.
Not covered: pronouns, kinship words (`her mother`), titles (`Mrs.` stays, `Smith` becomes e1).
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tracewright.data.problem import Problem

_TIMES = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July "
    "August September October November December Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays "
    "Sundays Christmas Easter Halloween"
)
_STARTERS = (
    "A About According After All Altogether An And Another Any Are As Assume Assuming At Because Before Both "
    "But By Calculate Considering Determine Did Do Does Due During Each Every Everyone Express Finally Find "
    "First For From Given Half Has He Her Here His How However I If In Initially Instead Is It Its Last Later "
    "Let Mom Dad My Next Nine No Not Now Of On Once One Only Other Our Out Over Overall Per Rather Round "
    "Several She Since So Some Suppose That The Their Then There Therefore These They This Those Through To "
    "Today Together Tomorrow Twice Two Three Four Five Six Seven Eight Ten Eleven Twelve Twenty Thirty Forty "
    "Fifty Under Unfortunately Unless Until Using Was We Were What When Where Which While Who With Within "
    "Without Would Write Yesterday You Your Mr Mrs Ms Miss Dr Grandma Grandpa Mother Father Uncle Aunt Coach "
    "Professor Captain"
)
_ORDINARY = frozenset(_TIMES.split()) | frozenset(_STARTERS.split())
"""Capitalised words that are no names: titles, days, months, and words that start sentences."""

_word = re.compile(r"[A-Z][a-zà-ÿ]+(?:-[A-Z][a-z]+)*(?:[A-Z][a-z]+)?")
_run = re.compile(rf"{_word.pattern}(?: {_word.pattern})*")
_person_verb = re.compile(
    r"(?:'s|s'|'|,| and| is| was| has| had| can| will| would|(?: \w+ly)? \w+(?:s|ed)| went| bought| sold| made| got"
    r"| ate| ran| read| gave| took| saw| found| spent| earned| won| lost| paid| drove| did) "
)
_taken = re.compile(r"(?<![A-Za-z0-9])e[1-9]\d*(?![A-Za-z0-9])")
_SHOWN = re.compile(r"(?<![A-Za-z0-9])e([1-9]\d{0,2})(?![A-Za-z0-9])")


class Edit(NamedTuple):
    """Characters `start` to `end` of a text, and what is to stand there."""

    start: int
    end: int
    text: str


class Mask(NamedTuple):
    """The names of one problem: `names[0]` is e1. Empty where nothing is hidden."""

    names: tuple[str, ...] = ()

    def edits(self, text: str) -> list[Edit]:
        """Return the replacements that hide the names in a text written for people."""
        if not self.names:
            return []
        order = {name: f"e{number}" for number, name in enumerate(self.names, 1)}
        return [Edit(*match.span(), order[match[0]]) for match in _any_of(self.names).finditer(text)]

    def hide(self, text: str) -> str:
        """Hide the names in a text written for people: `Bob's cards` -> `e1's cards`."""
        return apply(text, self.edits(text))

    def show(self, text: str) -> str:
        """Undo `hide`; e7 stays where there are not seven names."""
        return self._put_back(text, lambda name: name)

    def hide_variables(self, trace: str) -> str:
        """Hide the names inside the variables of a trace, and in its comments as in any text."""
        if not self.names:
            return trace
        order = {_variable(name): f"e{number}" for number, name in enumerate(self.names, 1)}
        pattern = re.compile(rf"(?<!op: )(?<!expert: )(?<![A-Za-z0-9])({_choice(order)})(?![A-Za-z0-9:])")
        return _by_line(trace, lambda line: pattern.sub(lambda match: order[match[1]], line), self.hide)

    def show_variables(self, trace: str) -> str:
        """Undo `hide_variables`: `e1.cards` -> `bob.cards`, and names as written in comments."""
        if not self.names:
            return trace
        return _by_line(trace, lambda line: self._put_back(line, _variable), self.show)

    def _put_back(self, text: str, write: Callable[[str], str]) -> str:
        def name(match: re.Match[str]) -> str:
            number = int(match[1])
            return write(self.names[number - 1]) if number <= len(self.names) else match[0]

        return _SHOWN.sub(name, text)


def mask(problem: Problem) -> Mask:
    """Return the mask of a problem, its names numbered as they appear; empty where hiding could not be undone."""
    if _taken.search(problem.question) or _taken.search(problem.trace) or _taken.search(problem.solution):
        return Mask()
    known = problem.names or read_names(problem.question)
    if not known:
        return Mask()
    found = dict.fromkeys(match[0] for match in _any_of(known).finditer(problem.question))
    distinct: dict[str, str] = {}
    for name in found:  # two names that would share a variable cannot both come back: the first keeps it
        distinct.setdefault(_variable(name), name)
    return Mask(tuple(distinct.values()))


def read_names(question: str) -> tuple[str, ...]:
    """Return the capitalised words and runs of words of a question that look like names, in order.

    A word that starts a sentence counts where it stands capitalised elsewhere too, or where what follows reads like the
    verb or the possessive of a person and the word is no plural; ordinary words, days and months never count.
    """
    inside: dict[str, None] = {}
    starts: list[tuple[str, int]] = []
    for match in _run.finditer(question):
        words = match[0].split(" ")
        at_start = _starts_sentence(question, match.start())
        while words and words[0] in _ORDINARY:
            words = words[1:]
            at_start = False
        while words and words[-1] in _ORDINARY:
            words = words[:-1]
        if not words or any(word in _ORDINARY for word in words):
            continue
        name = " ".join(words)
        if at_start:
            starts.append((name, match.end()))
        else:
            inside.setdefault(name)
    for name, end in starts:
        if (
            name in inside
            or " " in name
            or (not name.endswith("s") and _person_verb.match(question, end) and not _stands(name.lower(), question))
        ):
            inside.setdefault(name)
    return tuple(sorted(inside, key=question.index))


def _stands(word: str, text: str) -> bool:
    """Say whether a word stands in a text with no letter beside it."""
    start = text.find(word)
    while start >= 0:
        beside = text[max(0, start - 1) : start] + text[start + len(word) : start + len(word) + 1]
        if not _letter.search(beside):
            return True
        start = text.find(word, start + 1)
    return False


_letter = re.compile("[A-Za-z]")


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Make the edits, which do not overlap, in a text."""
    pieces = []
    place = 0
    for start, end, new in sorted(edits):
        pieces += [text[place:start], new]
        place = end
    return "".join(pieces) + text[place:]


def _starts_sentence(text: str, place: int) -> bool:
    before = text[:place].rstrip("\"'“‘( \n")
    return not before or (before[-1] in ".!?:" and not before.endswith(("Mr.", "Mrs.", "Ms.", "Dr.", "St.")))


def _any_of(names: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])(?:{_choice(names)})(?![A-Za-z0-9])")


def _choice(words: Sequence[str] | dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _variable(name: str) -> str:
    return re.sub(r"[^a-z0-9à-ÿ]+", "_", name.lower()).strip("_")


def _by_line(text: str, step: Callable[[str], str], comment: Callable[[str], str]) -> str:
    """Change the steps and the comments of a trace, each in its own way."""
    if "#" not in text:
        return step(text)
    return "\n".join(comment(line) if line.lstrip().startswith("#") else step(line) for line in text.split("\n"))
