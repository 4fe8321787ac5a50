"""What README and docs say can be done: commands parse, traces run, Python blocks run, links lead somewhere."""

import re
import shlex
from pathlib import Path
from typing import get_type_hints

import pytest

from tracewright import Fault, parse, read_mentions, solve
from tracewright.cli import build_parser
from tracewright.config import read_config
from tracewright.recipe import Recipe

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.M | re.S)


def commands():
    """Yield every tracewright command of a bash block or between backticks."""
    for page in PAGES:
        lines = [line for block in blocks(page, "bash") for line in block.replace("\\\n", " ").splitlines()]
        lines += re.findall(r"`((?:make run ARGS|tracewright) [^`\n]+)`", page.read_text())
        for line in lines:
            words = re.sub(r"\s+#.*", "", line).strip()
            if "tracewright " in words and "pip install" not in words:
                yield pytest.param(words[words.index("tracewright ") :], id=f"{page.stem}: {words[:70]}")


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_parses(command):
    words = shlex.split(command.replace("...", "x"))[1:]
    if len(words) < 2 or words[0].isupper():
        return
    options = build_parser().parse_args(words)
    if options.verb == "run" and options.recipe:
        path = ROOT / options.recipe
        assert path.exists(), f"{command}: {path} is not there"
        read_config(Recipe, path, [word for word in options.overrides if "=" in word])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_trace_runs(page):
    question = "".join(re.findall(r"^> (.*)$", page.read_text(), re.M))
    for block in blocks(page, "yaml"):
        if "{op:" not in block or "slots:" in block or "expert: composition" in block:
            continue
        trace = parse(block.strip())
        assert not isinstance(trace, Fault), (block, trace)
        solution = solve(trace, read_mentions(question))
        assert not isinstance(solution, Fault) or "source: price" in block, (block, solution)


def test_the_readme_answer_is_true():
    text = (ROOT / "README.md").read_text()
    question = re.search(r"^> (.*)$", text, re.M)[1]
    trace = parse(blocks(ROOT / "README.md", "yaml")[0].strip())
    solution = solve(trace, read_mentions(question))
    assert f"The answer is {solution.answer}," in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page):
    for block in blocks(page, "python"):
        if block.lstrip().startswith('"'):
            continue  # a row of the table, shown as it would stand there
        names = {"completion": "expert: x", "question": "A hen lays 2 eggs."}
        exec(compile(block, str(page), "exec"), names)  # noqa: S102


def test_every_key_in_the_pages_exists():
    for page in PAGES:
        for key in re.findall(r"`((?:data|prompt|model|sft|rl|eval|sampler)\.[a-z_.]+)(?:=[^`]*)?`", page.read_text()):
            if key.endswith((".py", ".md")):
                continue
            kind = Recipe
            for part in key.split("."):
                hints = get_type_hints(kind)
                assert part in hints, f"{page.name}: {key}"
                kind = hints[part]
