"""The stock of the stories: every sentence of every scene can be told in every form, and mistakes are named."""

import re

import pytest

from tracewright.data.slips import find_slips
from tracewright.data.story.draw import Draws, divisors
from tracewright.data.story.graph import Node, computed
from tracewright.data.story.loading import FOLDER, load_packs, load_relations, load_scenes, read_scene
from tracewright.data.story.moves import MOVES, play
from tracewright.data.story.stock import LETTERS
from tracewright.data.story.tale import Tale, tell
from tracewright.data.story.template import Stray, asked, base, inflected, past, template
from tracewright.errors import DataError
from tracewright.mention import read_mentions

SCENES = load_scenes()


@pytest.mark.parametrize(
    ("verb", "plural", "before"),
    [
        ("gives", "give", "gave"),
        ("carries", "carry", "carried"),
        ("washes", "wash", "washed"),
        ("bakes", "bake", "baked"),
        ("is", "are", "was"),
        ("are", "are", "were"),
        ("has", "have", "had"),
        ("does", "do", "did"),
        ("costs", "cost", "cost"),
        ("plays", "play", "played"),
        ("misses", "miss", "missed"),
    ],
)
def test_verbs_agree_and_stand_in_their_tense(verb, plural, before):
    assert base(verb) == plural or verb == "are"
    assert past(verb) == before


def test_a_template_has_a_variant_for_each_tense_and_number():
    found = template("{P} <gives> {n} of {his} [big|] apples, which <cost!> {k} each")
    assert len(found.options) == 2
    texts = ["".join(variant) for variant in found.options[1]]
    assert texts == [
        "P gives n of his apples, which cost k each",
        "P give n of his apples, which cost k each",
        "P gave n of his apples, which cost k each",
        "P gave n of his apples, which cost k each",
    ]
    assert found.numbers == {"n", "k"}


def test_number_words_of_the_text_are_found_when_it_is_read():
    pieces = template("{P} <has> two bags with {n} coins in each").options[0][0]
    assert [piece for piece in pieces if isinstance(piece, Stray)] == ["two"]
    assert not any(isinstance(piece, Stray) for piece in template("one of them <is!> {n} feet long").options[0][0])


@pytest.mark.parametrize("text", ["{P} <gives {n}", "{P} gives [a|b", "{two words} <are!> here", "{P} gives n} apples"])
def test_a_broken_template_is_named(text):
    with pytest.raises(DataError):
        template(text)


def test_verbs_of_several_words():
    assert inflected("{S} VERB {n}", "leaves home with") == "{S} <leaves!> home with {n}"
    assert asked("<does> {P} VERB it", "carries home") == "<does> {P} carry home it"
    assert asked("that {P} <VERBs>", "carries home") == "that {P} <carries> home"


EXCEPTED = ("a singular behind more than 1", "a plural verb behind one")
"""What the rules of slips see in sentences that stand alone here: 24 of everything, `does a bus have`."""


def all_templates(scene):
    for acts in scene.acts.values():
        for act in acts:
            for say in act.says:
                yield from ((part, act) for part in (say.say, say.early) if part)
            yield from ((ask, act) for ask in act.asks)
    for found in (*scene.intro, *scene.decor, *scene.merge, *(said for said, _ in scene.distract)):
        yield found, None
    for key, asks in scene.asks.items():
        if scene.items or not key.startswith("items"):
            yield from ((ask, None) for ask in asks)


