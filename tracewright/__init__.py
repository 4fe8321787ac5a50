"""Tracewright teaches small language models to solve math word problems by writing executable traces.

The names below are the promised ones; they need no torch.

    parse, render, solve, explain   a trace: read, write, run, say in words
    read_mentions                   the numbers of a question: n1, n2, ...
    Problem, grade, Grade           a problem, and the one judge of a completion
    Trace, Fault, TRACE_VERSION     what parse gives
"""

from tracewright.data.problem import Problem
from tracewright.errors import ConfigError, DataError, ModelError, RunError, TracewrightError
from tracewright.grade import Grade, grade
from tracewright.mention import Mention, read_mentions
from tracewright.trace.explain import explain
from tracewright.trace.fault import Fault
from tracewright.trace.parse import parse
from tracewright.trace.render import render
from tracewright.trace.solve import Solution, solve
from tracewright.trace.syntax import TRACE_VERSION, Step, SubTrace, Trace

__version__ = "0.1.0"

__all__ = [
    "TRACE_VERSION", "ConfigError", "DataError", "Fault", "Grade", "Mention", "ModelError", "Problem", "RunError",
    "Solution", "Step", "SubTrace", "Trace", "TracewrightError", "explain", "grade", "parse", "read_mentions", "render",
    "solve",
]  # fmt: skip
