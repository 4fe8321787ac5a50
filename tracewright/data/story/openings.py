"""How a story opens: one amount, or several of a kind along a dimension (days, people), each given or compared.

Members are told in order. A member is given, made of groups (4 trays of 12), or compared with members before it: more,
fewer, times, a part, per cent, as many as two others. What comes of them is their sum, with which the story goes on, or
a question about them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from typing import NamedTuple

from tracewright.data.story.comparison import RELATIONS, Maker
from tracewright.data.story.graph import Node, computed
from tracewright.data.story.loading import load_relations
from tracewright.data.story.stock import Opening
from tracewright.data.story.tale import Tale, draw_amount
from tracewright.data.story.template import Template, stated, template
from tracewright.data.vocabulary import Values, slug

_slug = lru_cache(maxsize=8192)(slug)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SESSIONS = ("in the morning", "in the afternoon", "in the evening")


@dataclass(slots=True)
class Member:
    """One of the amounts of an opening: how it is told, and its quantity, which is drawn later."""

    subject: tuple[str, ...] | str
    adverb: str
    noun: str
    reference: str
    node: Node
    name: str
    adverbial: bool


class Opened(NamedTuple):
    """What an opening has come to."""

    members: list[Member]
    opening: Opening
    dim: str


def open_story(tale: Tale) -> Opened | None:
    """Tell the opening; None where its numbers do not come out right."""
    scene, draws = tale.scene, tale.draws
    opening = draws.weighted(scene.openings, scene.weights)
    dim = draws.weighted(list(opening.dims), list(opening.dims.values()))
    if dim == "kinds" and tale.row and tale.row.get("kinds") == "none":
        dim = "single"  # lemon bread rolls
    tale.dim = dim
    tale.kind = opening.to
    tale.env.update(opening.words)
    tale.env["noun"] = opening.name
    if opening.habit and dim in ("single", "kinds") and draws.chance(opening.habit):
        tale.habit, tale.past = True, False
    if opening.measure == "attribute":
        tale.past = False
    count = _count(tale, dim)
    if opening.measure == "price" and opening.to == "earned":
        count = min(count, tale.target - 1)  # whoever sells, sells several of each
        if count < 2:
            return None
    makers = _skeleton(tale, opening, dim, count)
    if opening.measure == "price":
        makers = _buy(tale, opening, makers)
    members: list[Member] = []
    budget = tale.target - (1 if count > 1 else 0)
    for place, member in enumerate(makers):
        made = _member(tale, opening, members, member, budget - tale.steps, place == count - 1)
        if made is None:
            return None
        members.append(made)
    return Opened(members, opening, dim)


def _count(tale: Tale, dim: str) -> int:
    """Draw how many members there are, as the number of steps allows."""
    if dim == "single":
        return 1
    most = {2: 2, 3: 3}.get(tale.target, 4)
    if dim == "sessions":
        most = min(most, 3)
    if dim == "places":
        most = min(most, len(tale.scene.places))
    return min(most, tale.draws.weighted((2, 3, 4), (50, 40, 10)))


def _skeleton(tale: Tale, opening: Opening, dim: str, count: int) -> list[Member]:
    """Draw who or when or which the members are."""
    draws, scene = tale.draws, tale.scene
    items = str(tale.env.get("items", ""))
    noun = _slug(items) or opening.name
    blank = Node(0, "", "")
    actor = template("{P}").options[0][0]
    if dim == "people":
        rows = draws.some(scene.actor, count)
        tale.named = [str(row["one"]) for row in rows]
        return [
            Member(str(row["one"]), "", items, str(row["one"]), blank, f"{row['slug']}.{noun}", False) for row in rows
        ]
    if opening.things:
        rows = draws.some(opening.things, count)
        return [
            Member(
                f"the {row['one']}" if opening.measure != "price" else str(row["a"]),
                "",
                items,
                f"the {row['one']}" if opening.measure != "price" else str(row["a"]),
                blank,
                _slug(f"{row['one']} {opening.name}"),
                False,
            )
            for row in rows
        ]
    if dim == "kinds":
        kinds = draws.some(scene.kinds, count)
        return [
            Member(
                actor,
                "",
                f"{kind} {items}",
                draws.pick((f"{kind} {items}", f"{kind} ones")),
                blank,
                _slug(f"{kind} {noun}"),
                False,
            )
            for kind in kinds
        ]
    if dim in ("days", "sessions", "places"):
        if dim == "days":
            start = draws.below(8 - count)
            adverbs = [f"on {day}" for day in DAYS[start : start + count]]
        else:
            adverbs = list(SESSIONS[:count]) if dim == "sessions" else draws.some(scene.places, count)
        return [
            Member(actor, adverb, items, adverb, blank, _slug(f"{adverb.split()[-1]} {noun}"), True)
            for adverb in adverbs
        ]
    return [Member(actor, "", items, "", blank, noun, False)]


def _member(tale: Tale, opening: Opening, before: list[Member], new: Member, budget: int, last: bool) -> Member | None:
    """Draw one member and tell it."""
    draws = tale.draws
    values = opening.amounts if isinstance(opening.amounts, Values) else (tale.row or {}).get("amount")
    if opening.things:
        row_values = next(row for row in opening.things if _slug(f"{row['one']} {opening.name}") == new.name).get(
            "price"
        )
        values = row_values if isinstance(row_values, Values) else values
    if not isinstance(values, Values):
        return None
    says = load_relations().says[opening.measure, class_of(tale.dim, new)]
    if before and budget > 0 and not (draws.chance(0.38) and tale.target < 7):
        made = _compare(tale, opening, before, new, budget, values, says)
        if made:
            return made
    if opening.groups and budget > 0 and new.node.value == 0 and draws.chance(0.4 if tale.dim != "single" else 0.6):
        return _groups(tale, opening, new, not before)
    value = draw_amount(draws, values)
    kind = "money" if opening.money or opening.measure == "price" else "integer"
    if opening.dozens and value and value % 12 == 0 and value <= 144 and draws.chance(opening.dozens):
        kind = "dozens"
    node = Node(value or 2, new.name, kind)
    following = bool(before) and tale.dim != "people" and "given_next" in says and draws.chance(0.6)
    text = draws.pick(says["given_next" if following else "given"])
    _tell(
        tale,
        stated(text, opening.verb),
        {"n": node},
        new,
        None,
        None,
        not before and opening.measure != "price",
    )
    new.node = node
    return new


def _compare(
    tale: Tale,
    opening: Opening,
    before: list[Member],
    new: Member,
    budget: int,
    values: Values,
    says: Mapping[str, tuple[str, ...]],
) -> Member | None:
    """Let a member be told by comparison; a few tries until the numbers come out right."""
    draws = tale.draws
    low, high = values.numbers[0], values.numbers[-1] * (1 if opening.within else 2)
    least = low if opening.within else max(2, low // 2)
    names, ends = _able(opening.measure, class_of(tale.dim, new), min(budget, 2), min(len(before), 2))
    for _ in range(3):
        name = draws.ranked(names, ends)
        relation = RELATIONS[name]
        others = (
            draws.some(before, relation.others)
            if len(before) > 1 and not draws.chance(0.5)
            else before[-relation.others :]
        )
        maker = Maker(draws, low, high, opening.money or opening.measure == "price")
        node = relation.draw(maker, [other.node for other in others], new.name)
        if node is None or not least <= node.value <= high or node.value.__class__ is not int:
            continue
        behind = bool(relation.back) and name in says and others[0] is before[-1] and _plain(before[-1].node)
        if behind:  # `that is` must not follow two amounts in one sentence
            tale.sentences[-1] = tale.sentences[-1]._replace(pairs=False)
        texts = says[name if behind else relation.back or name]
        if not opening.ellipsis or any(_grouped(other.node) for other in others):  # as many trays, or as many rolls?
            texts = tuple(text for text in texts if "{np}" in text or "the number of" in text)
        found = stated(draws.pick(texts), opening.verb)
        if relation.back:
            _tell(tale, found, maker.letters, others[0], new, None, False, pairs=False)
        else:
            _tell(tale, found, maker.letters, new, others[0], others[1] if relation.others > 1 else None, False)
        tale.steps += relation.steps
        new.node = node
        return new
    return None


def _plain(node: Node) -> bool:
    """Say whether an amount was told by itself, given or in groups: then `that is` can mean nothing else."""
    return not node.op or _grouped(node)


def _grouped(node: Node) -> bool:
    """Say whether an amount was told in groups: two nouns that `as many` could mean."""
    return node.op == "mul" and not node.owner


@cache
def _able(measure: str, kind: str, steps: int, others: int) -> tuple[list[str], list[int]]:
    """Return the relations that so many steps and known amounts allow, and their weights, added up."""
    says = load_relations().says[measure, kind]
    names = [
        name
        for name, relation in RELATIONS.items()
        if relation.steps <= steps and relation.others <= others and (relation.back or name) in says
    ]
    return names, list(accumulate(RELATIONS[name].weight for name in names))


def class_of(dim: str, member: Member) -> str:
    """Return which sentences of `relations.yaml` tell a member."""
    return "people" if dim == "people" else "adverb" if member.adverbial else "subject"


def _groups(tale: Tale, opening: Opening, new: Member, first: bool) -> Member | None:
    """Let a member be made of groups: 4 trays of 12."""
    found, limits, names = tale.draws.pick(opening.groups)
    letters = {
        letter: Node(tale.draws.pick(limits[letter].numbers), names.get(letter, default), limits[letter].kind)
        for letter, default in (("g", "groups"), ("s", "size"))
    }
    node = computed("mul", (letters["g"], letters["s"]), new.name)
    tale.rate = True
    tale.steps += 1
    _tell(tale, found, letters, new, None, None, first)
    new.node = node
    return new


def _tell(
    tale: Tale,
    found: Template,
    letters: Mapping[str, Node],
    new: Member,
    other: Member | None,
    second: Member | None,
    first: bool,
    pairs: bool = True,
) -> None:
    words = {
        "S": new.subject, "np": new.noun, "adv": new.adverb, "on": f"{new.adverb}, " if new.adverb else "",
        "ref": other.reference if other else "", "ref2": second.reference if second else "",
    }  # fmt: skip
    if other and second is None and other.adverbial and tale.draws.chance(0.2) and _next_day(other.adverb, new.adverb):
        if tale.past or "he" not in found.slots:  # not: she bakes twice what she bakes the day before
            words["ref"] = "the day before"
    pieces = tale.fill(found, letters, words)
    if first and tale.habit:
        pieces = [tale.draws.pick(("every day, ", "each day, ")), *pieces]
    tale.add(pieces, pairs=pairs)


def _next_day(before: str, after: str) -> bool:
    days = [text.split()[-1] for text in (before, after)]
    return days[0] in DAYS and days[1] in DAYS and DAYS.index(days[1]) == DAYS.index(days[0]) + 1


def _buy(tale: Tale, opening: Opening, makers: list[Member]) -> list[Member]:
    """Say what is bought, with counts where the opening has them; what is bought once is `the shirt` from then on."""
    draws = tale.draws
    rows = {_slug(f"{row['one']} {opening.name}"): row for row in opening.things}
    sold = opening.to == "earned"
    counted = sold or (opening.counts is not None and tale.target - 1 >= 2 and draws.chance(0.75))
    parts: list[list[str | Node]] = []
    left = tale.target - 1
    for place, member in enumerate(makers):
        row = rows[member.name]
        several = row.get("buy") != "one" and (sold or draws.chance(0.8))
        if counted and left > 0 and opening.counts and several:
            node = Node(draws.pick(opening.counts.numbers), _slug(str(row["many"])), "integer")
            tale.weights[place] = node
            parts.append([node, f" {row['many']}"])
            left -= 1
            tale.steps += 1
        else:
            parts.append([str(row["a"])])
            member.subject = member.reference = f"the {row['one']}"
    listed: list[str | Node] = []
    for place, part in enumerate(parts):
        listed += [*([", "] if 0 < place < len(parts) - 1 else [" and "] if place else []), *part]
    tale.say(draws.pick(opening.buy), {}, {"list": tuple(listed)})
    return makers


def weighted_sum(tale: Tale, members: list[Member], name: str) -> Node:
    """Return the sum of the members, each times its count where it has one."""
    terms = []
    for place, member in enumerate(members):
        count = tale.weights.get(place)
        terms.append(computed("mul", (count, member.node), f"{member.name}_total") if count else member.node)
    return computed("add", tuple(terms), name, "sum") if len(terms) > 1 else terms[0]
