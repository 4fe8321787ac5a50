"""Slips that a rule can see, and good English that must pass."""

import pytest

from tracewright.data.slips import find_slips

GOOD = [
    "An 11-page letter and an 18-wheeler cost a $1,100 fee.",
    "A one-way ticket, a usual June, a uniform, an hour, an 8-year-old, a European.",
    "Ann has one glass and 1 apple. How many times does she win?",
    "Each one needs 14 cups of broth and 1/2 of the rice.",
    '"That is not fair," says Bo, "13 more of them are yours." How many are there?',
    "Ten minutes is 1/6 of an hour. It is a 3-mile ride of 20 minutes each.",
    "She buys 12 apple trees and 3 egg cartons.",
    "At 6 p.m. on a Friday Ann, who had had enough, left. How far did she get?",
    "What does he pay, tax included?",
    "She needs 1 dozen eggs, he has one dozen tickets.",
]
BAD = [
    ("She has {count} eggs.", "placeholder"),
    ("bob.X_item_X", "placeholder"),
    ("She has  two.", "doubled"),
    ("She has two..", "doubled"),
    ("It is a apple.", "'a' for 'an'"),
    ("It is a 8-page book.", "'a' for 'an'"),
    ("It is an pear.", "'an' for 'a'"),
    ("It is an 7-page book.", "'an' for 'a'"),
    ("It is an unicorn.", "'an' for 'a'"),
    ("There is 1 apples.", "plural behind 1"),
    ("She has one apples.", "plural behind 1"),
    ("She has 8 apple.", "singular behind more"),
    ("It takes three hour.", "singular behind more"),
    ("She is here. he is not.", "small letter"),
    ("it is here.", "small letter"),
    ("She is is here.", "stands twice"),
    ("She pays $5 dollars.", "unit stands twice"),
    ("It is 20% percent.", "unit stands twice"),
    ("It costs 5 €.", "odd character"),
    ("How many are there", "ends it"),
]


@pytest.mark.parametrize("text", GOOD)
def test_good_english_passes(text):
    assert list(find_slips(text)) == []


@pytest.mark.parametrize(("text", "name"), BAD, ids=[text for text, _ in BAD])
def test_slips_are_seen(text, name):
    assert any(name in slip for slip, _ in find_slips(text)), list(find_slips(text))