@pytest.mark.parametrize("name", SCENES)
def test_every_sentence_can_be_told(name):
    """With the scene's nouns, in both tenses, for one and for several: no place stays open, no slip of grammar."""
    scene = SCENES[name]
    rows = scene.items[:: max(1, len(scene.items) // 6)] or (None,)
    for place, row in enumerate(rows):
        tale = Tale(scene, Draws(f"{name}/{place}"), 4, 0.3)
        if row:
            tale.take_item(row)
        for variant in range(4):
            tale.past, tale.plural = variant > 1, bool(variant % 2)
            tale.touched = bool(place % 2)
            tale.refer()
            for found, act in all_templates(scene):
                if act and act.unit:
                    tale.env["unit"], tale.env["units"] = act.unit, f"{act.unit}s"
                told = tale.fill(found, {letter: Node(24, letter, "integer") for letter in found.numbers})
                tale.sentences = []
                text, mentions = tell(tale, told, 0.0)
                slips = [slip for slip in find_slips(text) if slip[0] not in EXCEPTED]
                assert not slips, (text, slips)
                assert mentions == len(read_mentions(text)), text


@pytest.mark.parametrize("name", SCENES)
def test_every_kind_of_quantity_is_asked_for(name):
    """A story that stops at a kind has a question for it: the kind's own, or that of each act that leads to it."""
    scene = SCENES[name]
    for acts in scene.acts.values():
        for act in acts:
            if act.asks:
                continue
            assert not act.end, act.name
            assert any(key.split("_")[0] == act.to for key in scene.asks), (act.to, act.name)


def test_every_relation_has_sentences_for_every_measure():
    relations = load_relations()
    for (measure, kind), says in relations.says.items():
        assert "given" in says, (measure, kind)
        for relation, texts in says.items():
            for text in texts:
                found = template(inflected(text, "bakes"))
                wanted = {"times": "k", "part": "f", "percent_more": "p", "more": "n", "both": ""}.get(relation)
                assert wanted is None or found.numbers == set(wanted), text
    for packs in load_packs().values():
        assert packs


def test_every_move_is_used_and_comes_out_right():
    used = {act.move for scene in SCENES.values() for acts in scene.acts.values() for act in acts}
    assert used <= set(MOVES) == set(LETTERS)
    for scene in SCENES.values():
        for acts in scene.acts.values():
            for act in acts:
                for value in (24, 36, 60, 100, 240):
                    state = Node(value, "x", "integer")
                    row = scene.items[0] if scene.items else None
                    found = play(act, state, Draws(f"{act.name}/{value}"), row, act.on == "earned", 5000)
                    if found is None:
                        continue
                    assert set(found.letters) == set(LETTERS[act.move])
                    assert 1 < found.node.value <= 5000
                    assert (100 * found.node.value) % 1 == 0


def test_draws():
    draws = Draws("key")
    assert [draws.below(1000) for _ in range(200)] == _drawn(Draws("key"), 200)
    counts = [0, 0]
    for _ in range(4000):
        counts[draws.weighted((0, 1), (1, 3))] += 1
    assert 850 < counts[0] < 1150
    assert draws.between(5, 4) is None
    assert all(40 <= draws.near(40, 90) <= 90 for _ in range(50))
    assert sorted(draws.some("abc", 3)) == ["a", "b", "c"]
    assert divisors(24, 2, 12) == [2, 3, 4, 6, 8, 12]


def _drawn(draws, count):
    return [draws.below(1000) for _ in range(count)]


GOOD = """\
about: A test.
items: [{one: kite}]
openings:
- {verb: has, amounts: 4..20, dims: {single: 1}}
acts:
- {move: less, on: items, name: left, say: ["{P} <sells> {n} {of}"]}
"""


def scene_file(tmp_path, text):
    path = tmp_path / "test.yaml"
    path.write_text(text)
    return path


def test_a_scene_of_six_lines_tells_stories(tmp_path):
    scene = read_scene(scene_file(tmp_path, GOOD))
    assert scene.acts["items"][0].move == "less"
    assert scene.asks["items_left"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("about:", "abuot:", "unknown key 'abuot'.*about"),
        ("move: less", "move: lss", "unknown move 'lss'.*less"),
        ("{n} {of}", "some {of}", "must tell each of n once"),
        ("{n} {of}", "{n} {m}", "must tell each of n once"),
        ("dims: {single: 1}", "dims: {weeks: 1}", "unknown dimension 'weeks'"),
        ("amounts: 4..20", "amounts: many", "'many' are no numbers"),
        ("verb: has", "measure: weight", "unknown measure 'weight'"),
        ("items: [{one: kite}]", "items: from fruits", "no table 'fruits'.*fruit"),
        ("acts:", "use: [givin]\nacts:", "no pack 'givin'.*giving"),
        ("<sells>", "<sells", "no partner"),
        ("name: left", "nam: left", "unknown key 'nam'"),
        ("openings:", "openings: []\nuse:", "needs openings|a mapping|list"),
    ],
)
def test_mistakes_are_named(tmp_path, old, new, message):
    with pytest.raises(DataError, match=message):
        read_scene(scene_file(tmp_path, GOOD.replace(old, new)))


def test_groups_told_on_a_day_say_the_day(tmp_path):
    text = GOOD.replace("dims: {single: 1}", "dims: {days: 1}").replace(
        "}}\nacts", "}, groups: [{say: '{S} <has!> {g} bags of {s} {np}', g: 2..4, s: 2..9}]}\nacts"
    )
    with pytest.raises(DataError, match="must say when or where"):
        read_scene(scene_file(tmp_path, text))


def test_the_stock_is_in_the_package():
    assert (FOLDER / "packs.yaml").exists()
    assert len(SCENES) >= 30
    assert all(re.fullmatch(r"[a-z]+", name) for name in SCENES)


@pytest.mark.parametrize("name", SCENES)
def test_no_sentence_has_a_second_meaning(name):
    """`Every other game` is every second one; what `is there` is clearer as what remains."""
    for found, _ in all_templates(SCENES[name]):
        assert not re.search(r"every other\b|that <(?:is|are)!> there", found.text), found.text


def test_limits_in_per_cent_are_shares_of_the_quantity(tmp_path):
    act = read_scene(scene_file(tmp_path, GOOD.replace("name: left,", "name: left, n: 20%..30%,"))).acts["items"][0]
    numbers = set()
    for seed in range(60):
        found = play(act, Node(200, "x", "integer"), Draws(f"share/{seed}"), None, False, 5000)
        numbers.add(found.letters["n"].value)
    assert len(numbers) > 5
    assert 40 <= min(numbers) < 45
    assert 55 < max(numbers) <= 60


def test_what_was_gained_last_is_not_called_remaining():
    tale = Tale(SCENES["savings"], Draws("money"), 4, 0.0)
    tale.kind, tale.lost = "earned", True
    tale.refer()
    assert tale.env["ofmoney"] == "of the remaining money"
    tale.grown = True
    tale.refer()
    assert (tale.env["ofmoney"], tale.env["themoney"]) == ("of all this money", "all this money")


def test_pieces_in_boxes_are_called_by_their_own_name():
    tale = Tale(SCENES["storage"], Draws("pieces"), 4, 0.0)
    tale.kind, tale.env["pieces"], tale.touched = "pieces", "candles", True
    tale.refer()
    assert tale.env["of"] == "of the remaining candles"


def played(act, state, row, count=80):
    found = (play(act, state, Draws(f"{act.name}/{seed}"), row, False, 5000) for seed in range(count))
    return [item for item in found if item is not None]


def test_numbers_of_an_act_keep_to_its_limits_and_use_them():
    wage = next(act for act in SCENES["work"].acts["items"] if act.name == "pay")
    wages = {item.letters["k"].value for item in played(wage, Node(8, "hours", "integer"), None)}
    assert (min(wages), max(wages)) == (10, 30)
    eggs = next(act for act in SCENES["hens"].acts["items"] if act.name == "earned")
    prices = {item.letters["k"].value for item in played(eggs, Node(40, "eggs", "integer"), SCENES["hens"].items[0])}
    assert {float(price) for price in prices} == {0.25, 0.5, 0.75}


@pytest.mark.parametrize("size", [6, 12, 30])
def test_the_price_of_a_pack_fits_what_is_inside(size):
    cartons = computed("div", (Node(360, "eggs", "integer"), Node(size, "per_carton", "integer")), "cartons")
    fewer = computed("sub", (cartons, Node(2, "given", "integer")), "left", "event")
    sell = next(act for act in SCENES["hens"].acts["packs"] if act.move == "times")
    for packs in (cartons, fewer):
        prices = {item.letters["k"].value for item in played(sell, packs, SCENES["hens"].items[0])}
        assert len(prices) > 2
        assert size * 0.25 <= min(prices) < max(prices) <= size * 0.75


def test_pieces_that_were_not_packed_are_packs_of_one():
    sell = next(act for act in SCENES["hens"].acts["packs"] if act.move == "times")
    assert not played(sell, Node(20, "cartons", "integer"), SCENES["hens"].items[0])


def test_classes_stay_apart_when_groups_are_formed():
    act = next(act for act in SCENES["classroom"].acts["items"] if act.apart)
    classes = computed("mul", (Node(6, "classes", "integer"), Node(25, "per_class", "integer")), "students")
    assert {item.letters["d"].value for item in played(act, classes, None)} == {5}
    fewer = computed("sub", (classes, Node(6, "absent", "integer")), "present", "event")
    assert not played(act, fewer, None), "nobody knows from which class they are"
    one = computed("sub", (Node(26, "students", "integer"), Node(2, "absent", "integer")), "present", "event")
    assert {item.letters["d"].value for item in played(act, one, None)} == {2, 3, 4, 6}
