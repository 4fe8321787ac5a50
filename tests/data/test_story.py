"""Stories: pure, exact, every number accounted for, any wiring; the trace is the graph that was told."""

import os
import re
import subprocess
import sys
from collections import Counter

import pytest

from tracewright.data.audit.shape import shape
from tracewright.data.generate import problems
from tracewright.data.naming import NAMINGS, rename
from tracewright.data.problem import to_json
from tracewright.data.slips import find_slips
from tracewright.data.story import Options, stories, story
from tracewright.data.story.draw import Draws
from tracewright.data.story.graph import Node, computed, expert_of, needed, write_trace
from tracewright.data.story.loading import load_scenes
from tracewright.data.story.mixture import training_problems
from tracewright.data.story.openings import open_story
from tracewright.data.story.tale import Tale
from tracewright.data.vocabulary import slug
from tracewright.errors import ConfigError, DataError
from tracewright.mention import read_mentions
from tracewright.number import read_literal, write
from tracewright.recipe import DataConfig
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import lint, solve

SAMPLE = list(stories(1200, 3))


def problems_with(problem):
    """Yield what a stranger finds wrong with a problem, from its text and its trace alone."""
    trace = parse(problem.trace)
    if isinstance(trace, Fault):
        yield f"no trace: {trace}"
        return
    if render(trace) != problem.trace:
        yield "not canonical"
    mentions = read_mentions(problem.question)
    solution = solve(trace, mentions)
    if isinstance(solution, Fault):
        yield f"fails: {solution}"
        return
    if write(solution.answer) != problem.answer:
        yield f"the solver says {write(solution.answer)}"
    yield from (remark.message for remark in lint(trace, solution, mentions, question_given=True))
    yield from (slip for slip, _ in find_slips(problem.question))
    used = set(re.findall(r"source: (n\d+)", problem.trace))
    distractors = set(problem.extra.get("distractors", ()))
    if used & distractors or used | distractors != {mention.name for mention in mentions}:
        yield f"numbers: {sorted(used)} and {sorted(distractors)} of {len(mentions)}"
    if trace.expert != problem.expert:
        yield f"expert {trace.expert}"


@pytest.mark.parametrize("scene", load_scenes())
def test_every_scene_tells_exact_stories(scene):
    for problem in stories(60, 1, Options(scenes=(scene,), distractors=0.3)):
        assert not list(problems_with(problem)), (problem.question, problem.trace)
        assert problem.schema == f"story/{scene}"
        assert all(name in problem.question for name in problem.names)


def test_stories_are_exact():
    for problem in SAMPLE:
        assert not list(problems_with(problem)), (problem.question, problem.trace)


def test_values_are_believable():
    for problem in SAMPLE:
        answer = read_literal(problem.answer)
        solution = solve(parse(problem.trace), read_mentions(problem.question))
        values = [value for part in solution.values for value in part if value is not None]
        assert answer > 0
        assert all(value > 0 for value in values), problem.question
        assert all((100 * value).denominator == 1 for value in values if "part" not in problem.trace), problem.question
        assert all(value < 100_000 for value in values), problem.question


def test_a_story_is_a_pure_function_of_seed_and_index():
    again = [story(3, index) for index in reversed(range(40))][::-1]
    assert again == SAMPLE[:40]
    assert list(stories(10, 3, start=30)) == SAMPLE[30:40]
    others = {problem.question for problem in stories(300, 4)}
    assert len(others) == 300
    assert not others & {problem.question for problem in SAMPLE}
    assert SAMPLE[7].id == "story/3/7"
    assert SAMPLE[7].source == "story"


@pytest.mark.parametrize("hash_seed", ["1", "77"])
def test_the_same_bytes_under_any_hash_seed(hash_seed):
    code = "from tracewright.data.story import stories\nfrom tracewright.data.problem import to_json\n"
    code += "print(*map(to_json, stories(25, 3)), sep='\\n')"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert made.stdout.splitlines() == [to_json(problem) for problem in SAMPLE[:25]]


