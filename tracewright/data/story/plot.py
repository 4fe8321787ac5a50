"""The plot: whether a story asks about its opening or goes on with acts, which acts, and what is asked in the end.

Acts are drawn among those that fit the kind of quantity the story has come to, the steps that are left and what has
happened before; what an act computes is in `moves.py`, how it is told in the stock.
"""

import re
from collections.abc import Sequence

from tracewright.data.story.graph import Node, computed, needed
from tracewright.data.story.loading import load_relations
from tracewright.data.story.moves import MONEY, MOVES, Played, play
from tracewright.data.story.openings import Member, Opened, class_of, weighted_sum
from tracewright.data.story.stock import Act
from tracewright.data.story.tale import Tale
from tracewright.data.story.template import Template, asked, template
from tracewright.data.vocabulary import plural
from tracewright.errors import DataError

Pieces = list[str | Node]


def question_of(tale: Tale, opened: Opened) -> Pieces | None:
    """Bring a story from its opening to its question; None where its numbers do not come out right."""
    return _close(tale, opened) if _ends_here(tale, opened) else _go_on(tale, opened)


def _ends_here(tale: Tale, opened: Opened) -> bool:
    """Say whether the story asks about its opening, rather than going on with the sum."""
    left = tale.target - tale.steps
    if opened.dim == "single":
        return False
    acts = tale.scene.acts.get(tale.kind)
    if not acts or (opened.dim == "people" and not tale.scene.merge):
        return True
    return left <= 1 or (left == 2 and tale.draws.chance(0.3))


# The question of an opening


def _close(tale: Tale, opened: Opened) -> Pieces | None:
    """Ask about the members of an opening: their sum, a difference, the average, the last, or after a gift."""
    members, opening = opened.members, opened.opening
    texts = load_relations().questions[opening.measure, class_of(opened.dim, members[0])]
    pair = _difference(members)
    options = [option for option in _questions(tale, opened, pair) if option[0] in texts or option == ("total", 10)]
    if not opening.ask and "total" not in texts:
        options.remove(("total", 10))
    if not options:
        return None
    kind = tale.draws.weighted([name for name, _ in options], [weight for _, weight in options])
    first = second = members[-1]
    if kind == "last":
        tale.state = first.node
    elif kind == "difference" and pair is not None:
        first, second = pair
        tale.state = computed("sub", (first.node, second.node), "difference", "sum")
    elif kind == "transfer":
        given = _transfer(tale, opened)
        if given is None:
            return None
        first = given
    else:
        tale.state = weighted_sum(tale, members, "total")
        if kind == "average":
            tale.state = computed("div", (tale.state, Node(len(members), "count", "constant")), "average", "sum")
    assert tale.state is not None
    tale.steps = len(needed(tale.state))
    together = kind in ("total", "average")
    tale.plural = opened.dim == "people" and together
    told = tale.sentences[-1]
    if not str(told.pieces[0]).startswith(_WHEN):
        tale.sentences[-1] = told._replace(joins=True, pairs=False)
    tale.env |= {
        "adv": first.adverb,
        "np": str(tale.env.get("items", "")) if together else first.noun,
        "S": first.subject,
        "ref": second.reference,
        "np2": second.noun,
        "unitname": "person" if opened.dim == "people" else "day",
    }
    asks = opening.ask if kind == "total" else ()
    return tale.fill(tale.draws.pick(asks) if asks else _asked(tale, texts[kind], opening.verb), {})


_WHEN = ("on ", "in ", "at ", "next ", "behind ", "along ", "every ", "each ", "that ")
"""Sentences that begin with when or where, or with `that is`, do not stand behind `if`."""


def _asked(tale: Tale, texts: Sequence[str], verb: str) -> Template:
    return template(asked(tale.draws.pick(texts), verb))


def _questions(tale: Tale, opened: Opened, pair: tuple[Member, Member] | None) -> list[tuple[str, int]]:
    """Return what can be asked of an opening, with weights: everything that was told must be needed."""
    members = opened.members
    left = tale.target - tale.steps
    options = [("total", 10)]
    last = members[-1].node
    if last.op and len(needed(last)) >= 2 and _reaches(last, members):
        options.append(("last", 12 if left <= 0 else 4))
    if tale.weights:
        return options
    if pair is not None and tale.steps >= 1:
        options.append(("difference", 4))
    total = sum(member.node.value for member in members)
    if left >= 1 and total % len(members) == 0 and opened.dim in ("people", "days"):
        options.append(("average", 9))
    if opened.opening.verb == "has" and opened.dim == "people" and left >= 1:
        options.append(("transfer", 6))
    return options


