"""Features of a source for a slot, whatever the other slots hold: what words, units and kinds say for and against it.

Not covered: which sources come into question (`candidates.py`), what earlier choices say (`choices.py`), what a feature
weighs (`weights.py`), the search (`wire.py`).
"""

from collections.abc import Sequence
from fractions import Fraction

from tracewright.data.annotate.arithmetic import Product, Sum
from tracewright.data.annotate.candidates import find_candidates
from tracewright.data.annotate.constants import cue_words
from tracewright.data.annotate.context import Place, same_thing
from tracewright.data.annotate.equations import Equation
from tracewright.data.annotate.slots import Candidate, Known, Rarity, Slot
from tracewright.data.annotate.weights import WEIGHTS
from tracewright.data.annotate.words import PER, STOP, UNITS
from tracewright.number import Number

CONVERSIONS = frozenset((7, 12, 24, 52, 60, 100, 365, 1000))
"""Constants that turn one unit into another."""


CUED = CONVERSIONS | {2, 4, 5, 6}
"""Constants that a question may state as well: `7 days a week`."""

Features = list[tuple[str, float]]


class Scene:
    """What is known of a problem, with the weights of its words."""

    def __init__(self, known: Known, slots: Sequence[Slot]) -> None:
        self.known = known
        self.slots = tuple(slots)
        """All slots of the solution, in order."""
        self.places, self.equations = known.places, known.equations
        self.near = Rarity([place.near for place in known.places])
        self.clause = Rarity([place.clause for place in known.places])
        self.pairs = Rarity([place.pairs for place in known.places])
        self.sentence = Rarity([place.sentence for place in known.places])
        self.words = Rarity([equation.segment for equation in known.equations])
        self.phrases = Rarity([equation.pairs for equation in known.equations])
        self.first = [
            next(before for before in range(at + 1) if before == at or same_thing(known.places[before], place))
            for at, place in enumerate(known.places)
        ]
        """For each mention the first one that says the same: `20 children`, `the 20 children`."""
        self.countable = [
            at
            for at, place in enumerate(known.places)
            if self.first[at] == at and place.mention.kind not in ("ordinal", "year", "clock")
        ]
        """The mentions that a solution should use."""
        self.sums = [
            numbers
            for equation in range(len(known.equations))
            if len(numbers := [n for n, s in enumerate(slots) if s.role == "plus" and s.equation == equation]) > 1
        ]
        """The slots of the terms of each equation that adds up several, by number."""
        self._options: dict[Slot, list[tuple[Candidate, float]]] = {}
        self._picks: dict[Slot, list[Candidate]] = {}
        self._fitting: dict[int, list[int]] = {}
        self._equals: dict[Slot, list[int]] = {}
        self._repeats: dict[Slot, list[tuple[int, float]]] = {}
        self._scalings: dict[Slot, str] = {}
        self._terms: dict[Slot, int] = {}
        self._references: dict[Slot, frozenset[str]] = {}

    def terms(self, slot: Slot) -> int:
        """Return how many terms are added up in what a divisor divides: 3 of (7 + 8 + 9) / 3; 0 for none."""
        found = self._terms.get(slot)
        if found is None:
            found = self._terms[slot] = self._count_terms(slot)
        return found

    def _count_terms(self, slot: Slot) -> int:
        tree = self.equations[slot.equation].tree
        if not isinstance(tree, Product):
            return 0
        divided = [tree.factors[0][0]]
        picks = [pick for other in self.beside(slot) for pick in self.picks(other)]
        divided += [self.equations[pick.place].tree for pick in picks if pick.kind == "result"]
        sums = [each.terms for each in divided if isinstance(each, Sum)]
        return next((len(terms) for terms in sums if not any(minus for _, minus in terms)), 0)

    def dollar(self, pick: Candidate) -> bool:
        """Say whether a source is an amount of money."""
        if pick.kind == "mention":
            return self.places[pick.place].dollar
        return pick.kind == "result" and self.equations[pick.place].dollar

    def repeats(self, slot: Slot) -> list[tuple[int, float]]:
        """Return the slots of earlier equations with its value, by number, and how alike the two sentences are."""
        found = self._repeats.get(slot)
        if found is None:
            found = self._repeats[slot] = [
                (number, self._alike(slot.equation, other.equation))
                for number, other in enumerate(self.slots)
                if other.equation < slot.equation and other.value == slot.value
            ]
        return found

    def beside(self, slot: Slot) -> list[Slot]:
        """Return the other slots of its equation."""
        return [other for other in self.slots if other.equation == slot.equation and other is not slot]

    def scaling(self, slot: Slot) -> str:
        """Say what a factor does to the other one: `scale` (the unit stays), `turn` (it changes) or nothing."""
        found = self._scalings.get(slot)
        if found is None:
            found = self._scalings[slot] = self._scaling(slot)
        return found

    def _scaling(self, slot: Slot) -> str:
        equation, others = self.equations[slot.equation], self.beside(slot)
        unit = ("$",) if equation.dollar else head(equation.after)[:1]
        if slot.role not in ("factor", "divisor") or len(others) != 1 or others[0].role != "factor" or not unit:
            return ""
        leaf = others[0].leaf
        nouns = {"$"} if leaf.dollar else set(head(leaf.after))
        if not nouns:
            for pick in self.picks(others[0]):
                if pick.kind in ("mention", "result"):
                    nouns |= {"$"} if self.dollar(pick) else set(head(self.after(pick)))
        return "scale" if unit[0] in nouns else "turn" if nouns else ""

    def after(self, pick: Candidate) -> tuple[str, ...]:
        """Return the words after a source."""
        if pick.kind == "mention":
            return self.places[pick.place].after
        return self.equations[pick.place].after if pick.kind == "result" else ()

    def per(self, pick: Candidate) -> str:
        """Return the unit that the unit of a source is counted by."""
        if pick.kind == "mention":
            return self.places[pick.place].per
        return self.equations[pick.place].per if pick.kind == "result" else ""

    def reference(self, slot: Slot) -> frozenset[str]:
        """Return what the text says that the other numbers of its equation are shares, multiples or differences of."""
        found = self._references.get(slot)
        if found is None:
            places = [
                self.places[pick.place]
                for other in self.beside(slot)
                for pick in self.picks(other)
                if pick.kind == "mention"
            ]
            found = self._references[slot] = frozenset().union(
                *(place.reference for place in places if place.relation or place.own or place.mention.kind == "percent")
            )
        return found

    def _alike(self, one: int, other: int) -> float:
        """Return the share of the words of two sentences that both have, a quarter added to either count: never 0."""
        left, right = self.equations[one].segment, self.equations[other].segment
        return (len(left & right) + 0.25) / (len(left | right) + 0.25)

    def options(self, slot: Slot) -> list[tuple[Candidate, float]]:
        """Return the candidates of a slot, each with the score of its static features."""
        found = self._options.get(slot)
        if found is None:
            picks = self.picks(slot)
            found = [(pick, score(static_features(slot, pick, self))) for pick in picks]
            self._options[slot] = found
        return found

    def picks(self, slot: Slot) -> list[Candidate]:
        """Return the candidates of a slot."""
        found = self._picks.get(slot)
        if found is None:
            found = self._picks[slot] = find_candidates(slot, self.known)
        return found

    def fitting(self, mention: int) -> list[int]:
        """Return the slots, by number, that a mention or a later one that says the same could fill; it is the first."""
        found = self._fitting.get(mention)
        if found is None:
            found = self._fitting[mention] = [
                number
                for number, slot in enumerate(self.slots)
                if any(pick.kind == "mention" and self.first[pick.place] == mention for pick in self.picks(slot))
            ]
        return found

    def equals(self, slot: Slot) -> list[int]:
        """Return the mentions that have the value of a slot."""
        found = self._equals.get(slot)
        if found is None:
            found = [at for at, place in enumerate(self.places) if place.mention.value == slot.value]
            self._equals[slot] = found
        return found


