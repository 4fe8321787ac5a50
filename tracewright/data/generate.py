"""(schema, seed, index) -> Problem, pure; and streams of problems, by split.

A problem is made of one random number of 512 bits, BLAKE2b of "seed/index" and the schema's salt; each decision takes
a part of it. Two seeds have nothing in common, index i does not depend on how many are asked for, and PYTHONHASHSEED
matters nowhere.

A stream may be made in parts, which together are the whole and can be made by several processes (`parallel.py`).

Splits that mean something: the numbers of `fresh` are never seen in training with that schema (they fall into a bucket
that training leaves out); a wording and a share of the schemas are held out for `unseen_wordings` and
`unseen_schemas`, each chosen by a hash of its name, so that a new schema moves no other.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import cache, lru_cache
from itertools import accumulate
from typing import Literal, NamedTuple

from tracewright.data.compile import MAX_TRIES, Machine, machine, random_number
from tracewright.data.draw import FRESH
from tracewright.data.naming import Naming
from tracewright.data.options import adapter, expert_of
from tracewright.data.problem import Problem
from tracewright.data.schema import Schema, load_schemas
from tracewright.data.sets import load_sets
from tracewright.data.telling import CHANCE
from tracewright.errors import ConfigError, DataError, nearest
from tracewright.number import write
from tracewright.recipe import DataConfig
from tracewright.trace.experts import EXPERTS

Split = Literal["train", "fresh", "unseen_wordings", "unseen_schemas"]
SPLITS: tuple[Split, ...] = ("train", "fresh", "unseen_wordings", "unseen_schemas")

_EXPERT_ORDER = ("arithmetic", "entity_track", "comparison", "percentage", "rate_equation", "composition")
SHARES: Mapping[str, Mapping[str, float]] = {
    run: dict(zip(_EXPERT_ORDER, shares, strict=True))
    for run, shares in {
        "run4": (0.17, 0.38, 0.16, 0.12, 0.17, 0.0),
        "run6": (0.22, 0.30, 0.24, 0.12, 0.12, 0.0),
        "run7": (0.20, 0.25, 0.20, 0.10, 0.10, 0.15),
        "run8": (0.30, 0.20, 0.15, 0.10, 0.10, 0.15),
        "run9": (0.30, 0.20, 0.15, 0.10, 0.10, 0.15),
    }.items()
}
"""How the reports' runs shared their problems among the experts, for `data.balance` and `problems(shares=...)`."""

_PICK_BITS = 32
_PICK = 1 << _PICK_BITS
"""The lowest part of a problem's random number picks the schema, in a stream of several."""
BLOCK = 2000
"""Problems of a stream that are made together."""


class Part(NamedTuple):
    """One of `of` parts of a stream, counted from 0."""

    number: int
    of: int


WHOLE = Part(0, 1)
"""The one part that is everything."""


class Options(NamedTuple):
    """How the problems of a schema are told and named."""

    naming: Naming = "hybrid"
    number_words: float = 0.15
    """Chance that a small number is written as a word."""
    wordings: int = 0
    """Most wordings of a schema that are used; 0: all that the split allows."""
    split: Split | None = "train"
    """None: every wording and every number, for the gallery and the checks."""
    only: int | None = None
    """This wording and no other."""


DEFAULT = Options()
ALL = Options(split=None)
"""Every wording and every number."""


