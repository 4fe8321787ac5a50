"""Verbs of runs."""

from tracewright.cli.verb import Verb

VERBS: dict[str, Verb] = {}
