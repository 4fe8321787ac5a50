# Two commands do everything on a fresh machine: `make run` (the quickstart) and `make test`.
# PYTHON=python3.12 picks another interpreter; ARGS="data.gsm8k=PATH" goes to the quickstart.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
ARGS ?=

.PHONY: run test test-all lint bench clean

run: $(VENV)/installed
	$(BIN)/tracewright run recipes/quickstart.yaml $(ARGS)

test: $(VENV)/installed
	$(BIN)/python -m pytest -m "not slow"

test-all: $(VENV)/installed lint
	$(BIN)/python -m pytest

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/mypy

# The quick ones, some minutes. Training against TRL takes longer: $(BIN)/python benchmarks/train.py.
bench: $(VENV)/installed
	$(BIN)/python benchmarks/grade.py
	$(BIN)/python benchmarks/generate.py

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) runs build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
