"""Annotated sets of others, in the forms they come in: every trace runs to the answer, and refers to the right numbers.

The small files under tests/data/sources/ are of our own writing, in the layout of MAWPS, SVAMP, ASDiv and MathQA.
"""

import gzip
import json
from fractions import Fraction
from pathlib import Path

import pytest

from tracewright import parse, read_mentions
from tracewright.data.problem import Problem
from tracewright.data.sources import compile_entries, find_format, read
from tracewright.data.sources.equation import compile_equation
from tracewright.data.sources.fields import joined, plain_answer, simple
from tracewright.data.sources.masked import fill, untokenized
from tracewright.errors import DataError
from tracewright.grade import grade
from tracewright.trace.render import render
from tracewright.trace.solve import solve

FOLDER = Path(__file__).parent / "sources"


def compiled(path):
    done, table = compile_entries(read(path))
    return {problem.id.partition("/")[2]: problem for problem in done}, table


def sources(problem):
    """Return the source or value of each init of a trace, by the name of its variable."""
    steps = parse(problem.trace).parts[0].steps
    return {
        step.fields["var"]: step.fields.get("source", step.fields.get("value")) for step in steps if step.op == "init"
    }


def failures(table):
    return {row.name: len(row.ids) for row in table.failures}


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_every_trace_grades_full(path):
    problems, table = compiled(path)
    traced = [problem for problem in problems.values() if problem.trace]
    assert len(traced) == table.rows[0].count >= 2
    for problem in traced:
        assert grade(problem.trace, problem).status == "correct", problem.id
        assert problem.expert == ""
        assert problem.steps > 0
    assert sum(row.count for row in table.rows[2:]) == table.rows[0].total


@pytest.mark.parametrize(
    ("name", "kind"),
    [("own_mawps.json", "equation"), ("own_svamp.json", "equation"), ("own_masked.csv", "equation"),
     ("own_asdiv.xml", "equation"), ("own_mathqa.json", "program")],
)  # fmt: skip
def test_the_format_is_told_by_the_content(name, kind, tmp_path):
    assert find_format(FOLDER / name) == kind
    renamed = tmp_path / "data.txt"
    renamed.write_bytes((FOLDER / name).read_bytes())
    assert find_format(renamed) == kind


def test_the_same_rows_in_every_wrapping_give_the_same(tmp_path):
    rows = json.loads((FOLDER / "own_svamp.json").read_text())
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "own_svamp.jsonl").write_text("\ufeff" + lines + "\n")
    with gzip.open(tmp_path / "own_svamp.jsonl.gz", "wt") as file:
        file.write(lines)
    names = list(rows[0])
    table = ["\t".join(names)] + ["\t".join(str(row[name]) for name in names) for row in rows]
    (tmp_path / "own_svamp.tsv").write_text("\n".join(table))
    expected = compiled(FOLDER / "own_svamp.json")
    for name in ("own_svamp.jsonl", "own_svamp.jsonl.gz", "own_svamp.tsv"):
        assert compiled(tmp_path / name) == expected, name


def test_mawps():
    problems, table = compiled(FOLDER / "own_mawps.json")
    assert problems["1"].question.startswith("Olena carried 34 bricks to the wall. Her brother")
    assert problems["1"].answer == "15"
    assert list(sources(problems["1"]).values()) == ["n1", "n2"]
    assert list(sources(problems["2"]).values()) == ["n2", "n1"]  # 28 + x = 54 is worked as 54 - 28
    # "one day" is n3: the equation's 5 and 6 are the second and the fourth number of the question
    assert set(sources(problems["3"]).values()) == {"n1", "n2", "n4"}
    assert set(sources(problems["4"]).values()) == {"n1", "n2", 1}  # x + 3 * x, `three` a word
    assert problems["6"].tier == "doubtful"
    assert "rounded" in problems["6"].extra["annotation"]
    assert failures(table) == {"the answer is no number": 1}
    assert "5" not in problems  # two answers: counted, and not written