@pytest.mark.parametrize("naming", NAMINGS)
def test_names_follow_the_strategy(naming):
    """The text that is written at once is what `rename` makes of the semantic one."""
    for index in range(150):
        plain = story(8, index, Options(naming="semantic"))
        named = story(8, index, Options(naming=naming))
        assert named.question == plain.question
        owners = [named.trace.partition("var: ")[2].partition(".")[0]] + [slug(name) for name in named.names]
        wanted = {render(rename(parse(plain.trace), naming, owner)) for owner in owners}
        assert named.trace in wanted
        assert not list(problems_with(named))


def test_shapes_are_many_and_of_any_wiring():
    shapes = Counter(shape(parse(problem.trace)) for problem in SAMPLE)
    assert len(shapes) > 500
    assert max(shapes.values()) < 0.06 * len(SAMPLE)
    reused = [text for text in shapes if re.search(r"\((\d+)[,)].*[(,]\1[,)]", text)]
    assert len(reused) > 50, "results that two steps use"
    steps = Counter(problem.steps for problem in SAMPLE)
    assert set(range(2, 9)) <= set(steps)
    assert 3.3 < sum(problem.steps for problem in SAMPLE) / len(SAMPLE) < 4.2


def test_experts_and_language_are_spread():
    experts = Counter(problem.expert for problem in SAMPLE)
    assert set(experts) >= {"arithmetic", "comparison", "composition", "rate_equation", "entity_track"}
    shares = {
        r"\b(he|she|they|his|her|their)\b": (0.6, 0.95),
        r"\bif\b": (0.28, 0.6),
        r"\b(per|each|every)\b": (0.35, 0.68),
        r"\$|dollars": (0.25, 0.5),
        r"%|percent": (0.09, 0.2),
        r"\b(times|twice)\b": (0.17, 0.37),
    }
    for pattern, (low, high) in shares.items():
        share = sum(bool(re.search(pattern, problem.question, re.I)) for problem in SAMPLE) / len(SAMPLE)
        assert low < share < high, (pattern, share)


def test_number_words_are_an_option():
    words = re.compile(r"\b(three|four|five|six|seven|eight|nine|ten)\b")
    options = Options(number_words=0)
    none = sum(bool(re.search(r"\b(six|seven|eight|nine|ten)\b", item.question)) for item in stories(200, 6, options))
    always = sum(bool(words.search(item.question)) for item in stories(200, 6, Options(number_words=1.0)))
    assert none == 0
    assert always > 120


def test_distractors_are_marked():
    made = list(stories(300, 9, Options(distractors=1.0)))
    marked = [problem for problem in made if problem.extra]
    assert len(marked) > 100
    for problem in marked:
        for name in problem.extra["distractors"]:
            assert f"source: {name}}}" not in problem.trace
    assert not any(problem.extra for problem in stories(200, 9, Options(distractors=0)))


def test_a_share_of_the_training_problems_are_stories():
    made = list(training_problems(DataConfig(story=0.25), 80, 5))
    told = [problem for problem in made if problem.source == "story"]
    assert len(told) == 20
    assert told == list(stories(20, 5, Options(number_words=DataConfig().number_words)))
    assert sum(problem.source == "story" for problem in made[:40]) == 10
    assert [problem for problem in made if problem.source == "schema"] == list(problems(DataConfig(), 60, 5))
    assert list(training_problems(DataConfig(), 10, 5)) == list(problems(DataConfig(), 10, 5))
    assert all(problem.source == "story" for problem in training_problems(DataConfig(story=1.0), 10, 5))
    assert list(training_problems(DataConfig(story=0.5), 0, 5)) == []
    with pytest.raises(ConfigError, match=r"data\.story"):
        DataConfig(story=1.5)


def test_an_unknown_scene_is_the_persons_mistake():
    with pytest.raises(DataError, match=r"bakrey.*bakery"):
        story(0, 0, Options(scenes=("bakrey",)))


def given(value, name, mention, kind="integer"):
    node = Node(value, name, kind)
    node.mention = mention
    return node