def _transfer(tale: Tale, opened: Opened) -> Member | None:
    """Let one of two people give the other some, and return whose amount is asked for; None where that is not all."""
    giver, receiver = opened.members[0], opened.members[-1]
    if tale.draws.chance(0.5):
        giver, receiver = receiver, giver
    amount = tale.draws.near(2, int(giver.node.value) // 2)
    if amount is None or len(opened.members) > 2:
        return None
    given = Node(amount, "given", "integer")
    gained = computed("add", (receiver.node, given), "after")
    lost = computed("sub", (giver.node, given), "after")
    options = [(lost, giver), (gained, receiver)]
    options = [option for option in options if _reaches(option[0], opened.members)]
    if not options:
        return None
    tale.state, whose = tale.draws.pick(options)
    words = {"A": str(giver.subject), "B": str(receiver.subject)}
    tale.say(template("{A} <gives!> {n} {items} to {B}"), {"n": given}, words, joins=True)
    return whose


def _reaches(node: Node, members: Sequence[Member]) -> bool:
    """Say whether a quantity is computed from all others."""
    steps = needed(node)
    seen = {id(step) for step in steps} | {id(arg) for step in steps for arg in step.args}
    return all(id(member.node) in seen for member in members)


def _difference(members: Sequence[Member]) -> tuple[Member, Member] | None:
    """Return two members of which the first is more, and which together need all others; the difference is not told."""
    for first, second in ((members[-1], members[0]), (members[0], members[-1]), (members[-1], members[-2])):
        if (
            first.node.value - second.node.value < 2
            or _tells(first.node, second.node)
            or _tells(second.node, first.node)
        ):
            continue
        if _reaches(computed("sub", (first.node, second.node), ""), members):
            return first, second
    return None


def _tells(one: Node, other: Node) -> bool:
    """Say whether one is so many more or fewer than the other, so that their difference stands in the text."""
    return one.op in ("add", "sub") and other in one.args


# What happens after the opening


def _go_on(tale: Tale, opened: Opened) -> Pieces | None:
    """Let acts happen to what the opening has come to, until the story is long enough; then ask."""
    members, opening = opened.members, opened.opening
    if len(members) > 1:
        tale.state = weighted_sum(tale, members, "cost" if opening.measure == "price" else "total")
        tale.steps += 1
    else:
        tale.state = members[0].node
    if opened.dim == "people":
        if not _next_act(tale, set()):
            return None
        tale.plural = True
        tale.say(tale.draws.pick(tale.scene.merge))
    if opened.dim == "single" and "." not in members[0].name:
        tale.entity = members[0].name
    last: Act | None = None
    done: set[str] = set()
    while tale.steps < tale.target:
        found = _next_act(tale, done)
        if found is None:
            break
        last, played = found
        asked = _happen(tale, last, played)
        done.add(last.once)
        if last.end:
            return asked
    if last is None and len(members) > 1:
        return _close(tale, opened)
    if last is None:
        return None
    return _ask(tale, last)


def _next_act(tale: Tale, done: set[str]) -> tuple[Act, Played] | None:
    """Draw an act that fits the amount, the steps that are left, and what has happened before."""
    left = tale.target - tale.steps
    assert tale.state is not None
    able = _able(tale, done, left)
    while able:
        act = tale.draws.weighted(able, [item.weight for item in able])
        found = play(act, tale.state, tale.draws, tale.row, tale.kind in MONEY, tale.scene.most.get(act.to, 5000))
        if found is not None:
            return act, found
        able.remove(act)
    return None


def _able(tale: Tale, done: set[str], left: int) -> list[Act]:
    """Return the acts that fit."""
    dim = tale.dim
    able = []
    for act in tale.scene.acts.get(tale.kind, ()):
        steps = MOVES[act.move][1]
        if steps > left or (act.end and steps < left) or act.once in done or dim in act.without:
            continue
        if act.value is not None and tale.state and not act.value[0] <= tale.state.value <= act.value[1]:
            continue
        if not act.needs or _meets(tale, act.needs):
            able.append(act)
    return able


def _meets(tale: Tale, needs: str) -> bool:
    """Say whether the story is as an act needs it."""
    if needs in ("habit", "plain"):
        return tale.habit == (needs == "habit")
    if needs in ("open", "changed"):
        return bool(tale.changes) == (needs == "changed")
    if needs == "touched":
        return tale.touched
    return not (tale.grown or tale.habit or (needs == "fresh" and tale.touched))


def _happen(tale: Tale, act: Act, played: Played) -> Pieces:
    """Tell an act, and let the story come to its result; return the question where the act ends the story."""
    tale.refer()
    if act.rate:
        tale.rate = True
    elif act.move not in ("times_constant", "over_constant"):
        tale.rate = tale.rate and act.move in ("times", "over")
    if act.unit:
        tale.env["unit"], tale.env["units"] = act.unit, plural(act.unit)
    plain = [say for say in act.says if not say.early]
    one = tale.plural or any(sentence.early for sentence in tale.sentences)
    say = tale.draws.pick(plain if plain and one else act.says)
    if say.early:
        tale.say(say.early, played.letters, early=True)
    if say.say:
        tale.say(say.say, played.letters, joins=say.joins, follows=say.follows and act.on == act.to)
    tale.state = played.node
    tale.steps += MOVES[act.move][1]
    tale.changes += 1
    if act.to != act.on:
        tale.kind, tale.touched, tale.grown, tale.lost = act.to, False, False, False
    elif act.move.startswith("less"):
        tale.touched, tale.grown, tale.lost = True, False, True
    elif act.move.startswith("plus"):
        tale.grown, tale.touched = True, False
    return tale.fill(tale.draws.pick(act.asks), played.letters) if act.end else []


_TIMED = re.compile(r"\b(?:day|week|month|year|altogether|total|all|average|then|end)\b")
"""Questions to which `every day` is not added."""


def _ask(tale: Tale, last: Act) -> Pieces | None:
    """Ask for what the story has come to."""
    tale.refer()
    asks: Sequence[Template] = last.asks
    if not asks:
        suffix = "_left" if tale.touched else "_now" if tale.grown else ""
        asks = tale.scene.asks.get(tale.kind + suffix) or tale.scene.asks.get(tale.kind, ())
    if not asks:
        raise DataError(
            f"scene {tale.scene.name}: nothing is asked of {tale.kind!r}",
            f"add it under 'asks', or 'ask' to the act with {last.name!r}",
        )
    if tale.habit:  # not: every day ..., how much in total?
        asks = [ask for ask in asks if not _TIMED.search(ask.text)] or asks
    found = tale.draws.pick(asks)
    pieces = tale.fill(found, {})
    if tale.habit and not _TIMED.search(found.text):
        pieces.append(tale.draws.pick((" every day", " each day", " per day")))
    return pieces