def test_svamp_and_asdiv():
    problems, _ = compiled(FOLDER / "own_svamp.json")
    assert problems["own-1"].question.endswith("for a drink. How many lemons does he have left?")
    assert problems["own-2"].question == "A shelf holds 12 jars. Each jar weighs $4 worth of honey. " + (
        "What is the honey on the shelf worth?"
    )
    problems, table = compiled(FOLDER / "own_asdiv.xml")
    assert list(sources(problems["own-0001"]).values()) == ["n1", "n2"]  # seven and five
    assert problems["own-0002"].answer == "21"
    assert problems["own-0002"].tier == "certain"
    assert failures(table) == {"a remainder": 1, "the answer is no number": 1}
    assert problems["own-0004"].tier == "failed"
    assert not problems["own-0004"].trace


def test_placeholders_say_which_of_two_equal_numbers_is_meant():
    problems, table = compiled(FOLDER / "own_masked.csv")
    assert problems["0"].question == "Lena picked 18 plums and 7 plums fell down. She ate 7. How many plums are there?"
    assert list(sources(problems["0"]).values()) == ["n1", "n2", "n3"]
    assert problems["0"].tier == "certain"
    assert "percent_of" in problems["1"].trace
    assert problems["1"].question.startswith("A train with 40 cars loses 25% of them.")
    assert list(sources(problems["2"]).values()) == ["n1", 7]
    assert failures(table) == {"a placeholder without a number": 1}
    # both fives became number1: which one is multiplied, the placeholders do not say
    assert problems["4"].tier in ("likely", "doubtful")
    assert problems["5"].question == "A mixer takes 1/6 ton of sand and 0.5 ton of gravel. How many tons are that?"
    assert problems["5"].answer == "0.666667"
    assert problems["5"].tier == "certain"
    assert "percent_of" in problems["6"].trace


def test_programs():
    problems, table = compiled(FOLDER / "own_mathqa.json")
    assert list(sources(problems["0"]).values()) == ["n1", "n2", "n3"]
    assert "percent_of" in problems["0"].trace
    assert problems["0"].solution.startswith("24 * 15 = 360")
    assert problems["0"].extra["category"] == "gain"
    assert sources(problems["3"])["hours"] == "n2"  # `two` pumps are no n of the program
    assert problems["4"].answer == "1020"
    assert "percent_off" in problems["4"].trace
    assert problems["5"].answer == "3/8"
    assert problems["6"].tier == "likely"  # const_3 is the word three
    assert set(sources(problems["6"]).values()) == {"n1", "n2"}
    assert problems["7"].tier == "doubtful"
    assert failures(table) == {"the operation square_edge_by_area": 1, "the answer is no number": 1}


def equation(question, answer, *equations):
    return compile_equation(Problem(question=question, answer=answer), list(equations), [], [])


PENS = "Ann has 12 pens and Bo has 5 pens. Ann gives 3 away. How many pens have they?"


def test_wiring_is_certain_where_there_is_nothing_to_choose():
    found = equation(PENS, "14", "X=((12.0+5.0)-3.0)")
    assert found.tier == "certain"
    assert [step.fields["source"] for step in found.trace.parts[0].steps if step.op == "init"] == ["n1", "n2", "n3"]
    mentions = read_mentions(PENS.replace("12", "90").replace("5", "41").replace("3", "17"))
    assert solve(found.trace, mentions).answer == 90 + 41 - 17


def test_equal_numbers_that_matter_are_no_certain_wiring():
    """8 - 8 / 2: which of the two eights is halved, nobody can tell from the equation."""
    question = "A crate has 8 eggs. A hen is 8 weeks old. Half are sold. How many eggs are left?"
    found = equation(question, "4", "X=8.0-(8.0/2.0)")
    assert found.tier in ("likely", "doubtful")
    repeated = "Kim walks 7 miles a day. How many miles a day is that over a week, if she stays at home on none?"
    assert equation(repeated, "7", "X=(7.0*7.0)/7.0").tier != "certain"


