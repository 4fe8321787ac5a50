"""Variants: sound, distinct, pure, and said what was changed; on problems of our own, and on GSM8K where it is."""

import ast
import gc
import operator
import os
import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from tracewright.data.annotate import annotate_all
from tracewright.data.gsm8k import read_gsm8k
from tracewright.data.problem import Problem
from tracewright.data.vary import Ranges, learn_ranges, plan_of, variants, vary, vary_all
from tracewright.grade import grade
from tracewright.mention import read_mentions

GSM8K = Path(os.environ.get("TRACEWRIGHT_GSM8K", Path(__file__).parents[2].parent / "shared/data/gsm8k"))


_WORK = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def worth(text: str) -> Fraction:
    """Work out an expression of an annotation, by Python's own grammar."""

    def work(node: ast.expr) -> Fraction:
        if isinstance(node, ast.BinOp):
            return Fraction(_WORK[type(node.op)](work(node.left), work(node.right)))
        if isinstance(node, ast.UnaryOp):
            return -work(node.operand)
        assert isinstance(node, ast.Constant)
        return Fraction(str(node.value))

    return work(
        ast.parse(re.sub(r"(?<![\d.])0+(?=\d)", "", text.replace(",", "").replace("//", "/").strip()), mode="eval").body
    )


def problem(question: str, answer: str, steps: str, solution: str = "") -> Problem:
    """Make a problem from steps such as `n1 mul n2 -> a; a sub 5 -> result`."""
    lines, known = [], set()
    for step in steps.split(";"):
        left, _, out = step.partition("->")
        first, op, second = left.split()
        for name in (first, second):
            if name not in known and re.fullmatch(r"n\d+", name):
                lines.append(f"- {{op: init, var: {name}, source: {name}}}")
                known.add(name)
        out = out.strip()
        if op.startswith("percent"):
            lines.append(f"- {{op: {op}, base: {first}, rate: {second}, var: {out}}}")
        else:
            lines.append(f"- {{op: compute, compute_op: {op}, args: [{first}, {second}], var: {out}}}")
    lines.append("- {op: query, var: result}")
    expert = "percentage" if "percent" in steps else "arithmetic"
    trace = f"expert: {expert}\ntrace:\n" + "\n".join(lines)
    made = Problem(question=question, answer=answer, id="own/1", trace=trace, tier="certain", solution=solution)
    assert grade(trace, made, check_expert=False).status == "correct"
    return made


HENS = problem(
    "Clara keeps 18 hens. Each hen lays 5 eggs a week. She eats 20 eggs and sells the rest for $2 each. How much does "
    "she get in a week?",
    "140",
    "n1 mul n2 -> a; a sub n3 -> b; b mul n4 -> result",
    "The hens lay 18 * 5 = <<18*5=90>>90 eggs.\nShe sells 90 - 20 = <<90-20=70>>70 eggs.\n"
    "So Clara gets 70 * 2 = $<<70*2=140>>140.",
)
PENS = problem(
    "Omar has 24 pencils and Nadia has three times as many pencils. They share the pencils among 8 boxes. How many "
    "pencils are in a box?",
    "12",
    "n1 mul n2 -> a; a add n1 -> b; b div n3 -> result",
    "Nadia has 24 * 3 = <<24*3=72>>72 pencils. Together that is 72 + 24 = <<72+24=96>>96, so 96 / 8 = <<96/8=12>>12.",
)
SALE = problem(
    "A lamp costs $80. It is sold at 25% off, and Ingrid pays 10 dollars for the way. What does she pay?",
    "70",
    "n1 percent_off n2 -> a; a add n3 -> result",
)
OWN = (HENS, PENS, SALE)


@pytest.mark.parametrize("original", OWN, ids=("hens", "pens", "sale"))
def test_variants_are_sound_distinct_and_say_what_changed(original: Problem) -> None:
    made = list(variants(original, 40, 7, Ranges()))
    assert len(made) == 40
    assert len({each.question for each in made} | {original.question}) == 41
    for each in made:
        assert grade(each.trace, each, check_expert=False).status == "correct"
        assert each.source == "variant" and each.schema == original.id and each.tier == "certain"
        assert re.fullmatch(rf"{original.id}/v/7/\d+", each.id)
        before, after = read_mentions(original.question), read_mentions(each.question)
        assert len(before) == len(after)
        slots = each.extra["changed"]["slots"]
        assert slots
        if "order" not in each.extra["changed"]:
            for old, new in zip(before, after, strict=True):
                assert (old.value != new.value) == (old.name in slots)
        assert 1 not in [mention.value for mention in after]


