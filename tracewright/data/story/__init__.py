"""Free recombination: stories told from a graph of quantities, so that shapes that no schema has also occur.

`story(seed, index)` draws a scene (a bakery, a road trip), an opening (amounts along days, people, colours, each
given or
compared with others), and acts (given away, packed, sold, shared, taxed) until the graph has the number of steps that
was
drawn; then it asks for what the graph has come to. The trace is that graph. Like a schema's problem, a story is a pure
function of its seed and index.

What may be told is data (`relations.yaml`, `packs.yaml`, `scenes/*.yaml`), written by people who need not read Python:
`docs/stories.md`. Not covered: evaluation splits (stories are training data), problems with equations to be solved.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from tracewright.data.naming import Naming
from tracewright.data.problem import Problem
from tracewright.data.story.draw import Draws
from tracewright.data.story.graph import Node, needed, used_mentions, write_trace
from tracewright.data.story.loading import load_scenes
from tracewright.data.story.openings import open_story
from tracewright.data.story.plot import question_of
from tracewright.data.story.stock import Scene
from tracewright.data.story.tale import Tale, tell
from tracewright.data.story.template import PERSONS
from tracewright.data.vocabulary import slug
from tracewright.errors import DataError, nearest
from tracewright.number import write

MAX_TRIES = 400
"""Stories begun and given up after which the stock is taken for broken."""
STEPS = {2: 20, 3: 25, 4: 21, 5: 14, 6: 10, 7: 6, 8: 4}
"""How often a story has so many steps, near to what real problems have."""


INTRO, DECOR, COMPANY = 0.65, 0.45, 0.7
"""Shares of the stories that begin with a sentence of what they are about, and with one of something beside it."""

_LENGTHS = tuple(STEPS)
_LENGTH_ENDS = tuple(accumulate(STEPS.values()))


class Options(NamedTuple):
    """How stories are told and named."""

    naming: Naming = "hybrid"
    number_words: float = 0.15
    """Chance that a small number is written as a word; 0.15: about a third of the questions have one."""
    scenes: tuple[str, ...] = ()
    """Scenes to draw from; empty: all."""
    distractors: float = 0.04
    """Chance of a sentence with a number that must not be used."""
    join: float = 0.7
    """Chance that the last fact becomes an if-clause of the question, where it can."""
    compositions: bool = True
    """Whether percentages may stand beside other steps, which makes a composition."""


_DEFAULT = Options()


def story(seed: int, index: int, options: Options = _DEFAULT) -> Problem:
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
    raise DataError(
        f"no story in {MAX_TRIES} tries", "its scenes have too few acts, or numbers that never come out even"
    )


def stories(count: int, seed: int, options: Options = _DEFAULT, *, start: int = 0) -> Iterator[Problem]:
    """Yield the stories `start` to `start + count - 1` of a seed."""
    for index in range(start, start + count):
        yield story(seed, index, options)


def gallery(scenes: Sequence[str] = (), seed: int = 0, each: int = 3) -> Iterator[tuple[Scene, list[Problem]]]:
    """Yield every scene, or those that are named, with some of its stories.

    Raises:
        DataError: a name is that of no scene.
    """
    for scene in _scenes(tuple(scenes))[0]:
        yield scene, list(stories(each, seed, Options(scenes=(scene.name,))))


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
    question = question_of(tale, opened)
    if question is None or tale.state is None or tale.steps < 2:
        return None
    _decorate(tale, options.distractors)
    text, mentions = tell(tale, question, options.join)
    actor = tale.actor
    named = tuple(tale.named) or ((str(actor["one"]),) if "first" not in actor and str(actor["one"]) in text else ())
    owner = slug(named[0]) if named else str(actor["slug"]) if "first" in actor else tale.entity
    graph = needed(tale.state)
    trace, expert, steps = write_trace(graph, tale.rate, options.naming, owner, tale.entity)
    if expert == "composition" and not options.compositions:
        return None
    unused = sorted(set(range(1, mentions + 1)) - used_mentions(graph))
    return Problem(
        question=text,
        answer=write(tale.state.value),
        id=key,
        trace=trace,
        expert=expert,
        source="story",
        schema=f"story/{scene.name}",
        names=named,
        steps=steps,
        extra={"distractors": [f"n{mention}" for mention in unused]} if unused else {},
    )


def _decorate(tale: Tale, distractors: float) -> None:
    """Add sentences without use: what the story is about, something beside it; rarely a number not to be used."""
    draws, scene = tale.draws, tale.scene
    if tale.dim == "people":
        if tale.named and draws.chance(COMPANY):
            tale.say(draws.pick(scene.company), {}, {"all": _listed(tale.named)}, lead=True)
        return
    if scene.distract and draws.chance(distractors):
        found, values = draws.pick(scene.distract)
        value = draws.pick(values.numbers)
        tale.say(found, {"n": Node(value, "unused", values.kind)}, lead=True)
        return
    introduced = bool(scene.intro) and draws.chance(INTRO)
    if introduced:
        tale.say(draws.pick(scene.intro), lead=True)
    if scene.decor and draws.chance(DECOR):
        found = draws.pick(scene.decor)
        if introduced or not found.slots & PERSONS:
            tale.say(found, lead=True)


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
