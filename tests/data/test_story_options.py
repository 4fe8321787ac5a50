"""The options of the data engine on stories: which hold, and that each leaves a story exact."""

import re

import pytest

from tracewright.data.story import gallery, stories
from tracewright.data.story.loading import load_scenes
from tracewright.data.story.mixture import training_problems
from tracewright.errors import DataError
from tracewright.mention import read_mentions
from tracewright.number import write
from tracewright.recipe import DataConfig
from tracewright.trace.experts import ANY_RULES
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.solve import solve

COUNT, SEED = 150, 12


def told(**options):
    """Return stories under options, each held against its answer."""
    made = list(training_problems(DataConfig(story=1.0, **options), COUNT, SEED))
    for problem in made:
        trace = parse(problem.trace, ANY_RULES)
        assert not isinstance(trace, Fault), problem.trace
        solution = solve(trace, read_mentions(problem.question))
        assert write(solution.answer) == problem.answer, (problem.question, problem.trace)
        assert trace.expert == problem.expert
        numbers = {mention.name for mention in read_mentions(problem.question)}
        used = set(re.findall(r"source: (n\d+)", problem.trace))
        assert used | set(problem.extra.get("distractors", ())) == numbers, problem.question
    return made


PLAIN = told()


@pytest.mark.parametrize("naming", ["semantic", "abstract", "per_instance"])
def test_naming(naming):
    made = told(naming=naming)
    assert [problem.question for problem in made] == [problem.question for problem in PLAIN]
    assert sum(one.trace != other.trace for one, other in zip(made, PLAIN, strict=True)) > COUNT / 2


def test_number_words():
    word = re.compile(r"\b(?:three|four|five|six|seven|eight|nine|ten)\b")
    shares = [sum(bool(word.search(problem.question)) for problem in told(number_words=x)) for x in (0.0, 0.9)]
    assert shares[0] < 0.1 * COUNT < 0.6 * COUNT < shares[1]


@pytest.mark.parametrize("kind", ["decorative", "distracting"])
def test_further_sentences(kind):
    made = told(**{kind: 1.0})
    longer = [one for one, other in zip(made, PLAIN, strict=True) if len(one.question) > len(other.question)]
    assert len(longer) > 0.9 * COUNT
    marked = sum(bool(problem.extra.get("distractors")) for problem in longer)
    assert (marked > 0.9 * COUNT) if kind == "distracting" else (marked < 0.1 * COUNT)


def test_inits_first_or_between():
    """A story of itself has each init just before its use; with 0 the arithmetic ones have them all first."""
    mixed = [problem for problem in PLAIN if re.search(r"compute.*init", problem.trace, re.DOTALL)]
    assert len(mixed) > COUNT / 2
    assert [problem.trace for problem in told(interleaved=1.0)] == [problem.trace for problem in PLAIN]
    first = [problem for problem in told(interleaved=0.0) if problem.expert == "arithmetic"]
    assert len(first) > COUNT / 4
    assert not any(re.search(r"compute.*init", problem.trace, re.DOTALL) for problem in first)


def test_percentages_by_compute():
    assert any("percent_o" in problem.trace for problem in PLAIN)
    made = told(percent="compute")
    assert not any(re.search(r"op: percent_", problem.trace) for problem in made)


def test_formula_steps():
    made = told(formula=True)
    wanted = [problem for problem in made if problem.expert in ("rate_equation", "comparison")]
    assert len(wanted) > 10
    assert all("op: formula" in problem.trace for problem in wanted)


def test_no_compositions_where_none_are_wanted():
    assert any(problem.expert == "composition" for problem in PLAIN)
    assert not any(problem.expert == "composition" for problem in told(composition=0.0))


def test_what_chooses_schemas_does_not_touch_stories():
    for options in (
        {"balance": "run9"},
        {"wordings": 1},
        {"schemas": ("percentage",)},
        {"composition": 0.5},
        {"shapes": "uniform"},
    ):
        assert told(**options) == PLAIN


def test_the_gallery_shows_stories_of_every_scene():
    shown = {scene.name: problems for scene, problems in gallery()}
    assert list(shown) == list(load_scenes())
    assert all(len(problems) == 3 for problems in shown.values())
    assert all(scene.about.endswith(".") for scene, _ in gallery(each=1))
    (only,) = gallery(["bus"], seed=4, each=2)
    assert [problem.schema for problem in only[1]] == ["story/bus"] * 2
    with pytest.raises(DataError, match=r"bakrey.*bakery"):
        list(gallery(["bakrey"]))


def test_doubles_and_halves_are_frequent():
    """As in real problems, where 14 and 12 % of the questions have one; the schemas beside the stories have few."""
    made = list(stories(1500, 8))
    for pattern, low, high in (
        (r"twice|doubled?s?", 0.14, 0.25),
        (r"half", 0.13, 0.25),
        (r"as (?:many|much)", 0.1, 0.3),
    ):
        share = sum(bool(re.search(rf"\b(?:{pattern})\b", problem.question)) for problem in made) / len(made)
        assert low < share < high, pattern


def test_that_is_follows_a_single_amount():
    """`Ann has $8, and Tom has $6. That is twice ...` could mean both together."""
    found = 0
    for problem in stories(2500, 5):
        for before in re.findall(r"([^.?]*)\. That (?:is|was) ", problem.question):
            found += 1
            numbers = len(read_mentions(before))
            groups = re.search(r"\b(?:each|every|of|an hour|per hour)\b", before)
            assert numbers == 1 or (numbers == 2 and groups), problem.question
    assert found > 50