def test_a_variant_is_a_function_of_problem_seed_and_index() -> None:
    for index in range(20):
        assert vary(HENS, 3, index, Ranges()) == vary(HENS, 3, index, Ranges())
    ten = [each.question for each in variants(HENS, 10, 3, Ranges())]
    assert [each.question for each in variants(HENS, 20, 3, Ranges())][:10] == ten
    other = {each.question for each in variants(HENS, 20, 4, Ranges())}
    assert len(other & set(ten)) < 3


def test_the_last_variants_are_looked_for_as_long_as_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for chance in ("STYLE", "NAMES", "THINGS", "ORDER"):
        monkeypatch.setattr(f"tracewright.data.vary.variant.{chance}", 0.0)
    few = problem("A crate holds 14 melons and 2 go bad. How many are good?", "12", "n1 sub n2 -> result")
    listed = {each.question for each in variants(few, 1000, 0, Ranges())}
    assert 15 < len(listed) < 1000
    monkeypatch.setattr("tracewright.data.vary.draw.FEW", 0)  # drawn one by one
    for seed in range(4):
        assert {each.question for each in variants(few, len(listed), seed, Ranges())} == listed


def test_of_few_numbers_none_come_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    few = problem("A crate holds 14 melons and 2 go bad. How many are good?", "12", "n1 sub n2 -> result")
    there_are = len(list(variants(few, 1000, 5, Ranges())))
    told = [vary(few, 5, index, Ranges()) for index in range(there_are)]
    monkeypatch.setattr("tracewright.data.vary.variant.STYLE", 0.0)
    numbers = [each.extra["changed"]["slots"] for index in range(30) if (each := vary(few, 5, index, Ranges()))]
    assert len({str(each) for each in numbers}) == 30
    assert all(told) and len(numbers) == 30


def test_variants_leave_no_garbage_in_cycles() -> None:
    """The command counts on it: it lets nobody look for such."""
    list(vary_all(OWN, 5, 3, Ranges()))  # what is read and imported but once may leave some
    gc.collect()
    gc.disable()
    try:
        made = sum(len(varied.variants) for varied in vary_all(OWN, 5, 4, Ranges()))
        assert made and gc.collect() == 0
    finally:
        gc.enable()


def test_any_hash_seed_gives_the_same_bytes() -> None:
    code = (
        "from tracewright.data.problem import Problem, to_json\n"
        "from tracewright.data.vary import Ranges, learn_ranges, variants\n"
        f"p = Problem(**{ {'question': PENS.question, 'answer': PENS.answer, 'trace': PENS.trace, 'id': 'x'}!r})\n"
        "for v in variants(p, 30, 1, learn_ranges([p] * 9)): print(to_json(v))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "12345")
    ]
    assert told[0] == told[1] and told[0].count(b"\n") == 30


def test_the_solution_is_told_with_the_same_numbers() -> None:
    told = [each for original in (HENS, PENS) for each in variants(original, 30, 1, Ranges()) if each.solution]
    assert len(told) == 60
    for each in told:
        for left, right in re.findall(r"<<([^=]*)=([^>]*)>>", each.solution):
            assert worth(left) == worth(right)
        assert each.solution.rstrip(".").endswith(each.answer)
        for old, new in each.extra["changed"].get("names", {}).items():
            assert old not in each.solution + each.question
            assert new in each.question


def test_names_and_things_are_exchanged_everywhere() -> None:
    made = list(variants(PENS, 60, 2, Ranges()))
    named = [each for each in made if "names" in each.extra["changed"]]
    swapped = [each for each in made if "items" in each.extra["changed"]]
    assert len(named) > 20 and len(swapped) > 20 and len(made) > len(named)
    for each in swapped:
        (new,) = each.extra["changed"]["items"].values()
        assert "pencil" not in each.question + each.solution
        assert each.question.count(new) >= 4 or new.endswith("ies") or " " in new
    for each in named:
        assert len(set(each.extra["changed"]["names"].values())) == 2


def test_sentences_change_places_and_the_trace_follows() -> None:
    original = problem(
        "Mona has 12 red kites. Pavel has 30 blue kites. How many kites do Mona and Pavel have in all?",
        "42",
        "n1 add n2 -> result",
    )
    made = [each for each in variants(original, 40, 5, Ranges()) if "order" in each.extra["changed"]]
    assert made
    for each in made:
        assert each.extra["changed"]["order"] == [1, 0, 2]
        assert "source: n2}\n- {op: init, var: n2, source: n1" in each.trace


