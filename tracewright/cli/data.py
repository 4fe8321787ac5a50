"""Verbs of problems."""

from tracewright.cli.verb import Verb

VERBS: dict[str, Verb] = {}
