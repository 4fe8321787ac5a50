"""The YAML reader: text stays text, and what is dangerous is refused."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tracewright.tree import Map, Seq, TreeError, read_tree


def test_scalars_stay_what_was_written():
    tree = read_tree("a: no\nb: 12:30\nc: 010\nd: 2e-5\ne: ~\nf: '5'\ng:\n")
    assert tree == {"a": "no", "b": "12:30", "c": "010", "d": "2e-5", "e": "~", "f": "5", "g": ""}


def test_lines_are_known():
    tree = read_tree("# top\na: 1\nb:\n- x\n- {c: 2,\n   d: 3}\n")
    assert (tree.line, tree.lines) == (2, {"a": 2, "b": 3})
    assert isinstance(tree["b"], Seq)
    assert isinstance(tree["b"][1], Map)
    assert tree["b"][1].lines == {"c": 5, "d": 6}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x 1\nb: *x", "anchors"),
        ("a: *x", "aliases"),
        ("a: !!int 3", "tags"),
        ("a: 1\na: 2", "twice"),
        ("[a, b]: 1", "key must be a word"),
        ("a: 1\n---\nb: 2", "second document"),
        ("[" * 100, "deeper than 32"),
        ("", "no document"),
        ("# only a comment", "no document"),
        ("a: [1", "expected"),
        ("a\x00b", "not allowed"),
        ("a: \ud800", "surrogate"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(TreeError, match=message):
        read_tree(text)


leaves = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=5)
trees = st.recursive(leaves, lambda inner: st.lists(inner, min_size=1) | st.dictionaries(leaves, inner, min_size=1))


@settings(max_examples=100, deadline=None)
@given(trees)
def test_agrees_with_pyyaml(tree):
    assert read_tree(yaml.safe_dump(tree, default_style='"')) == tree


def test_a_count_of_nodes_is_kept():
    with pytest.raises(TreeError, match="more than 10 nodes"):
        read_tree("[" + "a, " * 20 + "]", max_nodes=10)
