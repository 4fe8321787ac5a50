"""The replication study: claims can be measured, verdicts follow a written rule, and it goes on where it was."""

import importlib.util
import sys
from pathlib import Path

import pytest

from tracewright.errors import ConfigError
from tracewright.evaluate.grades import Graded
from tracewright.evaluate.stats import Interval, paired_interval, wilson
from tracewright.grade import Grade
from tracewright.recipe import Recipe
from tracewright.run import create, reopen
from tracewright.trace.fault import Fault

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def replicate():
    spec = importlib.util.spec_from_file_location("replicate", ROOT / "benchmarks" / "replicate.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["replicate"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["replicate"]


def test_every_run_of_the_reports_has_a_claim_or_a_reason(replicate):
    study = replicate.read_claims()
    recipes = {path.stem for path in (ROOT / "recipes" / "reports").glob("*.yaml")}
    assert set(study.extra) == recipes == {claim.run for claim in study.claims}
    assert {f"run-{number:02}" for number in range(1, 26)} < recipes
    assert all(claim.because or claim.wanted for claim in study.claims)


def test_what_a_run_varied_stays_in_its_tiny_form(replicate):
    options = replicate.read_options(["--out", "x"])
    study = replicate.read_claims()
    forms = {name: replicate.tiny(name, study, options, 1)[0] for name in study.extra}
    assert forms["run-05"].data.naming == "abstract"
    assert forms["run-04"].data.wordings == 3
    assert forms["run-01"].language.short_circuit
    assert (forms["run-17"].eval.max_new_tokens, forms["run-18"].eval.max_new_tokens) == (105, 315)
    assert forms["run-19"].data.train == 12000
    assert {form.model.id for form in forms.values()} == {"tiny"}
    assert {form.seed for form in forms.values()} == {1}


def test_equal_recipes_are_run_once(replicate):
    options = replicate.read_options(["--out", "x"])
    study = replicate.read_claims()
    same = replicate.twins(study, options)
    assert (same["run-03"], same["run-15"], same["run-22"], same["run-05"]) == ("run-02", "run-13", "run-19", "run-05")
    assert set(replicate.needed(study, same)) == set(same.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run-77: {claims: []}", "is no run with a recipe"),
        ("run-01: {claims: [{says: x, figure: corect, is: at_most 0.1}]}", "cannot be measured"),
        ("run-01: {claims: [{says: x, figure: seen correct, is: at_most 0.1}]}", "cannot be measured"),
        ("run-01: {claims: [{says: x, figure: correct, is: higher, than: run-02}]}", "cannot be measured"),
        ("run-01: {claims: [{says: x, figure: correct, is: at_least}]}", "cannot be measured"),
    ],
)
def test_a_claim_that_cannot_be_measured_is_refused(replicate, tmp_path, text, message):
    path = tmp_path / "claims.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        replicate.read_claims(path)


@pytest.mark.parametrize(
    ("low", "high", "wanted", "verdict"),
    [
        (0.96, 0.99, "at_least 0.95", "replicated"),
        (0.90, 0.99, "at_least 0.95", "cannot be told"),
        (0.80, 0.94, "at_least 0.95", "not replicated"),
        (0.00, 0.04, "at_most 0.05", "replicated"),
        (0.01, 0.09, "at_most 0.05", "cannot be told"),
        (0.06, 0.09, "at_most 0.05", "not replicated"),
    ],
)
def test_verdicts_on_one_figure(replicate, low, high, wanted, verdict):
    assert replicate.verdict_of_share(Interval(low, high), wanted) == verdict


@pytest.mark.parametrize(
    ("low", "high", "seeds", "wanted", "verdict"),
    [
        (0.02, 0.20, (0.1, 0.1), "higher", "replicated"),
        (0.02, 0.20, (0.3, -0.1), "higher", "cannot be told"),
        (-0.1, 0.20, (0.1, 0.1), "higher", "cannot be told"),
        (-0.1, 0.01, (0.1, 0.1), "higher", "not replicated"),
        (-0.3, -0.1, (-0.2, -0.2), "lower", "replicated"),
        (0.1, 0.3, (0.2, 0.2), "lower", "not replicated"),
        (-0.02, 0.03, (0.0, 0.0), "same", "replicated"),
        (-0.02, 0.09, (0.0, 0.0), "same", "cannot be told"),
        (0.03, 0.09, (0.0, 0.0), "same", "not replicated"),
    ],
)
def test_verdicts_on_a_difference(replicate, low, high, seeds, wanted, verdict):
    assert replicate.verdict_of_difference(Interval(low, high), seeds, wanted) == verdict


def rows(right, of, first=0):
    return {("0", f"p{place + first}", "q"): place < right for place in range(of)}


