"""The page: whole, self-contained, and safe whatever a model wrote."""

import base64
import builtins
import hashlib
import json
import re
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

import tracewright.report.build as build
from tracewright.data.problem import Problem
from tracewright.errors import TracewrightError
from tracewright.evaluate.grades import grade_samples
from tracewright.evaluate.sample import Sample
from tracewright.report.build import build_report, embed, urgency
from tracewright.report.record import Item, flatten

# conftest.py stands beside this file; importing it by name would make a second copy of its classes
HOSTILE = (
    "</script><script>alert('no')</script><!--<script>\u2028 \x00 \ud800 <img src=x onerror=alert(1)> {{ 7 * 7 }} ]]>"
)


class Page(HTMLParser):
    """Collect the elements of a page with their attributes, and the text of scripts."""

    EMPTY = ("meta", "br", "input", "link", "img")

    def __init__(self, text):
        super().__init__()
        self.elements, self.scripts, self.open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")
        if tag not in self.EMPTY and not (self.open and self.open[-1] == "svg" and tag == "path"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data


@pytest.fixture(scope="session")
def pages(run):
    return build_report(run)


@pytest.fixture(scope="session")
def page(pages):
    return Page(pages[1])


def test_every_problem_is_in_the_page_wrong_ones_first(run, page):
    data = json.loads(page.scripts[0])
    assert {item["id"] for item in data["items"]} == {item.problem.id for item in run.items}
    assert len(data["items"]) == len(run.items)
    right = [item["error"] == "correct" for item in data["items"]]
    assert right == sorted(right) and not right[0]
    places = [urgency(item["error"]) for item in data["items"] if item["error"] != "correct"]
    assert places == sorted(places)


def test_the_page_is_well_formed_and_loads_nothing(page):
    assert page.open == []
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form action")
        assert "src" not in attributes and "srcset" not in attributes
        assert attributes.get("href", "#").startswith("#")
        assert not [key for key in attributes if key.startswith("on")]
    style = Path(build.__file__).with_name("page.css").read_text()
    assert "url(" not in style and "@import" not in style


def test_links_and_script_find_what_they_name(page):
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {attributes["href"][1:] for tag, attributes in page.elements if tag == "a"}
    asked = set(re.findall(r'\$\("(\w+)"\)', page.scripts[1])) | {"split", "status", "error", "expert"}
    assert named | asked <= set(ids)


def test_only_the_one_script_may_run(page):
    policy = next(attributes["content"] for tag, attributes in page.elements if "http-equiv" in attributes)
    digest = base64.b64encode(hashlib.sha256(page.scripts[1].encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert (
        "innerHTML" not in page.scripts[1]
        and "insertAdjacent" not in page.scripts[1]
        and "eval(" not in page.scripts[1]
    )


def test_the_scores_stand_in_the_page_with_n_and_interval(run, pages):
    for split, result in run.scores["splits"].items():
        rate = result["correct"]
        for text in pages:
            assert split in text
            assert f"{100 * rate['rate']:.1f}" in text
            assert f"{100 * rate['low']:.1f}" in text and f"{100 * rate['high']:.1f}" in text
        assert f"n = {result['n']}" in pages[1]
    assert "No GSM8K was given" in pages[0] and "No GSM8K was given" in pages[1]
    assert "2.13.0" in pages[0] and "versions.torch" in pages[1]


def hostile_run(run):
    """A run in which every text is an attack: question, id, split, expert, completion, answer, recipe, environment."""
    problem = Problem(
        question=HOSTILE + " 5 figs", answer="6", id=HOSTILE, schema=HOSTILE, expert=HOSTILE, solution=HOSTILE
    )
    sample = Sample(id=problem.id, split=HOSTILE, text=HOSTILE, tokens=3)
    rows = grade_samples({HOSTILE: [problem]}, [sample])
    from tracewright.evaluate.score import score

    return replace(
        run, title=HOSTILE, recipe_text=HOSTILE, environment={HOSTILE: HOSTILE}, notes=[HOSTILE], scores=score(rows),
        items=[Item(problem, sample, rows[0])],
    )  # fmt: skip


def test_hostile_text_stays_text(run):
    markdown, html = build_report(hostile_run(run))
    page = Page(html)
    assert page.open == []
    assert len(page.scripts) == 2
    (item,) = json.loads(page.scripts[0])["items"]
    assert item["text"] == HOSTILE.replace("\ud800", "?")
    assert not [tag for tag, _ in page.elements if tag == "img"]
    assert "{{ 7 * 7 }}" in html
    outside = re.sub(r"`{3,}.*?`{3,}", "", markdown, flags=re.S)  # what Markdown would read as HTML
    assert "<script" not in outside and "<img" not in outside
    html.encode()
    markdown.encode()


def test_json_in_a_page_comes_back_and_cannot_end_its_element():
    value = {"a": [HOSTILE, 1, None, "\u2029&amp;"]}
    text = embed(value)
    assert json.loads(text) == value
    assert not set("<>&\u2028\u2029") & set(text)


def test_two_thousand_problems_are_quick_and_small(run):
    items = [run.items[place % len(run.items)] for place in range(2000)]
    long = replace(items[0].sample, text="expert: arithmetic\n" + "x" * 60_000)
    items[:200] = [item._replace(sample=long) for item in items[:200]]
    start = time.perf_counter()
    html = build.write_html(replace(run, items=items))
    assert time.perf_counter() - start < 20
    assert len(html.encode()) < 15_000_000


def test_where_texts_are_many_and_long_they_are_cut_shorter(run, monkeypatch):
    text = "\U0001f95a<" * 30_000
    items = [item._replace(sample=replace(item.sample, text=text)) for item in run.items[:20]]
    whole = len(build.write_html(replace(run, items=items)))
    monkeypatch.setattr(build, "PAGE_BUDGET", 150_000)
    short = build.write_html(replace(run, items=items))
    assert whole > 1_000_000 > 250_000 > len(short)
    assert "more characters" in short


def test_the_same_run_gives_the_same_bytes(run, pages):
    assert build_report(run) == pages


def test_without_jinja_the_sentence_says_what_to_install(run, monkeypatch):
    known = builtins.__import__

    def missing(name, *rest):
        if name == "jinja2":
            raise ImportError(name)
        return known(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(TracewrightError, match=r"tracewright\[report\]"):
        build_report(run)


def test_an_empty_run_has_a_page(run):
    markdown, html = build_report(replace(run, items=[], metrics=[], scores={"splits": {}}, notes=[]))
    assert json.loads(Page(html).scripts[0])["items"] == []
    assert "# quickstart" in markdown


def test_nested_environments_become_rows():
    assert flatten({"a": {"b": 1, "c": {"d": "x"}}, "e": [1, 2]}) == [("a.b", "1"), ("a.c.d", "x"), ("e", "[1, 2]")]


def test_reports_import_no_torch():
    assert "tracewright.report.build" in sys.modules
    for path in Path(build.__file__).parent.glob("*.py"):
        assert not re.search(r"^\s*(import|from) (torch|matplotlib|numpy)", path.read_text(), re.M)
