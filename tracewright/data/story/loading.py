"""Reads the stock of the stories: `scenes/*.yaml`, `packs.yaml` (acts that fit many scenes), `relations.yaml`.

Every mistake of an author is a DataError with the file, the line and the nearest known word. What cannot be seen by a
rule, whether a sentence sounds right with every noun, has to be read.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from tracewright.data.story.stock import DIMENSIONS, LETTERS, MEASURES, Act, Opening, Relations, Say, Scene
from tracewright.data.story.template import Template, template
from tracewright.data.vocabulary import Row, Values, load_names, load_tables, read_table, read_values
from tracewright.errors import DataError, nearest
from tracewright.number import Number
from tracewright.tree import Map, Seq, Tree, TreeError, read_tree

FOLDER = Path(__file__).parent

_SCENE_KEYS = (
    "about", "weight", "actor", "words", "items", "kinds", "places", "intro", "company", "decor", "distract",
    "openings", "use", "acts", "asks", "most", "merge", "skip",
)  # fmt: skip
_ACT_KEYS = (
    "move", "on", "to", "weight", "name", "names", "say", "ask", "constant", "end", "rate", "needs", "once",
    "without", "unit", "value", "result", "each", "apart",
)  # fmt: skip
_OPENING_KEYS = (
    "measure", "verb", "amounts", "dims", "groups", "to", "weight", "unit", "adj", "more", "less", "habit",
    "things", "counts", "buy", "name", "ask", "money", "dozens", "ellipsis", "within",
)  # fmt: skip


def _map(path: Path) -> Map:
    try:
        tree = read_tree(path.read_text(encoding="utf-8"))
    except TreeError as error:
        raise DataError(f"{path}, {error}", "a text with ': ', '#', '{' or '[' in it is put in quotes") from None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error})") from None
    if not isinstance(tree, Map):
        raise DataError(f"{path}: a mapping is needed")
    return tree


def _known(where: str, tree: Map, keys: Iterable[str]) -> None:
    keys = tuple(keys)
    for key in tree:
        if key not in keys:
            raise DataError(
                f"{where}, line {tree.lines[key]}: unknown key {key!r}",
                nearest(key, keys) or f"known: {', '.join(keys)}",
            )


def _texts(node: Tree | None, where: str) -> tuple[str, ...]:
    if node is None or node == "":
        return ()
    if isinstance(node, str):
        return (node,)
    if isinstance(node, Map) or not all(isinstance(item, str) for item in node):
        raise DataError(f"{where}: a list of texts is needed", "put a text with ': ' or '{' at its start in quotes")
    return tuple(str(item) for item in node)


def _templates(node: Tree | None, where: str) -> tuple[Template, ...]:
    try:
        return tuple(template(text) for text in _texts(node, where))
    except DataError as error:
        raise DataError(f"{where}: {error.message}", error.hint) from None


def _values(text: Tree, where: str) -> Values:
    values = read_values(text) if isinstance(text, str) else None
    if isinstance(text, Seq):
        read = [read_values(str(item)) for item in text]
        kept = [item for item in read if item]
        if len(kept) == len(read) and kept:
            values = Values(tuple(sorted(item.numbers[0] for item in kept)), kept[0].kind)
    if values is None:
        raise DataError(f"{where}: {text!r} are no numbers", "write for example 2..9, $1..$5 by 0.5, 5%..40% by 5")
    return values


def _ends(text: Tree | None, where: str) -> tuple[Number, Number] | None:
    """Read the two ends of a range, `$80..$600`."""
    if text is None:
        return None
    numbers = _values(text, where).numbers
    return numbers[0], numbers[-1]


def _words(node: Tree | None, where: str) -> Mapping[str, str]:
    if node is None:
        return {}
    if not isinstance(node, Map):
        raise DataError(f"{where}: a mapping of words is needed")
    return {key: str(value) for key, value in node.items()}


def _rows(node: Tree | None, where: str) -> tuple[Row, ...]:
    """Read `from fruit, baked`, or a list of rows of one's own."""
    if node is None:
        return ()
    if isinstance(node, str) and node.startswith("from "):
        tables = load_tables()
        rows: list[Row] = []
        for name in (part.strip() for part in node[5:].split(",")):
            if name not in tables:
                raise DataError(f"{where}: there is no table {name!r}", nearest(name, tables))
            rows += tables[name]
        return tuple(rows)
    return read_table(node, where)


_STANDS_ALONE = re.compile(
    r"\b(?:also|then|already|everything|store|has|wants|needs|after|total|only|bill|gift card|empty|while|offers)\b"
    r"|\b(?:in the morning|the following week)\b"
    r"|\b(?:another \{n\}|costs?!?)\b"
)
"""Sentences that do not begin with `then`, though who acts does something in them."""
_NO_CLAUSE = re.compile(r"(?:on|after|before|because|with|in|at|for|all|then|a little|later|from|the following)\b")
"""Sentences that begin with when or where: they neither begin with `then` nor stand behind `if`."""