def generate(schema: Schema, seed: int, index: int, options: Options = DEFAULT) -> Problem:
    """Make one problem of a schema.

    Raises:
        DataError: the schema's conditions leave no problem, or its wordings cannot be told.
    """
    stream = _stream(seed, options.split)
    number = random_number(f"{stream}/{index}")
    return _make(_source(schema, options), number // _PICK, stream, index)


def problems(
    config: DataConfig,
    count: int,
    seed: int,
    split: Split = "train",
    *,
    start: int = 0,
    schemas: Mapping[str, Schema] | None = None,
    shares: Mapping[str, float] | None = None,
) -> Iterator[Problem]:
    """Yield the problems `start` to `start + count - 1` of a split, drawn from its schemas.

    Without shares every schema is equally likely, but for the share of compositions that the configuration asks for.
    Shares, from `shares` or from `config.balance`, say how likely each expert is (`composition` among them); the
    schemas of an expert are equally likely.

    Raises:
        ConfigError: the configuration names no schema that exists, or leaves none for the split.
    """
    stream = Stream(config, seed, split, schemas=schemas, shares=shares)
    for first in range(start, start + count, BLOCK):
        for _, problem in stream.made(first, min(BLOCK, start + count - first)):
            yield problem


class Stream:
    """The problems of one seed and split, with everything that is settled before the first one is drawn."""

    def __init__(
        self,
        config: DataConfig,
        seed: int,
        split: Split,
        *,
        schemas: Mapping[str, Schema] | None = None,
        shares: Mapping[str, float] | None = None,
    ) -> None:
        pool = choose(config, split, schemas)
        self._options = Options(config.naming, config.number_words, config.wordings, split)
        self._name = _stream(seed, split)
        self._pool = pool
        self._sources: list[_Source | None] = [None] * len(pool)
        self._steps = _weights(pool, config, SHARES.get(config.balance) if shares is None else shares)
        self._adapt = adapter(config)

    def made(self, first: int, count: int, part: Part = WHOLE) -> list[tuple[int, Problem]]:
        """Make the problems `first` to `first + count - 1` that fall into a part, each with its index, in order.

        A part is a range of the number that picks the schema: whoever makes one part compiles few schemas of the
        others, and the parts are as large as each other whatever the schemas' shares are.
        """
        name, steps, adapt = self._name, self._steps, self._adapt
        low, high = (_PICK * edge // part.of for edge in (part.number, part.number + 1))
        drawn = []
        for index in range(first, first + count):
            number = random_number(f"{name}/{index}")
            pick = number & _PICK - 1
            if low <= pick < high:
                drawn.append((bisect(steps, pick), index, number >> _PICK_BITS))
        made: dict[int, Problem] = {}
        # Schema by schema, so that its functions stay in the processor's cache: a tenth faster.
        for place, index, number in sorted(drawn):
            source = self._sources[place]
            if source is None:
                source = self._sources[place] = _source(self._pool[place], self._options)
            made[index] = _make(source, number, name, index)
        return [(index, adapt(made[index]) if adapt else made[index]) for _, index, _ in drawn]


def choose(config: DataConfig, split: Split | None, schemas: Mapping[str, Schema] | None = None) -> list[Schema]:
    """Return the schemas that a configuration draws from in a split, in alphabetical order."""
    known = load_schemas() if schemas is None else schemas
    sets = load_sets()
    names = {name for word in config.schemas for name in (sets[word].schemas if word in sets else (word,))}
    chosen = [
        schema
        for schema in known.values()
        if not names or schema.name in names or expert_of(schema.name, schema.expert, config) in names
    ]
    for word in config.schemas:
        if word not in known and word not in EXPERTS and word not in sets and word != "composition":
            hint = nearest(word, (*known, *EXPERTS, *sets, "composition"))
            raise ConfigError(f"data.schemas names {word!r}, which is no schema, no expert and no set of schemas", hint)
    if config.composition == 0:
        chosen = [schema for schema in chosen if schema.expert != "composition"]
    held_out = unseen_schemas(chosen, config.hold_out)
    if split == "unseen_schemas":
        chosen = [schema for schema in chosen if schema.name in held_out]
        if not chosen:
            raise ConfigError(
                "no schema is held out for the split unseen_schemas", "raise data.hold_out, or name more schemas"
            )
    elif split is not None:
        chosen = [schema for schema in chosen if schema.name not in held_out]
    if split in (None, "train", "fresh"):
        _check_composition(config, {expert_of(schema.name, schema.expert, config) for schema in chosen})
    if split == "unseen_wordings":
        chosen = [schema for schema in chosen if len(schema.wordings) > 1]
    if not chosen:
        raise ConfigError(
            f"data.schemas leaves no schema for the split {split or 'all'}", "name others, or leave it out"
        )
    return chosen


def _check_composition(config: DataConfig, experts: Set[str]) -> None:
    """Refuse a share of compositions that the schemas cannot give: it would silently go to the others."""
    if config.composition and experts:
        if "composition" not in experts:
            raise ConfigError(
                f"data.composition={config.composition:g}, but data.schemas and data.hold_out leave no composition",
                "name one, or set it to 0",
            )
        if config.composition < 1 and experts == {"composition"}:
            raise ConfigError(
                f"data.composition={config.composition:g}, but data.schemas and data.hold_out leave compositions alone",
                "name others, or leave data.composition out",
            )


def unseen_schemas(schemas: Iterable[Schema], share: float) -> frozenset[str]:
    """Return the names of the schemas that are held out: those whose hash falls below the share.

    One at least where the share is above 0 and there are two schemas or more; never all.
    """
    ranked = sorted((random_number(f"hold out/{schema.name}") / 2**512, schema.name) for schema in schemas)
    if share <= 0 or len(ranked) < 2:
        return frozenset()
    below = [name for place, name in ranked if place < share] or [ranked[0][1]]
    return frozenset(below[: len(ranked) - 1])


@cache
def unseen_wording(schema: Schema) -> int:
    """Return the wording that training never sees, by a hash of the schema's name; -1 where there is one only."""
    count = len(schema.wordings)
    return random_number(f"wording/{schema.name}") % count if count > 1 else -1


def _weights(pool: Sequence[Schema], config: DataConfig, shares: Mapping[str, float] | None) -> list[int]:
    """Return where in [0, 2**32) the range of each schema ends."""
    composition = config.composition
    experts = [expert_of(schema.name, schema.expert, config) for schema in pool]
    count = {expert: experts.count(expert) for expert in experts}
    if shares is None:
        single = len(pool) - count.get("composition", 0)
        if composition is None or single == 0 or len(pool) == single:
            weights = [1.0] * len(pool)
        else:
            weights = [
                composition / count["composition"] if expert == "composition" else (1 - composition) / single
                for expert in experts
            ]
    else:
        weights = [shares.get(expert, 0.0) / count[expert] for expert in experts]
    total = sum(weights)
    if total <= 0:
        raise ConfigError("the shares of the experts leave no schema", f"known: {', '.join(count)}")
    ends = [int(end / total * _PICK) for end in accumulate(weights)]
    return [*ends[:-1], _PICK]


class _Source:
    """A schema with everything that is settled before the first problem is drawn."""

    def __init__(self, made: Machine, options: Options) -> None:
        schema = made.schema
        held_out = unseen_wording(schema)
        places = list(range(len(schema.wordings)))
        if options.split == "unseen_wordings":
            places = [held_out]
        elif options.split in ("train", "fresh"):
            places = [place for place in places if place != held_out]
        self.wordings = places[: options.wordings or None] if options.only is None else [options.only]
        self.machine = made
        self.options = options
        self.fresh = None if options.split is None else options.split != "train"
        self.chance = round(options.number_words * CHANCE)
        self.telling = [
            made.telling(place, options.naming) if len(self.wordings) == 1 else None for place in self.wordings
        ]


@lru_cache(maxsize=4096)
def _source(schema: Schema, options: Options) -> _Source:
    return _Source(machine(schema), options)


def _stream(seed: int, split: Split | None) -> str:
    return str(seed) if split == "train" else f"{split or 'all'}-{seed}"


def _make(source: _Source, number: int, stream: str, index: int) -> Problem:
    """Draw until the conditions hold and the numbers belong to the split; then tell it."""
    made, fresh = source.machine, source.fresh
    draw, salt = made.draw, made.salt
    number ^= salt
    for tries in range(1, MAX_TRIES):
        try:
            drawn = draw(number)
        except ZeroDivisionError:
            drawn = None
        if drawn is not None and (fresh is None or (drawn[3] == FRESH) is fresh):
            break
        number = random_number(f"{stream}/{index}/{tries}", salt)
    else:
        raise DataError(f"{made.schema.path}: no problem in {MAX_TRIES} draws", "widen its ranges or its conditions")
    values, answer, rest, _ = drawn
    rest, place = divmod(rest, len(source.wordings))
    telling = source.telling[place]
    if telling is None:
        telling = source.telling[place] = made.telling(source.wordings[place], source.options.naming)
    schema = made.schema
    return Problem(
        question="".join(telling.tell(values, rest, source.chance)),
        answer=write(answer),
        id=f"{schema.name}/{stream}/{index}",
        trace=telling.trace(values),
        expert=schema.expert,
        source="schema",
        schema=schema.name,
        wording=source.wordings[place],
        names=tuple([values[person]["one"] for person in telling.people]),
        steps=made.steps,
    )


def gallery(schemas: Mapping[str, Schema] | None = None, seed: int = 0, options: Options = ALL) -> Iterator[Problem]:
    """Yield one problem of each schema, in alphabetical order."""
    for schema in (load_schemas() if schemas is None else schemas).values():
        yield generate(schema, seed, 0, options)


def from_id(problem_id: str, options: Options = DEFAULT) -> Problem:
    """Make the problem that an id such as `price_chain/7/12` or `price_chain/fresh-7/12` names.

    Raises:
        DataError: it names no problem of a schema.
    """
    parts = problem_id.split("/")
    schema = load_schemas().get(parts[0])
    stream, _, seed = parts[1].rpartition("-") if len(parts) == 3 else ("", "", "")
    splits: dict[str, Split | None] = {"all": None, "": "train", **{split: split for split in SPLITS[1:]}}
    if schema is None or not seed.isdecimal() or not parts[2].isdecimal() or stream not in splits:
        raise DataError(f"{problem_id!r} is no id of a schema's problem", "write for example 'price_chain/7/12'")
    return generate(schema, int(seed), int(parts[2]), options._replace(split=splits[stream]))
