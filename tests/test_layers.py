"""The floors of docs/architecture.md: imports go down only, and torch is met on the upper floors alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tracewright

PACKAGE = Path(tracewright.__file__).parent
FLOORS = (
    "errors", "atomic", "number", "mention", "tree", "config", "recipe", "run", "trace", "data", "grade", "evaluate",
    "model", "train", "report", "pipeline", "rehearse", "adapters", "cli",
)  # fmt: skip
HEAVY = {"torch", "transformers", "accelerate", "tokenizers", "peft", "llguidance", "vllm", "trl"}
HEAVY_ROOMS = {"model", "train", "adapters", "pipeline"}
BANNED = {"utils", "common", "helpers", "base", "misc", "manager"}


def room(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path):
    """Yield (module, at load time) for each import of a file, those for type checkers left out."""
    tree = ast.parse(path.read_text())
    typing_only = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path):
    here = room(path)
    if here in ("__init__", "__main__"):
        return
    assert here in FLOORS, f"{here} has no floor; see docs/architecture.md"
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "tracewright" and len(parts) > 1 and parts[1] in FLOORS:
            assert FLOORS.index(parts[1]) <= FLOORS.index(here), f"{here} imports {module}, a floor above it"
        if parts[0] in HEAVY:
            assert here in HEAVY_ROOMS, f"{here} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_rot_magnets(path):
    assert path.stem not in BANNED
    assert len(path.read_text().splitlines()) <= 600, "split it, or write less"


def test_the_base_needs_no_torch():
    code = (
        "import sys; import tracewright, tracewright.cli; tracewright.cli.build_parser();"
        "heavy = {'torch', 'transformers', 'numpy', 'jinja2', 'matplotlib', 'datasets'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_architecture_names_every_file():
    page = (PACKAGE.parent / "docs" / "architecture.md").read_text()
    for path in FILES:
        if path.stem not in ("__init__", "__main__"):
            assert path.stem in page, f"{path.relative_to(PACKAGE)} is not in docs/architecture.md"
