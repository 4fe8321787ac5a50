"""Free recombination: stories told from a graph of quantities, so that shapes that no schema has also occur.

`story(seed, index)` draws a scene (a bakery, a road trip), an opening (amounts along days, people, colours, each given or
compared with others), and acts (given away, packed, sold, shared, taxed) until the graph has the number of steps that was
drawn; then it asks for what the graph has come to. The trace is that graph. Like a schema's problem, a story is a pure
function of its seed and index.

What may be told is data (`relations.yaml`, `packs.yaml`, `scenes/*.yaml`), written by people who need not read Python:
`docs/stories.md`. Not covered: evaluation splits (stories are training data), problems with equations to be solved.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from tracewright.data.naming import Naming
from tracewright.data.problem import Problem
from tracewright.data.story.draw import Draws
from tracewright.data.story.graph import Node, computed, needed, used_mentions, write_trace
from tracewright.data.story.moves import MONEY, MOVES, Played, play
from tracewright.data.story.openings import Member, Opened, open_story, weighted_sum
from tracewright.data.story.stock import Act, Scene, load_relations, load_scenes
from tracewright.data.story.tale import Tale, tell
from tracewright.data.story.template import Template, asked, template
from tracewright.data.vocabulary import plural
from tracewright.errors import DataError, nearest
from tracewright.number import Number, write

MAX_TRIES = 400
"""Stories begun and given up after which the stock is taken for broken."""
STEPS = {2: 20, 3: 25, 4: 21, 5: 14, 6: 10, 7: 6, 8: 4}
"""How often a story has so many steps, near to what real problems have."""


_LENGTHS = tuple(STEPS)
_LENGTH_ENDS = tuple(accumulate(STEPS.values()))


class Options(NamedTuple):
    """How stories are told and named."""

    naming: Naming = "hybrid"
    number_words: float = 0.3
    """Chance that a small number is written as a word."""
    scenes: tuple[str, ...] = ()
    """Scenes to draw from; empty: all."""
    distractors: float = 0.04
    """Chance of a sentence with a number that must not be used."""
    join: float = 0.85
    """Chance that the last fact becomes an if-clause of the question, where it can."""


def story(seed: int, index: int, options: Options = Options()) -> Problem:
    """Tell one story.

    Raises:
        DataError: the options name no scene, or the stock cannot tell a story.
    """
    scenes, ends = _scenes(options.scenes)
    key = f"story/{seed}/{index}"
    for attempt in range(MAX_TRIES):
        draws = Draws(key if not attempt else f"{key}/{attempt}")
        problem = _try(draws, draws.ranked(scenes, ends), options, key)
        if problem is not None:
            return problem
    raise DataError(f"no story in {MAX_TRIES} tries", "its scenes have too few acts, or numbers that never come out even")


def stories(count: int, seed: int, options: Options = Options(), *, start: int = 0) -> Iterator[Problem]:
    """Yield the stories `start` to `start + count - 1` of a seed."""
    for index in range(start, start + count):
        yield story(seed, index, options)


_chosen: dict[tuple[str, ...], tuple[Sequence[Scene], Sequence[int]]] = {}


def _scenes(names: tuple[str, ...]) -> tuple[Sequence[Scene], Sequence[int]]:
    if names not in _chosen:
        known = load_scenes()
        for name in names:
            if name not in known:
                raise DataError(f"there is no scene {name!r}", nearest(name, known) or f"known: {', '.join(known)}")
        scenes = [scene for scene in known.values() if not names or scene.name in names]
        _chosen[names] = scenes, tuple(accumulate(scene.weight for scene in scenes))
    return _chosen[names]


def _try(draws: Draws, scene: Scene, options: Options, key: str) -> Problem | None:
    """Begin a story and bring it to its question; None where its numbers do not come out right."""
    target = draws.ranked(_LENGTHS, _LENGTH_ENDS)
    tale = Tale(scene, draws, target, options.number_words)
    opened = open_story(tale)
    if opened is None:
        return None
    question = _close(tale, opened) if _ends_here(tale, opened) else _go_on(tale, opened)
    if question is None or tale.state is None or tale.steps < 2:
        return None
    _decorate(tale, options.distractors)
    text, mentions = tell(tale, question, options.join)
    row = tale.actor
    person = "first" not in row
    trace, expert, steps = write_trace(tale.state, tale.rate, options.naming, str(row["slug"]), tale.entity)
    unused = sorted(set(range(1, mentions + 1)) - used_mentions(needed(tale.state)))
    return Problem(
        question=text,
        answer=write(tale.state.value),
        id=key,
        trace=trace,
        expert=expert,
        source="story",
        schema=f"story/{scene.name}",
        names=tuple(tale.named) if tale.named else (str(row["one"]),) if person else (),
        steps=steps,
        extra={"distractors": [f"n{mention}" for mention in unused]} if unused else {},
    )


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


def _close(tale: Tale, opened: Opened) -> list[str | Node] | None:
    """Ask about the members of an opening: their sum, a difference, the average, or the last of them."""
    members, opening = opened.members, opened.opening
    measure = opening.measure
    texts = load_relations().questions[measure, "people" if opened.dim == "people" else "adverb" if members[0].adverbial else "subject"]
    left = tale.target - tale.steps
    options = [("total", 10)]
    last = members[-1]
    deep = bool(last.node.op) and len(needed(last.node)) >= 2 and _reaches(last.node, members)
    if deep:
        options.append(("last", 12 if left <= 0 else 4))
    pair = _difference(members)
    if pair is not None and tale.steps >= 1 and not tale.weights:
        options.append(("difference", 4))
    total = sum(member.node.value for member in members)
    if not tale.weights and left >= 1 and total % len(members) == 0 and (opened.dim in ("people", "days")):
        options.append(("average", 5))
    options = [option for option in options if option[0] in texts or (option[0] == "total" and opening.ask)]
    if not options:
        return None
    kind = tale.draws.weighted([name for name, _ in options], [weight for _, weight in options])
    if kind == "last":
        tale.state = last.node
        first, second = last, last
    elif kind == "difference" and pair is not None:
        first, second = pair
        tale.state = computed("sub", (first.node, second.node), "difference", "sum")
    else:
        first, second = last, last
        tale.state = weighted_sum(tale, members, "total")
        if kind == "average":
            tale.state = computed("div", (tale.state, Node(len(members), "count", "constant")), "average", "sum")
    tale.steps = len(needed(tale.state))
    found = tale.draws.pick(opening.ask) if kind == "total" and opening.ask else template(asked(tale.draws.pick(texts[kind]), opening.verb))
    tale.env |= {"adv": first.adverb, "np": first.noun, "S": first.subject, "ref": second.reference, "np2": second.noun, "unitname": _unit_of(opened.dim)}
    if kind in ("total", "average"):
        tale.env["np"] = str(tale.env.get("items", ""))
    tale.plural = opened.dim == "people" and kind in ("total", "average")
    if tale.sentences and opened.dim == "people":
        tale.sentences[-1] = tale.sentences[-1]._replace(joins=True, pairs=False)
    return tale.fill(found, {})


def _unit_of(dim: str) -> str:
    return {"people": "person", "days": "day"}.get(dim, "")


def _reaches(node: Node, members: Sequence[Member]) -> bool:
    """Say whether a quantity is computed from all others."""
    steps = needed(node)
    seen = {id(step) for step in steps} | {id(arg) for step in steps for arg in step.args}
    return all(id(member.node) in seen for member in members)


def _difference(members: Sequence[Member]) -> tuple[Member, Member] | None:
    """Return two members of which the first is more, and which together need all others; the difference is not told."""
    for first, second in ((members[-1], members[0]), (members[0], members[-1]), (members[-1], members[-2])):
        if first.node.value - second.node.value < 2 or _tells(first.node, second.node) or _tells(second.node, first.node):
            continue
        if _reaches(computed("sub", (first.node, second.node), ""), members):
            return first, second
    return None


def _tells(one: Node, other: Node) -> bool:
    """Say whether one is defined as so many more or fewer than the other, so that their difference stands in the text."""
    return one.op in ("add", "sub") and other in one.args


# What happens after the opening


def _go_on(tale: Tale, opened: Opened) -> list[str | Node] | None:
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
    able = [act for act in tale.scene.acts.get(tale.kind, ()) if _fits(tale, act, done, left)]
    while able:
        act = tale.draws.weighted(able, [item.weight for item in able])
        found = play(act, tale.state, tale.draws, tale.row, tale.kind in MONEY, tale.scene.most.get(act.to, 5000))
        if found is not None:
            return act, found
        able.remove(act)
    return None


def _fits(tale: Tale, act: Act, done: set[str], left: int) -> bool:
    steps = MOVES[act.move][1]
    if steps > left or (act.end and steps < left) or act.once in done or tale.dim in act.without:
        return False
    if act.needs == "habit":
        return tale.habit
    if act.needs == "plain" and tale.habit:
        return False
    if act.needs == "fresh" and (tale.touched or tale.grown or tale.habit):
        return False
    if act.needs == "ungrown" and (tale.grown or tale.habit):
        return False
    return not (act.needs == "open" and tale.changes) and not (act.needs == "changed" and not tale.changes)


def _happen(tale: Tale, act: Act, played: Played) -> list[str | Node]:
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
        tale.kind, tale.touched, tale.grown = act.to, False, False
    elif act.move.startswith("less"):
        tale.touched, tale.grown = True, False
    elif act.move.startswith("plus"):
        tale.grown, tale.touched = True, False
    return tale.fill(tale.draws.pick(act.asks), played.letters) if act.end else []


def _ask(tale: Tale, last: Act) -> list[str | Node] | None:
    """Ask for what the story has come to."""
    tale.refer()
    asks: Sequence[Template] = last.asks
    if not asks:
        suffix = "_left" if tale.touched else "_now" if tale.grown else ""
        asks = tale.scene.asks.get(tale.kind + suffix) or tale.scene.asks.get(tale.kind, ())
    if not asks:
        raise DataError(f"scene {tale.scene.name}: nothing is asked of {tale.kind!r}", f"add it under 'asks', or 'ask' to the act with {last.name!r}")
    return tale.fill(tale.draws.pick(asks), {})


def _decorate(tale: Tale, distractors: float) -> None:
    """Add a sentence without use now and then, and rarely one with a number that must not be used."""
    draws, scene = tale.draws, tale.scene
    if scene.distract and tale.dim != "people" and draws.chance(distractors):
        found, values = draws.pick(scene.distract)
        value: Number | Fraction = draws.pick(values.numbers)
        tale.say(found, {"n": Node(value, "unused", values.kind)}, lead=True)
    elif tale.dim != "people" and tale.target < 7 and draws.chance(0.5):
        lines = scene.intro if draws.chance(0.75) else scene.decor
        if lines:
            tale.say(draws.pick(lines), lead=True)