def test_a_problem_without_a_trace_has_none_and_says_so() -> None:
    bare = Problem(question="Ida has 3 cats. How many cats are there?", answer="3")
    assert vary(bare, 1, 1, Ranges()) is None
    (row,) = vary_all([bare], 3, 1, Ranges())
    assert row.variants == () and row.reason == "it has no trace"
    assert list(variants(bare, 3, 1, Ranges())) == []


@pytest.mark.parametrize("answer", ["99", "abc"])
def test_a_trace_that_comes_to_something_else_is_not_varied(answer: str) -> None:
    right = problem("Ann has 5 apples and picks 17 more. How many has she?", "22", "n1 add n2 -> result")
    assert not isinstance(plan_of(right, Ranges()), str)
    assert plan_of(replace(right, answer=answer), Ranges()) == "its trace does not come to its answer"


STAYS = [
    (
        "Eva drew 12 cards in 2004. Each card took 3 minutes. How many minutes did she draw?",
        "36",
        "n1 mul n3 -> result",
        2,
    ),
    ("A dog has 4 legs. How many legs have 15 dogs?", "60", "n1 mul n2 -> result", 1),
    ("There are 60 minutes in an hour. Jon swims 7 hours. How many minutes are that?", "420", "n1 mul n2 -> result", 1),
    (
        "Ada gave her three sons, Ben, Carl, and Dan, 14 nuts each. How many nuts was that?",
        "42",
        "n1 mul n2 -> result",
        1,
    ),
    ("Lea has six $20 bills. How much is that?", "120", "n1 mul n2 -> result", 2),
    ("Lea has 6 bills of 20 dollars. How much is that?", "120", "n1 mul n2 -> result", 2),
    ("In room 12 there are 30 desks with 4 drawers. How many drawers are there?", "120", "n2 mul n3 -> result", 1),
    (
        "Two friends ate 9 rolls. The other friend ate 16 rolls. How many rolls did they eat?",
        "25",
        "n2 add n3 -> result",
        1,
    ),
]


@pytest.mark.parametrize(("question", "answer", "steps", "fixed"), STAYS)
def test_what_must_stay_stays(question: str, answer: str, steps: str, fixed: int) -> None:
    original = problem(question, answer, steps)
    old = read_mentions(question)[fixed - 1]
    made = list(variants(original, 15, 1, Ranges()))
    assert made
    assert all(read_mentions(each.question)[fixed - 1].value == old.value for each in made)


def test_a_stated_sum_moves_with_its_parts() -> None:
    original = problem(
        "Of the 25 pupils 10 chose tea and 15 chose milk. Tea costs $3 and milk costs $4. What is paid?",
        "90",
        "n2 mul n4 -> a; n3 mul n5 -> b; a add b -> result",
    )
    for each in variants(original, 20, 1, Ranges()):
        numbers = [mention.value for mention in read_mentions(each.question)]
        assert numbers[0] == numbers[1] + numbers[2]


def test_percents_that_make_a_hundred_go_on_doing_so() -> None:
    original = problem(
        "Of 400 birds 30% are ducks and 70% are geese. How many more geese than ducks are there?",
        "160",
        "n1 percent_of n2 -> a; n1 percent_of n3 -> b; b sub a -> result",
    )
    for each in variants(original, 20, 1, Ranges()):
        birds, ducks, geese = (mention.value for mention in read_mentions(each.question))
        assert ducks + geese == 100 and ducks % 5 == 0 and birds % 10 == 0 and geese > ducks


def test_equal_numbers_move_together() -> None:
    original = problem(
        "Rosa walks 14 days. Each of the 14 days she walks 3 miles. How many miles does she walk?",
        "42",
        "n2 mul n3 -> result",
    )
    for each in variants(original, 20, 1, Ranges()):
        numbers = [mention.value for mention in read_mentions(each.question)]
        assert numbers[0] == numbers[1]


def test_days_of_a_week_are_seven_and_their_sum_too() -> None:
    original = problem(
        "Uma swam 2 days a week and adds 3 days a week. She swims 4 miles each day. How many miles is that a week?",
        "20",
        "n1 add n2 -> a; a mul n3 -> result",
    )
    made = list(variants(original, 20, 1, Ranges()))
    assert len(made) == 20
    for each in made:
        first, second, _ = (mention.value for mention in read_mentions(each.question))
        assert first + second <= 7


def test_a_threshold_that_decides_keeps_its_side() -> None:
    original = problem(
        "Orders over $50 get $10 off. Iva orders 4 books for $15 each. What does she pay?",
        "50",
        "n3 mul n4 -> a; a sub n2 -> result",
    )
    for each in variants(original, 30, 1, Ranges()):
        limit, _, books, price = (mention.value for mention in read_mentions(each.question))
        assert limit == 50 and books * price > 50