def test_percentages_beside_other_steps_become_a_composition_of_single_values():
    price, count, rate, more = given(10, "price", 1), given(4, "count", 2), given(25, "rate", 3), given(3, "more", 4)
    cost = computed("mul", (price, count), "cost")
    sale = computed("percent_off", (cost, rate), "sale")
    total = computed("add", (sale, cost, more), "total")
    text, expert, steps = write_trace(needed(total), False, "hybrid", "", "amount")
    trace = parse(text)
    assert expert == trace.expert == "composition"
    assert [part.expert for part in trace.parts] == ["arithmetic", "percentage", "arithmetic"]
    assert steps == 3
    assert render(trace) == text
    assert "source: sub0.result" in text
    assert "source: prev.result" in text
    mentions = read_mentions("10, 4, 25 and 3")
    assert solve(trace, mentions).answer == 73


def test_experts_follow_from_the_steps():
    a, b, c = given(10, "a", 1), given(5, "b", 2), given(20, "rate", 3)
    assert expert_of([computed("percent_of", (a, c), "x")], False) == "percentage"
    assert expert_of([computed("mul", (a, b), "x")], True) == "rate_equation"
    assert expert_of([computed("mul", (a, b), "x")], False) == "arithmetic"
    more = computed("add", (a, b), "x", "relation")
    assert expert_of([more, computed("add", (a, more), "y", "sum")], True) == "comparison"
    first = computed("sub", (a, b), "x", "event")
    second = computed("add", (first, c), "y", "event")
    assert expert_of(needed(second), False) == "entity_track"
    assert expert_of([first], False) == "arithmetic"
    text, expert, steps = write_trace(needed(second), False, "hybrid", "", "eggs")
    assert (expert, steps) == ("entity_track", 2)
    assert solve(parse(text), read_mentions("10, 5, 20")).answer == 25


def test_what_is_not_needed_is_not_in_the_trace():
    a, b, c = given(10, "a", 1), given(5, "b", 2), given(3, "c", 3)
    unneeded = computed("mul", (a, c), "far")
    total = computed("add", (a, b), "total")
    text, _, steps = write_trace(needed(total), False, "hybrid", "", "x")
    assert unneeded.name not in text
    assert "n3" not in text
    assert steps == 1


def test_two_joined_sentences_name_a_person_once():
    alone = [problem for problem in SAMPLE if len(problem.names) == 1]
    assert len(alone) > 500
    for problem in alone:
        name = problem.names[0]
        assert not re.search(rf"\b{name} [^.?]*, and {name} ", problem.question), problem.question


def test_nobody_works_longer_than_the_scene_allows():
    """Comparisons of an opening that is `within` keep to the limits of its given amounts."""
    scene, compared = load_scenes()["work"], 0
    for index in range(300):
        opened = open_story(Tale(scene, Draws(f"work/{index}"), 5, 0.0))
        if opened is not None:
            assert all(2 <= member.node.value <= 10 for member in opened.members)
            compared += sum(bool(member.node.op) for member in opened.members)
    assert compared > 50


def test_what_was_told_in_groups_is_compared_with_its_noun():
    """Behind `bakes 4 trays of 12 rolls`, `half as many` could be trays."""
    groups = re.compile(r"On (\w+), \w+ (?:bakes|baked) \S+ (?:trays|batches)\b")
    bare = re.compile(r"(?:as many|more|fewer|more than \S+ as many) (?:as|than) (?:on|the day)\b")
    told, compared = 0, 0
    for problem in stories(1500, 5, Options(scenes=("bakery",))):
        days = groups.findall(problem.question)
        told += bool(days)
        for sentence in problem.question.split("."):
            compared += bool(
                re.search(rf"(?:as many|more|fewer) \w.* (?:as|than) on (?:{'|'.join(days) or 'x'})", sentence)
            )
            assert not (days and bare.search(sentence) and f"on {days[0]}" in sentence), problem.question
    assert told > 100
    assert compared > 30


def test_nobody_asks_for_the_total_of_every_day():
    asked = re.compile(r"(?:altogether|in total|in all)[^.]*\?$")
    habits = [
        item
        for item in stories(1500, 12, Options(scenes=("cars", "windows", "work", "tv")))
        if "ach day, " in item.question or "very day, " in item.question
    ]
    assert len(habits) > 20
    for problem in habits:
        assert not asked.search(problem.question), problem.question