def test_the_hundred_below_a_percentage_is_no_choice():
    """40 is a count, and what is left of 60 %: here it is the count, both times."""
    question = "Of 40 kites 60% are red and 10% are blue. How many are neither?"
    found = equation(question, "12", "X=40-(40*60/100)-(40*10/100)")
    assert found.tier == "certain"
    ops = [step.op for step in found.trace.parts[0].steps]
    assert ops.count("percent_of") == 2
    assert [step.fields["source"] for step in found.trace.parts[0].steps if step.op == "init"] == ["n1", "n2", "n3"]


def test_a_number_from_nowhere_is_doubtful():
    found = equation(PENS, "31", "X=12.0+19.0")
    assert found.tier == "doubtful"
    assert not found.grounded


@pytest.mark.parametrize(
    ("answer", "equations", "kind"),
    [
        ("15", ["X=12.0+5.0"], "another answer"),
        ("2", ["X=12.0/(5.0-5.0)"], "a division by zero"),
        ("17", ["x+y=17"], "several unknowns"),
        ("17", ["12+5=x=17"], "several equals signs"),
        ("25", ["X=5^2"], "a power"),
        ("25", ["X=5**2"], "a power"),
        ("2", ["12 % 5"], "a remainder"),
        ("17", ["X=12+"], "an equation cannot be read"),
        ("17", ["lcm(12,5)"], "an equation cannot be read"),
        ("12", ["x=12"], "nothing is computed"),
        ("4", ["x*x=16"], "an equation that is not linear"),
        ("17", ["x"], "an unknown without an equation"),
        ("17", ["17=17"], "no side of an equation is its result"),
        ("17", ["X=" + "1+" * 300 + "1"], "an equation is too long"),
        ("17", ["X=1" + "0" * 40], "a number of over 30 digits"),
    ],
)  # fmt: skip
def test_what_cannot_be_compiled_says_why(answer, equations, kind):
    found = equation(PENS, answer, *equations)
    assert (found.tier, found.kind) == ("failed", kind)
    assert found.trace is None
    assert found.reason


@pytest.mark.parametrize(
    ("equations", "answer"),
    [
        (["12+5"], "17"),
        (["17 = 12 + 5"], "17"),
        (["+ 12 5"], "17"),
        (["- (+ 12.0 5.0) 3.0"], "14"),
        (["5+x=12"], "7"),
        (["12-x=5"], "7"),
        (["12/x=3"], "4"),
        (["x/5=3"], "15"),
        (["2x + 3x = 60"], "12"),
        (["5(x+3)=60"], "9"),
        (["3 x 5 = 15"], "15"),
        (["X = 12 - 5", "Y = X * 3"], "21"),
        (["a=12-5", "b+a=12"], "5"),
        (["-5+12"], "7"),
        (["x=(12-5)×3÷7"], "3"),
        (["12/5"], "2.4"),
        (["5/3"], "1.67"),
        (["5/3"], "1.6666666666666667"),
    ],
)
def test_the_forms_of_equations(equations, answer):
    found = equation(PENS, plain_answer(answer), *equations)
    assert found.trace is not None, found.reason
    problem = Problem(question=PENS, answer=plain_answer(answer))
    assert grade(render(found.trace), problem).status == "correct"
    assert not any(step.notes for step in found.trace.parts[0].steps)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("9 (apples)", "9"), ("43.0", "43"), ("$1,200.50", "1200.50"), ("0.30000000000000004", "0.3"), ("3/4", "3/4"),
        ("0.3333333333333333", "0.333333"), ("-5.0", "-5"), ("20%", "20"), ("2; 3", None), ("yes", None),
        ("10:30", None), ("", None), ("NaN", None),
    ],
)  # fmt: skip
def test_answers(text, answer):
    assert plain_answer(text) == answer