def test_the_same_problems_are_paired(replicate):
    gap, ends, paired = replicate.difference(rows(60, 100), rows(50, 100))
    assert (round(gap, 9), paired) == (0.1, True)
    assert ends == paired_interval(50, 0, 10, 40)
    assert ends.low > 0


def test_other_problems_are_not(replicate):
    gap, ends, paired = replicate.difference(rows(56, 70), rows(48, 80, first=500))
    assert (round(gap, 9), paired) == (0.2, False)
    # Newcombe 1998, table II, (a) 56/70 - 48/80, method 10: 0.0524 to 0.3339.
    assert (round(ends.low, 4), round(ends.high, 4)) == (0.0524, 0.3339)


def graded(place, status, expert="arithmetic", fault=None, split="fresh"):
    answer = "1" if status in ("correct", "wrong_answer") else ""
    verdict = Grade(status, 0.0, "", answer, expert, fault)
    return Graded(id=f"p{place}", split=split, question="q", expected="1", wanted=expert, error="", grade=verdict)


class FakeRun:
    def __init__(self, made):
        self.made = made

    def scored(self):
        return ["sft", "rl"]

    def grades(self, stage):
        return self.made[stage]


def test_figures(replicate, monkeypatch):
    circuit = Fault("short_circuit", 2, "x")
    sft = [graded(0, "correct")]
    rl = [
        graded(0, "correct"),
        graded(1, "wrong_answer", "percentage"),
        graded(2, "invalid_trace", fault=circuit),
        graded(3, "parse_failure"),
        graded(4, "truncated", split="gsm8k_dev"),
        graded(5, "correct", split="unseen_wordings"),
        graded(6, "truncated", split="unseen_wordings"),
    ]
    monkeypatch.setattr(replicate, "reopen", lambda path: FakeRun({"sft": sft, "rl": rl}))
    monkeypatch.setattr(replicate, "read_grades", lambda rows: rows)

    def share(figure, stage=""):
        found = replicate.outcomes([Path("run-01-0")], replicate.Claim("run-01", "", figure, stage=stage))
        return sum(found.values()), len(found)

    assert share("correct") == (1, 4)
    assert share("correct", "sft") == (1, 1)
    assert share("parsed") == (3, 4)
    assert share("valid") == (2, 4)
    assert share("short_circuit") == (1, 4)
    assert share("percentage") == (0, 1)
    assert share("gsm8k parsed") == (0, 1)
    assert share("unseen correct") == (1, 2)


SMALL = [
    "--only", "run-02", "--seeds", "1", "--factor", "0.2", "--epochs", "0.3", "data.dev=4", "model.tiny.width=32",
    "model.tiny.layers=2", "model.tiny.heads=2", "model.tiny.feed_forward=64", "model.tiny.vocabulary=900",
    "rl.steps=1", "rl.max_new_tokens=8", "eval.max_new_tokens=8",
]  # fmt: skip


@pytest.mark.slow
def test_a_study_goes_on_where_it_was(replicate, tmp_path, capsys):
    page = tmp_path / "page.md"
    words = ["--out", str(tmp_path / "study"), "--page", str(page), *SMALL]
    assert replicate.main([*words, "--minutes", "0"]) == 0
    assert "0 of 17 runs are done" in page.read_text()
    assert "not run yet" in page.read_text()
    assert replicate.main([*words, "--minutes", "0.02"]) == 0  # begun, and stopped long before its end
    run = tmp_path / "study" / "run-02-0"
    assert not replicate.Job("run-02", [], run).done
    assert replicate.main(words) == 0
    assert isinstance(reopen(run).recipe(), Recipe)
    assert "1 of 17 runs are done, 0 have failed" in capsys.readouterr().out
    assert "| run-02 | percentages by operations: 88 to 100 % | percentage |" in page.read_text()
    before = reopen(run).scores.read_bytes()
    assert replicate.main(words) == 0
    assert reopen(run).scores.read_bytes() == before


def test_runs_of_other_settings_are_not_passed_off(replicate, tmp_path):
    words = ["--out", str(tmp_path), "--page", str(tmp_path / "page.md"), *SMALL]
    options = replicate.read_options(words)
    study = replicate.read_claims()
    create(tmp_path / "run-02-0", replicate.tiny("run-02", study, options, 0)[0])
    assert replicate.main([*words, "--minutes", "0"]) == 0
    with pytest.raises(ConfigError, match="run-02-0 was run with other settings"):
        replicate.main([*words, "sft.lr=1e-3"])


def test_shares_are_shown_with_wilson_intervals(replicate):
    ends = wilson(3, 4)
    assert replicate.shown(rows(3, 4)) == f"75.0 % [{100 * ends.low:.1f}, {100 * ends.high:.1f}]"
