"""Numbers that hang together without a word, and the slips of GSM8K's questions: what stays, what is mended or left."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tracewright.cli import main
from tracewright.data.annotate import annotate_all
from tracewright.data.annotate.alternatives import _equal_numbers
from tracewright.data.annotate.context import read_places
from tracewright.data.gsm8k import read_solutions
from tracewright.data.problem import Problem, question_digest, write_problems
from tracewright.data.vary import Ranges, plan_of, variants
from tracewright.data.vary import slips as slips_module
from tracewright.data.vary.checks import Program, program_of
from tracewright.data.vary.relations import follow
from tracewright.data.vary.slips import REASONS, Slip, find_slip, mend, slips
from tracewright.data.vary.slots import read_layout
from tracewright.data.vary.ties import equals, tied
from tracewright.data.vary.values import key_of
from tracewright.grade import grade
from tracewright.mention import read_mentions
from tracewright.trace.parse import parse
from tracewright.trace.syntax import Trace

GSM8K = Path(os.environ.get("TRACEWRIGHT_GSM8K") or Path(__file__).parents[3] / "shared" / "data" / "gsm8k")


def program(question: str, steps: str) -> Program:
    """Write a program from steps such as `a = n1 mul n2; r = a sub 5`."""
    lines = [f"- {{op: init, var: n{n}, source: n{n}}}" for n in range(1, len(read_mentions(question)) + 1)]
    for step in steps.split("; "):
        out, _, rest = step.partition(" = ")
        first, op, *others = rest.split()
        lines.append(f"- {{op: compute, compute_op: {op}, args: [{', '.join([first, *others])}], var: {out}}}")
    trace = parse("expert: arithmetic\ntrace:\n" + "\n".join(lines) + "\n- {op: query, var: r}")
    assert isinstance(trace, Trace)
    made = program_of(trace, [mention.value for mention in read_mentions(question)])
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("question", "steps", "stays"),
    [
        ("She has 12 kilns. On the 13th kiln sit 7 cups.", "r = n1 mul n3", {"n1": "an ordinal"}),
        ("She has 3 kilns, and buys a fourth kiln of 7 cups.", "r = n1 mul n3", {"n1": "an ordinal"}),
        ("She has 3 kilns. The fourth cup costs $7.", "r = n1 mul n3", {}),
        ("In 3 runs he made 36, 34, and 38 points.", "a = n2 add n3 n4; r = a div n1", {"n1": "a list"}),
        ("In 4 runs he made 36, 34, and 38 points.", "a = n2 add n3 n4; r = a div n1", {}),
        ("He has played 15 of 20 games at $9.", "r = n3 div 5", {"n1": "a constant", "n2": "a constant"}),
        ("He swims 4 days this week, for 30 minutes each.", "a = 3 mul n2; r = a add n1", {"n1": "a constant"}),
        ("He swims 4 days this spring, for 30 minutes each.", "a = 7 mul n2; r = a add n1", {}),
        ("Ann is 18, Eva is 5. When will Ann be twice as old?", "a = n1 sub n2; b = a mul n3; r = b sub n1",
         {"n3": "a factor"}),
        ("Ann is 18, Eva is 5. When will Ann be twice as old?", "a = n1 sub n2; r = a mul n3", {}),
        ("A tall dog of 12 inches, in feet of 30 inches.", "a = n2 sub n1; r = a div n1", {"n1": "a unit"}),
        ("A tall dog of 13 inches, in feet of 30 inches.", "a = n2 sub n1; r = a div n1", {}),
        ("He buys 2 pears of $9 each.", "r = n2 add n2", {"n1": "a sum"}),
        ("He pays $5 for each of 7 and 3 meals.", "a = n1 mul n2; r = n1 mul a", {"n1": "a factor once"}),
        ("A square has a side of 5 feet.", "r = n1 mul n1", {}),
        ("He eats 2 figs and 2 plums.", "r = n1 add n2", {"n1": "a factor once", "n2": "a factor once"}),
    ],
)  # fmt: skip
def test_what_hangs_together_stays(question: str, steps: str, stays: dict[str, str]) -> None:
    mentions = read_mentions(question)
    found = tied(program(question, steps), mentions, question)
    found = {mentions[at].name: reason for at, reason in found.items()}
    assert found.keys() == stays.keys()
    assert all(part in found[name] for name, part in stays.items())


@pytest.mark.parametrize(
    ("question", "steps", "pairs"),
    [
        ("30 go to the lake, 15 of them by car, 9 by bus.", "a = n1 sub n2; r = a sub n3", {(15, 15)}),
        ("60 of 100 cups, 7 of them blue.", "a = n2 sub 40; r = a sub n3", {}),
        ("5 hens lay 12 eggs.", "a = n1 mul n2; r = a div 60", {(60, 60)}),
    ],
)
def test_what_is_equal_by_chance_stays_equal(question: str, steps: str, pairs: set[tuple[int, int]]) -> None:
    made = program(question, steps)
    found = equals(made, read_mentions(question))
    assert {(made.start[order.left], made.start[order.right]) for order in found} == set(pairs)
    assert all(order.sign == 0 for order in found)


def test_a_percentage_that_is_read_once_may_equal_its_result() -> None:
    question = "Of 100 cups 60% are blue, and 7 break."
    trace = parse(
        "expert: percentage\ntrace:\n- {op: init, var: a, source: n1}\n- {op: init, var: b, source: n2}\n"
        "- {op: init, var: c, source: n3}\n- {op: percent_of, base: a, rate: b, var: d}\n"
        "- {op: compute, compute_op: sub, args: [d, c], var: r}\n- {op: query, var: r}"
    )
    assert isinstance(trace, Trace)
    mentions = read_mentions(question)
    made = program_of(trace, [mention.value for mention in mentions])
    assert made is not None and made.start[made.ops[0].out] == 60
    assert equals(made, mentions) == []


def own(question: str, answer: str, steps: str) -> Problem:
    """Make a problem whose trace has these steps."""
    inits = [f"- {{op: init, var: n{n}, source: n{n}}}" for n in range(1, len(read_mentions(question)) + 1)]
    lines = []
    for step in steps.split("; "):
        out, _, rest = step.partition(" = ")
        first, op, *others = rest.split()
        lines.append(f"- {{op: compute, compute_op: {op}, args: [{', '.join([first, *others])}], var: {out}}}")
    trace = "expert: arithmetic\ntrace:\n" + "\n".join([*inits, *lines, "- {op: query, var: r}"])
    made = Problem(question=question, answer=answer, id="own/1", trace=trace, tier="certain")
    assert grade(trace, made, check_expert=False).status == "correct"
    return made


def values(problem: Problem) -> list[list[int]]:
    """Return the numbers of some variants."""
    made = list(variants(problem, 30, 1, Ranges()))
    assert len(made) > 9
    return [[int(mention.value) for mention in read_mentions(each.question)] for each in made]


def test_a_rest_that_is_stated_stays_true() -> None:
    bags = own("He fills 12 bags and sells 7 jars for $6 each. He sells the remaining 5 for $4 each. What does he get?",
               "62", "a = n2 mul n3; b = n4 mul n5; r = a add b")  # fmt: skip
    assert all(filled == sold + rest for filled, sold, _, rest, _ in values(bags))
    mentions = read_mentions(bags.question)
    keys = [key_of(mention, bags.question) for mention in mentions]
    made = program(bags.question, "a = n2 mul n3; b = n4 mul n5; r = a add b")
    assert ("sub", (0, 1)) in follow(3, mentions, keys, made, bags.question)


def test_counts_and_prices_keep_their_order() -> None:
    tickets = own("A ticket costs $9 and a drink $8. 30 adults and 27 children come. What do they pay in all?",
                  "969", "a = n1 add n2; b = n3 add n4; r = a mul b")  # fmt: skip
    assert all(ticket > drink and adults > children for ticket, drink, adults, children in values(tickets))


def test_no_number_moves_that_stays() -> None:
    question = (
        "A club has 12 boys and 17 girls, which makes 29 kids. With 14 adults that is a total of 43 people. Each kid "
        "pays 6 coins and each of the people eats 7 figs. How many coins and figs are that?"
    )
    mentions = read_mentions(question)
    steps = "a = n1 add n2; b = a add n4; c = a mul n6; d = b mul n7; r = c add d"
    made = own(question, "475", steps)
    trace = parse(made.trace)
    assert isinstance(trace, Trace)
    layout = read_layout(question, mentions, trace, (), Ranges(), held=("n5",))
    assert not isinstance(layout, str) and not set(layout.moving) & set(layout.stays)
    assert 4 in layout.stays and 0 in layout.stays  # 12 and 17 make 29, and 29 and 14 make 43


def test_a_number_beyond_what_is_usual_may_stay() -> None:
    ages = own("Bob is 96 years old. Ann is 98 years old, and reads for 3 years less. How long does she read?",
               "95", "r = n2 sub n3")  # fmt: skip
    assert list(variants(ages, 3, 1, Ranges()))


def test_any_writing_of_a_trace_will_do() -> None:
    ducks = own("Ann has 12 hens. Bob has 25 ducks. How many more ducks than hens are there?", "13", "r = n2 sub n1")
    quoted = replace(ducks, trace=re.sub(r"source: (n\d)", r"source: '\1'", ducks.trace))
    assert [each.trace for each in variants(quoted, 20, 1, Ranges())] == [
        each.trace for each in variants(ducks, 20, 1, Ranges())
    ]
    block = replace(ducks, trace=ducks.trace.replace("{op: query, var: r}", "op: query\n  var: r"))
    for each in variants(block, 20, 1, Ranges()):
        assert grade(each.trace, each, check_expert=False).status == "correct"
    hens = own("Max has 12 hens. He buys 25 more hens and has 30 cats. What is the larger of his hens and the cats?",
               "37", "a = n1 add n2; r = a max n3")  # fmt: skip
    for each in variants(hens, 20, 1, Ranges()):
        assert grade(each.trace, each, check_expert=False).status == "correct"


def test_ages_change_less_than_other_results() -> None:
    ages = own("Una is 12 years old. Her mother is 3 times as old. How old is her mother?", "36", "r = n1 mul n2")
    assert all(24 <= one * times <= 54 for one, times in values(ages))
    cups = own("Una has 12 cups. Her mother has 3 times as many. How many has her mother?", "36", "r = n1 mul n2")
    found = [one * times for one, times in values(cups)]
    assert min(found) < 24 and max(found) > 54


def test_values_are_less_round_where_there_are_few() -> None:
    cars = own("Every 20 minutes a car comes. How many hours is it until 30 cars have come?", "10",
               "a = n1 mul n2; r = a div 60")  # fmt: skip
    assert any(minutes % 5 for minutes, _ in values(cars))
    hens = own("Omar has 40 hens, 30 ducks and 50 geese. How many birds has he?", "120", "r = n1 add n2 n3")
    assert not any(number % 5 for row in values(hens) for number in row)


def test_the_list_of_slips_is_whole() -> None:
    rows = slips_module._FILE.read_text(encoding="utf-8").splitlines()
    assert len(slips()) == len(rows) > 300
    lines = [int(row.split("\t")[1].removeprefix("train/")) for row in rows]
    assert lines == sorted(set(lines)) and lines[-1] < 7473
    for digest, slip in slips().items():
        assert re.fullmatch(r"[0-9a-f]{16}", digest)
        assert (slip.sort == "mend") == bool(slip.mends) and slip.sort in ("mend", *REASONS)
        assert slip.sort == "tied" or not slip.stays
        assert all(old and new and old != new for old, new in slip.mends)
        assert 1 < len(slip.reason.split()) <= 16


@pytest.mark.skipif(not GSM8K.exists(), reason="needs GSM8K's train file; the list's form is checked above")
def test_each_slip_is_of_the_problem_whose_line_it_names() -> None:
    problems = read_solutions(GSM8K / "train.jsonl" if GSM8K.is_dir() else GSM8K)
    found = [(problem, slip) for problem in problems if (slip := find_slip(problem.question))]
    assert len(found) == len(slips_module.slips())
    for problem, slip in found:
        assert problem.id == slip.id
        for old, new in slip.mends:  # each of them does something
            assert mend(problem.question, Slip(slip.id, slip.sort, ((old, new),), (), "")) != problem.question
        assert set(slip.stays) <= {mention.name for mention in read_mentions(problem.question)}
        before, after = read_mentions(problem.question), read_mentions(mend(problem.question, slip))
        kinds = [mention.kind for mention in before]  # a word that stood for a number may go at the end
        assert [mention.kind for mention in after] in (kinds, kinds[:-1])


TONY = own("Tony has 12 hens and buys 25 more hens. How many hens has tony now?", "37", "r = n1 add n2")


def test_a_slip_is_mended_or_no_variant_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list(variants(TONY, 20, 1, Ranges()))
    assert made and all("has tony now" in each.question and "mended" not in each.extra["changed"] for each in made)
    known = {question_digest(TONY.question)[:16]: Slip("train/0", "mend", (("tony", "Tony"),), (), "a small letter")}
    monkeypatch.setattr(slips_module, "slips", lambda: known)
    made = list(variants(TONY, 20, 1, Ranges()))
    assert made and all(each.extra["changed"]["mended"] == {"tony": "Tony"} for each in made)
    assert all(each.question.count(name) == 2 for each in made for name in [each.question.split()[0]])
    assert {each.question.split()[0] for each in made} != {"Tony"}
    for sort, reason in REASONS.items():
        known = {question_digest(TONY.question)[:16]: Slip("train/0", sort, (), (), "so it is")}  # type: ignore[arg-type]
        monkeypatch.setattr(slips_module, "slips", lambda known=known: known)
        assert plan_of(TONY, Ranges()) == reason and list(variants(TONY, 3, 1, Ranges())) == []


def test_what_a_slip_holds_stays_while_the_rest_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {question_digest(TONY.question)[:16]: Slip("train/0", "tied", (), ("n2",), "so it is")}
    monkeypatch.setattr(slips_module, "slips", lambda: known)
    made = values(TONY)
    assert all(new == 25 for _, new in made) and len({old for old, _ in made}) > 5


def test_words_are_mended_whole_and_signs_too() -> None:
    slip = Slip("train/0", "mend", (("Jon", "John"), ("\u20ac", "$")), (), "two spellings")
    assert mend("Jon and Jonas pay \u20ac5, says Jon.", slip) == "John and Jonas pay $5, says John."


CUPS = Problem(
    question="Ida has 7 cups. Jo has 7 cups. One of them gets 5 more cups. How many has she then?",
    answer="12",
    id="train/0",
    solution="She has 7 + 5 = <<7+5=12>>12 cups.",
)


def test_a_doubt_about_equal_numbers_is_none_in_variants(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = replace(CUPS, question=CUPS.question.replace("Jo has 7", "Jo has 9"), id="train/1")
    (told, sure), _ = annotate_all([CUPS, other])
    assert (told.tier, told.extra["varies"]) == ("likely", True) and "could be n2 as well" in told.extra["annotation"]
    assert sure.tier == "certain" and "varies" not in sure.extra
    made = list(variants(told, 20, 1, Ranges()))
    for each in made:
        numbers = [mention.value for mention in read_mentions(each.question)]
        assert numbers[0] == numbers[1] and each.tier == "likely"
    traces, out = tmp_path / "traces.jsonl", tmp_path / "variants.jsonl"
    write_problems([told, replace(told, id="train/2", extra={})], traces)
    assert main(["vary", str(traces), "-n", "2", "--out", str(out)]) == 0
    assert "2 variants of 1 problems" in capsys.readouterr().out
    assert main(["vary", str(traces), "-n", "2", "--tiers", "doubtful", "--out", str(out)]) == 2
    assert "no problem with a trace of tier doubtful" in capsys.readouterr().err


def test_an_ordinal_does_not_stay_equal_to_a_number() -> None:
    places = read_places("On the third day 3 of the 3 hens lay 0.75 or 3/4 of a cup, 75% of it.")
    kinds = [place.mention.kind for place in places]
    assert kinds == ["ordinal", "integer", "integer", "decimal", "fraction", "percent"]
    found = _equal_numbers(places, [], [101, 211, 307, 401, 503, 601])
    assert found == [101, 211, 211, 401, 503, 601]