def _say(say: Template | None, early: Template | None) -> Say:
    if say is None:
        return Say(say, early)
    joins = not _NO_CLAUSE.match(say.text) and ", so " not in say.text and ", and " not in say.text
    return Say(say, early, joins, say.text.startswith("{P} <") and not _STANDS_ALONE.search(say.text))


def _act(node: Tree, where: str) -> Act:
    if not isinstance(node, Map):
        raise DataError(f"{where}: an act is a mapping")
    move = str(node.get("move", ""))
    where = f"{where}, line {node.line}"
    if move not in LETTERS:
        raise DataError(f"{where}: unknown move {move!r}", nearest(move, LETTERS) or f"known: {', '.join(LETTERS)}")
    letters = LETTERS[move]
    _known(where, node, (*_ACT_KEYS, *letters))
    limits: dict[str, Values] = {}
    fields: dict[str, str] = {}
    for letter in (*letters, "each"):
        if letter in node:
            text = node[letter]
            if isinstance(text, str) and text.isalpha():
                fields[letter] = text
            else:
                limits[letter] = _values(text, where)
    says: list[Say] = []
    for item in node["say"] if isinstance(node.get("say"), Seq) else [node.get("say", "")]:
        if isinstance(item, Map):
            _known(where, item, ("early", "say"))
            say, early = (_templates(item.get(key), where) for key in ("say", "early"))
            says.append(_say(say[0] if say else None, early[0] if early else None))
        else:
            found = _templates(item, where)
            says.append(_say(found[0] if found else None, None))
    asks = _templates(node.get("ask"), where)
    on = str(node.get("on", ""))
    act = Act(
        move,
        on,
        str(node.get("to", on)),
        int(str(node.get("weight", "10"))),
        str(node.get("name", "amount")),
        _words(node.get("names"), where),
        limits,
        fields,
        tuple(says),
        asks,
        int(str(node.get("constant", "0"))),
        node.get("end") == "yes",
        node.get("rate") == "yes",
        str(node.get("needs", "")),
        str(node.get("once", "")) or where,
        str(node.get("unit", "")),
        frozenset(_texts(node.get("without"), where)),
        _ends(node.get("value"), where),
        _ends(node.get("result"), where),
        node.get("apart") == "yes",
    )
    for telling in says:
        told = [part.numbers for part in (telling.say, telling.early) if part]
        for ask in asks or (None,):
            shown = sorted(letter for numbers in (*told, ask.numbers if ask else ()) for letter in numbers)
            if shown != sorted(letters):
                text = telling.say.text if telling.say else asks[0].text if asks else ""
                raise DataError(
                    f"{where}: {text!r} must tell each of {', '.join(letters) or 'no number'} once, "
                    f"tells {', '.join(shown) or 'none'}"
                )
    return act


def _opening(node: Tree, where: str) -> Opening:
    if not isinstance(node, Map):
        raise DataError(f"{where}: an opening is a mapping")
    where = f"{where}, line {node.line}"
    _known(where, node, _OPENING_KEYS)
    measure = str(node.get("measure", "count"))
    if measure not in MEASURES:
        raise DataError(f"{where}: unknown measure {measure!r}", nearest(measure, MEASURES))
    dims = {key: int(value) for key, value in _words(node.get("dims"), where).items()}
    for dim in dims:
        if dim not in DIMENSIONS:
            raise DataError(f"{where}: unknown dimension {dim!r}", nearest(dim, DIMENSIONS))
    groups = []
    for item in node.get("groups", Seq()):
        if not isinstance(item, Map):
            raise DataError(f"{where}: groups are mappings with say, g and s")
        _known(where, item, ("say", "g", "s", "names"))
        limits = {letter: _values(item[letter], where) for letter in ("g", "s")}
        groups.append((_templates(item["say"], where)[0], limits, _words(item.get("names"), where)))
        adverbial = {"days", "sessions", "places"} & dims.keys()
        if adverbial and "on" not in groups[-1][0].slots:
            raise DataError(
                f"{where}: {item['say']!r} must say when or where, with {{on}}",
                f"the opening has {', '.join(sorted(adverbial))}",
            )
    amounts = node.get("amounts", "amount")
    words = {key: str(node[key]) for key in ("unit", "adj", "more", "less") if key in node}
    return Opening(
        measure,
        str(node.get("verb", "")),
        str(amounts) if amounts == "amount" else _values(amounts, where),
        dims,
        tuple(groups),
        str(node.get("to", "items")),
        int(str(node.get("weight", "10"))),
        words,
        float(str(node.get("habit", "0"))),
        _rows(node.get("things"), where),
        _values(node["counts"], where) if "counts" in node else None,
        _templates(node.get("buy"), where),
        str(node.get("name", "")),
        node.get("money") == "yes",
        node.get("ellipsis") != "no",
        float(str(node.get("dozens", "0"))),
        _templates(node.get("ask"), where),
        node.get("within") == "yes",
    )