def test_a_threshold_is_not_taken_for_a_result() -> None:
    """What is taken off is 30 in all, and he bought more than 30: chance, and the one does not follow the other."""
    original = problem(
        "Since Rex bought more than 30 beads, $5 is taken off each of his 6 boxes of $20. What does he pay?",
        "90",
        "n2 mul n3 -> a; n3 mul n4 -> b; b sub a -> result",
    )
    made = list(variants(original, 20, 1, Ranges()))
    assert made and all(read_mentions(each.question)[0].value == 30 for each in made)


def test_days_of_one_week_are_at_most_seven() -> None:
    original = problem(
        "In the first week Ugo jogs 3 days while he jogs 5 days in the second week, 12 miles each day. How many miles "
        "is that?",
        "96",
        "n2 add n3 -> a; a mul n5 -> result",
    )
    counted = [mention.value for mention in read_mentions(original.question) if mention.kind != "ordinal"]
    assert counted == [3, 5, 12]
    for each in variants(original, 20, 1, Ranges()):
        days = [mention.value for mention in read_mentions(each.question) if mention.kind != "ordinal"][:2]
        assert max(days) <= 7


def test_what_may_be_its_own_complement_stays() -> None:
    """What a half leaves is a half: a trace that multiplies by the one may mean the other."""
    for text, answer, steps in (
        ("Of 40 pears half rot. How many are left?", "20", "n1 mul n2 -> result"),
        ("Of 40 pears 50% rot. How many are left?", "20", "n1 percent_of n2 -> result"),
        ("Ivo makes 2 piles of his 40 pears and gives one away. How many has he left?", "20", "n2 div n1 -> result"),
    ):
        original = problem(text, answer, steps)
        at = 0 if "piles" in text else 1
        old = read_mentions(text)[at].value
        assert all(read_mentions(each.question)[at].value == old for each in variants(original, 9, 1, Ranges()))


@pytest.mark.parametrize(
    ("question", "answer", "steps", "reason"),
    [
        (
            "A cap costs $80 and a tie 20% of that. What does the tie cost?",
            "16",
            "n2 percent_off n2 -> result",
            "percent",
        ),
        ("Leo pays 2 pens of $2 each. What does he pay?", "4", "n1 add n2 -> result", "prices and counts"),
        (
            "Of 3, 4, 5 and 8 eggs 9 and 7 break. How many are left of 9 and 7?",
            "2",
            "n5 sub n6 -> result",
            "leaves out",
        ),
    ],
)
def test_a_trace_that_may_hide_a_number_is_refused(question: str, answer: str, steps: str, reason: str) -> None:
    assert reason in str(plan_of(problem(question, answer, steps), Ranges()))


def test_a_superlative_over_a_number_outside_the_trace_is_refused() -> None:
    original = problem(
        "Ann has 9 nuts, Bo has 20 nuts and Cy has 14 nuts. How many more nuts than Ann has who has the most?",
        "11",
        "n2 sub n1 -> result",
    )
    assert "decides" in str(plan_of(original, Ranges()))


@pytest.mark.skipif(not GSM8K.exists(), reason="GSM8K is not there; the tests above use problems of our own")
def test_gsm8k_gives_sound_variants() -> None:
    found = read_gsm8k(GSM8K)
    annotated, _ = annotate_all(found[::20])
    chosen = [each for each in annotated if each.tier == "certain"]
    full = 0
    ranges = learn_ranges(found)
    for row in vary_all(chosen, 20, 1, ranges):
        full += len(row.variants) == 20
        for each in row.variants[:2]:
            assert grade(each.trace, each, check_expert=False).status == "correct"
            for left, right in re.findall(r"<<([^=<>]*)=([^>]*)>>", each.solution):
                assert worth(left) == worth(right)
    assert full > 0.85 * len(chosen)


def test_where_nothing_may_be_drawn_the_search_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("tracewright.data.vary.slots.list_draws", lambda _: [])
    monkeypatch.setattr("tracewright.data.vary.variant._Teller.tell", lambda _, index, known: asked.append(index))
    assert list(variants(HENS, 5, 1, Ranges())) == [] and asked == []


def test_percents_of_a_question_about_grades_keep_their_order() -> None:
    question = "Ada averages {}% on 4 quizzes. For a good grade she needs {}% over 5 quizzes. What must she score next?"
    quizzes = problem(question.format(80, 85), "105", "n4 mul n3 -> a; n2 mul n1 -> b; a sub b -> result")
    told = [[mention.value for mention in read_mentions(each.question)] for each in variants(quizzes, 40, 1, Ranges())]
    assert len({tuple(each) for each in told}) > 10
    assert all(values[0] < values[2] for values in told)