def test_tokens_become_text():
    assert untokenized("Ann 's $ 4.0 is 50 % of Bo 's , is n't it ?") == "Ann's $4 is 50% of Bo's, isn't it?"
    assert untokenized("It weighs 3.05 kg and 10.00 g .") == "It weighs 3.05 kg and 10.00 g."
    assert joined("If he had $ 4 at the start", "How much did it cost?") == (
        "If he had $ 4 at the start, how much did it cost?"
    )
    assert joined("He had 4.", "He had 4. How much?") == "He had 4. How much?"
    assert simple(Fraction("0.16666666666666666")) == Fraction(1, 6)
    assert simple(Fraction("0.3333333333333333")) == Fraction(1, 3)
    assert simple(Fraction("3.14159265358979")) == Fraction("3.14159265358979")
    assert simple(Fraction("0.123456789")) == Fraction("0.123456789")
    filled = fill("temp_a hens and N_01 hens", [3, 5])
    assert filled.question == "3 hens and 5 hens"
    assert filled.places == (0, 1)
    assert fill("N_02 hens", [3, 5]) is None
    # no placeholder in the question: the k-th number of a value is the k-th mention of it
    assert fill("Ann has 3 hens and 3 ducks.", [3, 3]).places == (0, 1)
    assert fill("Ann has 3 hens and 3 ducks.", [3]).places == (-1,)


def write(tmp_path, text, name="file.json"):
    path = tmp_path / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("[]", "is empty"),
        ('[{"Question": "a", "Equation": "1+1", "Answer": 2},\n\n{"Question": "b"]', "line 3: not JSON"),
        ('[{"Question": "a", "Equation": "1+1", "Answer": 2}\n {}]', "line 2: not JSON (a comma"),
        ('[{"Question": "a", "Equation": "1+1", "Answer": 2}] x', "text follows the closing bracket"),
        ('[{"Question": "a", "Equation": "1+1", "Answer": 2},\n 7]', "line 2: an object with fields is needed"),
        ('{"Question": "a", "Equation": "1+1", "Answer": 2}\n{"Question": ', "line 2: not JSON"),
        ('[{"Question": "a", "Equation": "1+1", "Answer": 2},\n{"Question": "b", "Answer": 2}]', "line 2: no text in"),
        ('[{"Question": "a", "Equation": "1+1"}]', "line 1: no text in a field 'lsolutions' or 'answer'"),
        ('[{"Qestion": "a", "Equation": "1+1", "Answer": 2}]', "did you mean 'qestion'?"),
        ('[{"Question": "a", "Solution": "b"}]', "no solution, equation or program among the fields 'question'"),
        ('{"question": "a", "answer": "4"}', "questions and answers alone"),
        ('{"question": "a", "answer": "4", "trace": "x"}', "has traces already"),
        ("Question,Equation,Answer\na,1+1,2\nb,1+1\n", "line 3: no text in a field"),
        ("Question,Equation,Answer\na,1+1,2,3\n", "line 2: more columns"),
        ('Question,Equation,Answer\n"a,1+1,2\n', "not a table"),
        ("just words", "is neither JSON"),
        ("<a><Problem><Body>x</Body>\n</a>", "line 2: not XML (mismatched tag)"),
        ("<a></a>", "is empty"),
        ('<!DOCTYPE a [\n<!ENTITY b "c">]><a/>', "line 2: the XML defines entities"),
        ("[" * 100_000, "nested too deeply"),
        ('[{"Problem": "a 1", "linear_formula": "add(n0,n0)", "correct": "a"}]', "no text in a field 'options'"),
        ('[{"Problem": "a 1", "annotated_formula": "add(1,1)"}]', "no text in a field 'linear_formula'"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_sentence(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(DataError) as caught:
        read(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path):
    for path, message in ((tmp_path, "is a folder"), (tmp_path / "x", "does not exist")):
        with pytest.raises(DataError, match=message):
            read(path)
    (tmp_path / "latin.json").write_bytes(b'[{"Question": "caf\xe9"}]')
    with pytest.raises(DataError, match="is not UTF-8 text"):
        read(tmp_path / "latin.json")
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b"[]" * 100)[:20])
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "cut.json.gz")


def test_a_question_that_stands_twice_is_counted_once(tmp_path):
    row = {"Question": "Ann has 3 hens and 4 ducks. How many birds?", "Equation": "3+4", "Answer": 7}
    path = write(tmp_path, json.dumps([row, {**row, "Question": row["Question"] + " "}]))
    problems, table = compiled(path)
    assert list(problems) == ["0"]
    assert failures(table) == {"the question stands twice": 1}
    assert table.rows[0].total == 2