def score(features: Features) -> float:
    """Weigh features."""
    weight, total = WEIGHTS.get, 0.0
    for name, amount in features:
        total += weight(name, 0.0) * amount
    return total


def _content(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in STOP)


def _counted(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that say what a number counts, without those that say by what: the miles of `miles per hour`."""
    end = next((at for at, word in enumerate(words) if word in PER), len(words))
    return _content(words[:end])


def head(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a phrase is about: its first words that say something, at most two, up to one that says nothing."""
    found: list[str] = []
    for word in words:
        if word in STOP:
            if found:
                break
            continue
        found.append(word)
    return tuple(found[:2])


def static_features(slot: Slot, pick: Candidate, known: Scene) -> Features:
    """Describe how well a candidate fits a slot, whatever the other slots hold."""
    if pick.kind == "mention":
        return _mention_features(slot, pick, known)
    if pick.kind == "result":
        return _result_features(slot, pick, known)
    if pick.kind == "constant":
        return _constant_features(slot, pick, known)
    return _free_features(slot, known)


def _free_features(slot: Slot, known: Scene) -> Features:
    """Describe a number from nowhere; where a mention has its value, it may still be an implicit count."""
    if len(known.picks(slot)) == 1:
        return [("free", 1.0)]
    features: Features = [("implicit", 1.0), (f"implicit_{slot.role}", 1.0)]
    if slot.value > MOST_COUNTED:
        features.append(("implicit_large", 1.0))
    return features + _unshown_features("implicit", slot, known) + _told_features("implicit", slot, known)


_TELLING = frozenset(
    (
        "average", "back", "both", "double", "doubl", "half", "halv", "herself", "himself", "includ", "itself", "leg",
        "month", "other", "round", "side", "split", "together", "triple", "tripl", "trip", "twice", "way", "week",
        "weekday", "weekend", "year", "hour", "minute", "percent", "whole", "child", "parent", "brother", "sister",
        "friend", "wife", "husband", "person",
    )
)  # fmt: skip
"""Words of a solution's sentence that say for or against a number that no text states: `he drives both ways`."""


def _told_features(prefix: str, slot: Slot, known: Scene) -> Features:
    """Say what the sentence of a slot that is filled by no number of the text tells of: its telling words, `each`."""
    size = _SIZES[slot.value] if slot.value in (1, 2) else "more"
    equation = known.equations[slot.equation]
    features = [(f"{prefix}_{size}_{word}", 1.0) for word in sorted(_TELLING & equation.words)]
    return [*features, (f"{prefix}_{size}_dealt_{slot.role}", 1.0)] if equation.dealt else features


def _unshown_features(prefix: str, slot: Slot, known: Scene) -> Features:
    """Say of a constant whether the text has the literal at all, and what stands behind it there."""
    if known.equations[slot.equation].annotated and not slot.leaf.shown:
        return [(f"{prefix}_unshown", 1.0)]
    nouns = _content(slot.leaf.after)[:2]
    return [] if nouns else [(f"{prefix}_bare", 1.0)]


_SIZES: dict[Number, str] = {0: "zero", 1: "one", 2: "two", 100: "hundred"}
"""Constants that stand in solutions of any kind."""

MOST_COUNTED = 5
"""The largest implicit count that is common: friends that are named, days of a weekend."""


def _constant_features(slot: Slot, pick: Candidate, known: Scene) -> Features:
    features: Features = [(f"constant_cue{pick.strength}", 1.0), (f"constant_{slot.role}", 1.0)]
    if slot.leaf.dollar:
        features.append(("constant_dollar", 1.0))
    scaling = known.scaling(slot)
    if scaling:
        features.append((f"constant_{scaling}_{slot.role}", 1.0))
    if not slot.leaf.made and pick.value != 1 and any(place.mention.value == pick.value for place in known.places):
        features.append(("constant_stated", 1.0))
    if pick.value in CONVERSIONS and pick.strength == 2 and slot.role in ("factor", "divisor"):
        features.append(("constant_conversion", 1.0))
    size = _SIZES.get(pick.value, "other")
    features.append((f"constant_{size}_cue{pick.strength}", 1.0))
    if size in ("one", "two"):
        features.append((f"constant_{size}_{slot.role}", 1.0))
    features += _unshown_features("constant", slot, known)
    features += _told_features("constant", slot, known)
    if slot.role == "divisor" and known.terms(slot) == slot.value:
        features.append(("constant_counts_terms", 1.0))
    if any(place.mention.value == pick.value and place.mention.kind == "group" for place in known.places):
        features.append(("constant_stated_group", 1.0))
    nouns = _counted(slot.leaf.after)[:2]
    if nouns and pick.value not in (1, 2):
        hit = not cue_words(pick.value).isdisjoint(nouns)
        features.append((f"constant_noun_{'hit' if hit else 'miss'}", 1.0))
        equal = [place for place in known.places if place.mention.value == pick.value]
        if hit and equal and all(set(nouns).isdisjoint(place.near) for place in equal):
            features.append(("constant_noun_alone", 1.0))
    return features


def _mention_features(slot: Slot, pick: Candidate, known: Scene) -> Features:
    equation, place = known.equations[slot.equation], known.places[pick.place]
    # The coefficients of an unknown are added up, but each of them multiplies.
    role = "factor" if equation.letter and slot.role == "plus" else slot.role
    features: Features = [("mention", 1.0), (f"kind_{_kind(place)}_{role}", 1.0)]
    if pick.view != "same":
        features.append((f"view_{pick.view}", 1.0))
    if pick.view == "flip" and slot.role == "factor":
        features.append(("view_flip_factor", 1.0))
    if pick.view != "same" and any(other.mention.value == slot.value for other in known.places):
        features.append(("view_beside_plain", 1.0))
    if pick.value in (1, 2) and pick.view == "same":
        features.append((f"m_{_SIZES[pick.value]}_{role}", 1.0))
    if place.mention.kind == "percent" and pick.view in ("same", "hundred_less") and not slot.leaf.percent:
        over = any(other.value in (100, Fraction(1, 100)) for other in known.beside(slot))
        features.append((f"m_percent_{'over' if over else 'unsaid'}", 1.0))
    if pick.value in CUED and not cue_words(pick.value).isdisjoint(place.near):
        features.append(("m_states_constant", 1.0))
    scaling = known.scaling(slot)
    if scaling:
        share = place.mention.kind in ("fraction", "multiple", "percent") or place.relation == "times"
        features.append((f"m_{scaling}_{'share' if share else 'count'}_{slot.role}", 1.0))
    features += _reference_features("m", slot, place.clause | place.names, known)
    features += _order_features(place, equation)
    features += _per_features("m", slot, place.per, place.clause | place.near)
    if slot.role == "divisor" and known.terms(slot) == slot.value:
        features.append((f"m_counts_terms_{'ordinal' if place.mention.kind == 'ordinal' else 'other'}", 1.0))
    if pick.value == 2 and head(place.after)[:1] and head(place.after)[0] in _TIMES:
        features.append((f"m_two_times_{role}", 1.0))
    if pick.value == 2 and equation.dealt:
        features.append((f"m_two_dealt_{role}", 1.0))
    # An ordinal shares its noun with what is counted: `the second day`.
    prefix = "o" if place.mention.kind == "ordinal" else "m"
    last = max(1, len(known.places) - 1), max(1, len(known.equations) - 1)
    features.append(("m_far", abs(pick.place / last[0] - slot.equation / last[1])))
    features.append(("m_company", float(len((place.company & equation.numbers) - {slot.value}))))
    features += _noun_features(prefix, slot, place.after, place.dollar)
    if place.own:
        hit = not place.own.isdisjoint(equation.words)
        features.append((f"m_own_{'hit' if hit else 'miss'}{'_flip' if pick.view == 'flip' else ''}", 1.0))
    if slot.leaf.shown:
        features.append(("m_ahead", float(len(set(_content(slot.leaf.before)[-2:]) & set(place.before)))))
    features.append((f"{prefix}_near", known.near.overlap(equation.segment, place.near)))
    features.append((f"{prefix}_clause", known.clause.overlap(equation.segment, place.clause)))
    features.append((f"{prefix}_pairs", known.pairs.overlap(equation.pairs, place.pairs)))
    features.append((f"{prefix}_sentence", known.sentence.overlap(equation.words, place.sentence)))
    if place.names and equation.names:
        features.append((f"m_name_{'miss' if equation.names.isdisjoint(place.names) else 'hit'}", 1.0))
    features += _unit_features("m", slot, equation, head(place.after), place.dollar)
    if place.asked:
        features.append(("m_asked", 1.0))
    if place.each:
        features.append((f"m_each_{slot.role}", 1.0))
    if place.relation:
        features.append((f"m_{place.relation}_{'base' if slot.base else slot.role}", 1.0))
        if slot.leaf.relation:
            features.append((f"m_relation_{'hit' if slot.leaf.relation == place.relation else 'miss'}", 1.0))
    elif slot.leaf.relation:
        features.append(("m_relation_none", 1.0))
    return features


_TIMES = frozenset(("second", "minute", "hour", "day", "week", "month", "year", "decade"))


def _per_features(prefix: str, slot: Slot, per: str, words: frozenset[str]) -> Features:
    """Hold the unit that a literal's unit is counted by against that of a source: 5 miles/day, 5 miles a day."""
    if not slot.leaf.per:
        return []
    told = "hit" if per == slot.leaf.per else "near" if slot.leaf.per in words else "miss" if per else "none"
    return [(f"{prefix}_per_{told}", 1.0)]


def _order_features(place: Place, equation: Equation) -> Features:
    """Compare the first, next, other of a number with those that the equation speaks of."""
    if not place.order or not equation.order:
        return []
    return [(f"m_order_{'miss' if place.order.isdisjoint(equation.order) else 'hit'}", 1.0)]


def _reference_features(prefix: str, slot: Slot, words: frozenset[str], known: Scene) -> Features:
    """Hold a source against what the other number of the equation is said to be taken of."""
    reference = known.reference(slot)
    if not reference:
        return []
    hits = len(reference & words)
    return [(f"{prefix}_reference", hits / len(reference))] if hits else [(f"{prefix}_reference_none", 1.0)]


def _kind(place: Place) -> str:
    """Return the kind of a mention; numbers in words are like those in digits, and a pair is seldom counted."""
    if place.mention.kind == "group" and place.mention.value == 2:
        return "pair"
    return "integer" if place.mention.kind == "word" else place.mention.kind


def _unit_features(prefix: str, slot: Slot, equation: Equation, nouns: tuple[str, ...], dollar: bool) -> Features:
    """Compare what the result counts with what the source counts: sums keep the unit, products may change it."""
    features: Features = []
    role = "base" if slot.base else slot.role
    unit = head(equation.after)
    if unit and nouns:
        hit = not set(unit).isdisjoint(nouns)
        features.append((f"{prefix}_unit_{'hit' if hit else 'miss'}_{role}", 1.0))
        if not hit and (nouns[0] in UNITS or unit[0] in UNITS):
            features.append((f"{prefix}_clash_{role}", 1.0))
    if equation.dollar or dollar:
        word = "both" if equation.dollar and dollar else "result" if equation.dollar else "source"
        features.append((f"{prefix}_money_{word}_{role}", 1.0))
    return features


def _noun_features(prefix: str, slot: Slot, words: tuple[str, ...], dollar: bool) -> Features:
    """Compare what follows the literal with what follows the source."""
    features: Features = []
    leaf = slot.leaf
    if not leaf.shown:
        return features
    prefix = prefix + "b" if leaf.borrowed else prefix
    after, nouns = _counted(leaf.after), _counted(words)
    if after and nouns:
        if after[0] == nouns[0]:
            features.append((f"{prefix}_noun_first", 1.0))
        elif after[0] in nouns or nouns[0] in after:
            features.append((f"{prefix}_noun_hit", 1.0))
        elif set(after) & set(nouns):
            features.append((f"{prefix}_noun_near", 1.0))
        else:
            features.append((f"{prefix}_noun_miss", 1.0))
            if after[0] in UNITS or nouns[0] in UNITS:
                features.append((f"{prefix}_noun_clash", 1.0))
    if leaf.dollar:
        features.append((f"{prefix}_dollar_{'both' if dollar else 'leaf'}", 1.0))
    elif dollar:
        features.append((f"{prefix}_dollar_source", 1.0))
    return features


def _result_features(slot: Slot, pick: Candidate, known: Scene) -> Features:
    equation, source = known.equations[slot.equation], known.equations[pick.place]
    features: Features = [("result", 1.0), (f"result_{slot.role}", 1.0)]
    features.append((f"result_back{min(slot.equation - pick.place, 4)}", 1.0))
    if pick.view != "same":
        features.append((f"result_view_{pick.view}", 1.0))
    features += _noun_features("r", slot, source.after, source.dollar)
    features.append(("r_words", known.words.overlap(equation.segment, source.segment)))
    features.append(("r_pairs", known.phrases.overlap(equation.pairs, source.pairs)))
    if source.names and equation.names:
        features.append((f"r_name_{'miss' if equation.names.isdisjoint(source.names) else 'hit'}", 1.0))
    features += _reference_features("r", slot, source.segment | source.names, known)
    features += _per_features("r", slot, source.per, source.segment)
    if slot.first:
        features.append(("r_first", 1.0))
    features += _unit_features("r", slot, equation, head(source.after), source.dollar)
    return features
