"""Worked solutions -> wired traces, with no language model.

`annotate(problem)` reads the equations of a solution (`equations.py`), decides which number of the question, which
earlier result or which constant each literal means (`slots.py`, `wire.py`), and writes it as a trace (`program.py`,
`compose.py`, `names.py`). `annotate_all` does so for many and counts (`coverage.py`).
"""

from tracewright.data.annotate.annotation import Annotation, annotate
from tracewright.data.annotate.coverage import Coverage, Row, annotate_all, annotated, coverage

__all__ = ["Annotation", "Coverage", "Row", "annotate", "annotate_all", "annotated", "coverage"]
