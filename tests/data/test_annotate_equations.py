"""The equations of a solution: annotated, in the text alone, with an unknown; and what is left out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracewright.data.annotate.arithmetic import Leaf, evaluate, holds, leaves, number, parse_expression
from tracewright.data.annotate.equations import Equation
from tracewright.data.annotate.solution import read_equations, unread_results
from tracewright.data.annotate.words import content, relation, stem


def read(solution: str, answer: int | Fraction = -999) -> list[tuple[list[int | Fraction], int | Fraction]]:
    return [([leaf.value for leaf in leaves(found.tree)], found.value) for found in equations(solution, answer)]


def equations(solution: str, answer: int | Fraction = -999) -> list[Equation]:
    return read_equations(solution, answer)


@pytest.mark.parametrize(
    ("solution", "found"),
    [
        ("She has 16/2=<<16/2=8>>8 hens.", [([16, 2], 8)]),
        ("That is 3 + 4 - 2 = <<3+4-2=5>>5 and 5*2=<<5*2=10>>10.", [([3, 4, 2], 5), ([5, 2], 10)]),
        ("So (2+3)*4 = <<(2+3)*4=20>>20.", [([2, 3, 4], 20)]),
        ("$1,200 - $200 = $<<1200-200=1000>>1,000", [([1200, 200], 1000)]),
        ("20% of 50 is <<50*20*.01=10>>10", [([50, 20, Fraction(1, 100)], 10)]),
        # in the text alone
        ("He has 5 kites + 3 kites = 8 kites.", [([5, 3], 8)]),
        ("2 x 6 = 12", [([2, 6], 12)]),
        ("2 × 6 ÷ 3 = 4", [([2, 6, 3], 4)]),
        ("He mows 8 acres x ¾ = 6 acres", [([8, Fraction(3, 4)], 6)]),
        ("(1/2) 18 = 9", [([1, 2, 18], 9)]),
        ("(1) 3 x 4 = 12", [([3, 4], 12)]),
        ("He pays 75 + 10% of 150 = 75 + 15 = 90", [([75, 10, Fraction(1, 100), 150], 90)]),
        ("45% of people like figs + 8% like pears = 53%", [([45, 8], 53)]),
        ("500(.40)=200", [([500, Fraction(2, 5)], 200)]),
        ("8 / 40 * 100% = 20%", [([8, 40, 100], 20)]),
        ("3/4 * 2 = 1 1/2 cups", [([3, 4, 2], Fraction(3, 2))]),
        ("10 laps/day * 4 days = 40 laps", [([10, 4], 40)]),
        ("$10/day * 4 days = $40", [([10, 4], 40)]),
        # signs in words
        ("He has 25 figs because 5 times 5 equals 25.", [([5, 5], 25)]),
        ("56 boys divided into 4 teams equals 14 boys", [([56, 4], 14)]),
        ("14 boys plus 11 girls equals 25", [([14, 11], 25)]),
        ("2 times 2 equals four", [([2, 2], 4)]),
        ("She has 2 times more than 3 and that equals 3", []),
        # the first form of a chain still has the numbers of the question
        ("He eats 1/4 * 12 = 12/4 = <<12/4=3>>3 figs", [([1, 4, 12], 3)]),
        ("9 * 10 - 7 = 90 - 7 = 83", [([9, 10, 7], 83)]),
        ("e = 9 * 10 - 7 = 90 - 7 = 83", [([9, 10, 7], 83)]),
        # an annotation without an operator leaves the text to be read
        ("He needs 1.5 / .25 = <<6=6>>6", [([Fraction(3, 2), Fraction(1, 4)], 6)]),
        # what does not hold, computes nothing or is no equation is left out
        ("2+2=<<2+2=5>>5", []),
        ("Five = <<5=5>>5", []),
        ("so = 3, and 4 = 4", []),
        ("<<+25=25>>25 and <<560//=1>>", []),
        ("1/0=<<1/0=0>>0", []),
        ("", []),
    ],
)
def test_arithmetic_is_read(solution: str, found: list[tuple[list[int], int]]) -> None:
    assert read(solution) == found


@pytest.mark.parametrize(
    ("solution", "leaves_and_value"),
    [
        ("2x + 3 = 19\nx = 8", ([19, 3, 2], 8)),
        ("x + 3x = 24, so x = 6", ([24, 1, 3], 6)),
        ("x + x + 5 = 25\n2x = 20\nx=10", ([25, 5, 1, 1], 10)),
        ("3(x + 2) = 21\nx = 5", ([21, 3, 2, 3], 5)),
        ("x/4 = 5, x = 20", ([5, 4], 20)),
        ("40 = p/2 + 10\np = 60", ([10, 40, 2], 60)),
        ("29 * 74 + x >= 30 * 75\nx >= 104", ([30, 75, 29, 74], 104)),
    ],
)
def test_an_unknown_is_solved_for_once(solution: str, leaves_and_value: tuple[list[int], int]) -> None:
    found = equations(solution)
    assert len(found) == 1
    assert found[0].letter
    values, value = leaves_and_value
    assert sorted(leaf.value for leaf in leaves(found[0].tree)) == sorted(values)
    assert found[0].value == evaluate(found[0].tree) == value


@pytest.mark.parametrize(
    "solution",
    ["x*x = 16, x = 4", "x = x", "2x + y = 10, x = 3", "2x = 10", "miles/hour x 6 hours", "x = 7", "((((x"],
    ids=["square", "identity", "two", "unconfirmed", "times", "bare", "brackets"],
)
def test_what_cannot_be_solved_is_left_out(solution: str) -> None:
    assert not [found for found in equations(solution) if found.letter]


def test_an_identity_says_what_a_number_is_made_of() -> None:
    (eight, x) = equations("Pigs: 2(4+x)=8+2x\nx+4+x+8+2x=56, so x = 11")
    assert (eight.value, x.value) == (8, 11)
    assert sorted(leaf.value for leaf in leaves(eight.tree)) == [2, 4]


def test_the_words_around_a_literal_are_kept() -> None:
    (found,) = equations("She fills 3 baskets * 12 pears each = <<3*12=36>>36 pears.")
    three, twelve = leaves(found.tree)
    assert (three.after, twelve.after) == (("basket",), ("pear", "each"))
    assert found.after == ("pear",)
    assert three.shown
    assert not three.dollar


def test_a_bare_literal_has_the_words_of_another_place_in_the_sentence() -> None:
    (found,) = equations("She sells 4 boxes at 3 dollars each, so she gets 3 * 4 = <<3*4=12>>12 dollars.")
    three, four = leaves(found.tree)
    assert (three.after, four.after) == (("dollar", "each"), ("box", "at"))
    assert three.dollar


def test_annotations_and_their_literals_are_numbered() -> None:
    text = "2+3=<<2+3=5>>5. Then = <<5=5>>5. So 5*4=<<5*4=20>>20 and 20-1=19"
    found = equations(text)
    assert [equation.mark for equation in found] == [0, 2, -1]
    assert [[leaf.at for leaf in leaves(equation.tree)] for equation in found] == [[0, 1], [0, 1], [-1, -1]]


def test_results_that_no_equation_gives_are_known() -> None:
    text = "2*8 = 24 pears\n3 + 4 = 7 = <<3+4=7>>7\nx = 12/4 = 3"
    assert unread_results(text, equations(text)) == {24}


def test_money_is_seen_on_both_sides() -> None:
    (found,) = equations("He pays $4 * 3 = $<<4*3=12>>12.")
    assert [leaf.dollar for leaf in leaves(found.tree)] == [True, False]
    assert found.dollar


def test_sentences_of_a_line_keep_their_words_apart() -> None:
    first, second = equations("Ann picks 2*3=<<2*3=6>>6 pears. Bo picks 4*5=<<4*5=20>>20 figs.")
    assert "pear" in first.segment
    assert "pear" not in second.words
    assert (first.names, second.names) == ({"ann"}, {"bo"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200", 1200),
        (".5", Fraction(1, 2)),
        ("2.50", Fraction(5, 2)),
        ("1 1/2", Fraction(3, 2)),
        ("x", None),
        ("9" * 31, None),
    ],
)
def test_literals_of_a_solution(text: str, value: object) -> None:
    assert number(text) == value


_TREES = st.recursive(
    st.integers(1, 30).map(lambda value: str(value)),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda made: f"({made[0]}{made[1]}{made[2]})"),
    max_leaves=8,
)


@given(_TREES)
def test_expressions_are_worth_what_python_says(text: str) -> None:
    tokens = [Leaf(int(piece)) if piece.isdecimal() else piece for piece in _pieces(text)]
    tree = parse_expression(tokens)
    assert tree is not None
    exact = "".join(f"Fraction({piece})" if piece.isdecimal() else piece for piece in _pieces(text))
    try:
        expected = eval(exact, {"Fraction": Fraction})  # noqa: S307 - digits, signs and brackets of our own making
    except ZeroDivisionError:
        assert not holds(tree, 0)
        return
    assert evaluate(tree) == expected


def _pieces(text: str) -> list[str]:
    for sign in "+-*/()":
        text = text.replace(sign, f" {sign} ")
    return text.split()


@given(st.text(alphabet="0123456789+-*/()=<>x. $%\nab", max_size=120))
def test_no_text_raises_and_what_is_found_holds(text: str) -> None:
    for found in equations(text, 4):
        assert holds(found.tree, found.value)
        assert not isinstance(found.tree, Leaf)


def test_words_are_compared_by_stem() -> None:
    assert {stem("boxes"), stem("Box")} == {"box"}
    assert {stem("kids"), stem("children")} == {"child"}
    assert content("The girls' three boxes of each") == ("girl", "three", "box")
    assert [relation(text) for text in (" times as many", " more hens", " fewer hens", " hens")] == [
        "times",
        "more",
        "less",
        "",
    ]


def test_equal_literals_stand_beside_their_own_words() -> None:
    (found,) = equations("In an hour she types 60 words * 60 minutes = <<60*60=3600>>3600 words.")
    assert [leaf.after[0] for leaf in leaves(found.tree)] == ["word", "minute"]
    (found,) = equations("12 owls * 3 mice / 3 owls = <<12*3/3=12>>12 mice")
    assert [leaf.after for leaf in leaves(found.tree)] == [("owl",), ("mouse",), ("owl",)]
    # Told the other way round, each literal still finds a number of its value.
    (found,) = equations("He buys 5 pens at $3 a pen, so he pays 3*5 = $<<3*5=15>>15.")
    assert [leaf.value for leaf in leaves(found.tree)] == [3, 5]
    assert all(leaf.shown for leaf in leaves(found.tree))