def read_scene(path: Path) -> Scene:
    """Read and check one scene.

    Raises:
        DataError: the file cannot be read, or something in it is wrong.
    """
    tree, where = _map(path), str(path)
    _known(where, tree, _SCENE_KEYS)
    packs = load_packs()
    acts: dict[str, list[Act]] = {}
    for name in _texts(tree.get("use"), where):
        if name not in packs:
            raise DataError(f"{where}: there is no pack {name!r}", nearest(name, packs) or f"known: {', '.join(packs)}")
        for act in packs[name]:
            acts.setdefault(act.on, []).append(act)
    for node in tree.get("acts", Seq()):
        act = _act(node, where)
        acts.setdefault(act.on, []).append(act)
    asks = dict(load_relations().asks)
    for key, node in _mapping(tree.get("asks"), where).items():
        asks[key] = _templates(node, f"{where}, asks, {key}")
    distract = []
    for node in tree.get("distract", Seq()):
        if not isinstance(node, Map) or set(node) != {"say", "n"}:
            raise DataError(f"{where}: a distractor is a mapping with say and n")
        distract.append((_templates(node["say"], where)[0], _values(node["n"], where)))
    openings = tuple(_opening(node, where) for node in tree.get("openings", Seq()))
    if not openings:
        raise DataError(f"{where}: a scene needs openings")
    skip = _texts(tree.get("skip"), where)
    items = tuple(row for row in _rows(tree.get("items"), where) if row["one"] not in skip)
    actor = tree.get("actor", "person")
    rows = (
        load_names()[str(actor)]
        if isinstance(actor, str)
        else tuple(_actor_row(row) for row in read_table(actor, where))
    )
    return Scene(
        path.stem,
        int(str(tree.get("weight", "10"))),
        rows,
        items,
        _texts(tree.get("kinds"), where),
        _texts(tree.get("places"), where),
        {key: _texts(node, where) for key, node in _mapping(tree.get("words"), where).items()},
        _templates(tree.get("intro"), where),
        _templates(tree.get("company"), where) or load_relations().company,
        _templates(tree.get("decor"), where),
        tuple(distract),
        openings,
        {key: tuple(found) for key, found in acts.items()},
        asks,
        {**load_relations().most, **{key: int(value) for key, value in _words(tree.get("most"), where).items()}},
        _templates(tree.get("merge"), where),
        tuple(opening.weight for opening in openings),
        str(tree.get("about", "")),
    )


def _mapping(node: Tree | None, where: str) -> Map:
    if node is not None and not isinstance(node, Map):
        raise DataError(f"{where}: a mapping is needed")
    return node if node is not None else Map()


def _actor_row(row: Row) -> Row:
    """Return the row of an actor that is no person: a bakery, it, its."""
    return {
        "he": "it",
        "him": "it",
        "his": "its",
        "himself": "itself",
        "later": f"the {row['one']}",
        "first": str(row["a"]),
        **row,
    }


@cache
def load_packs() -> Mapping[str, tuple[Act, ...]]:
    """Read the packs of acts."""
    path = FOLDER / "packs.yaml"
    packs = {}
    for name, node in _map(path).items():
        if not isinstance(node, Seq):
            raise DataError(f"{path}: the pack {name!r} must be a list of acts")
        packs[name] = tuple(_act(item, str(path)) for item in node)
    return packs


@cache
def load_relations() -> Relations:
    """Read the sentences that compare."""
    path = FOLDER / "relations.yaml"
    tree = _map(path)
    says: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = {}
    questions: dict[tuple[str, str], Mapping[str, tuple[str, ...]]] = {}
    for target, key in ((says, "says"), (questions, "questions")):
        for measure, classes in _mapping(tree[key], str(path)).items():
            for name, found in _mapping(classes, str(path)).items():
                target[measure, name] = {
                    relation: _texts(node, f"{path}, {relation}")
                    for relation, node in _mapping(found, str(path)).items()
                }
    for measure in MEASURES:
        plain, more = says[measure, "subject"], says.get((measure, "people"), {})
        kinds = says.pop((measure, "kinds"), {})
        for name, own in (("people", more), ("subject", kinds)):
            says[measure, name] = {key: (*plain.get(key, ()), *own.get(key, ())) for key in (*plain, *own)}
    asks = {key: _templates(node, f"{path}, asks") for key, node in _mapping(tree.get("asks"), str(path)).items()}
    return Relations(
        says,
        asks,
        questions,
        {key: int(value) for key, value in _words(tree.get("most"), str(path)).items()},
        _templates(tree.get("company"), f"{path}, company"),
    )


@cache
def load_scenes(folder: Path = FOLDER / "scenes") -> Mapping[str, Scene]:
    """Read every scene of a folder, by name, in alphabetical order.

    Raises:
        DataError: there is none, or one is wrong.
    """
    scenes = {path.stem: read_scene(path) for path in sorted(folder.glob("*.yaml"))}
    if not scenes:
        raise DataError(f"{folder}: there is no scene here")
    return scenes
