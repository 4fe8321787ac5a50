"""What a set of problems is made of, side by side with a reference: constructs, numbers, words, steps, shapes, twins.

`measure` looks at one set, `compare` lays two side by side. Source of the constructs: the table of GSM8K's train
questions that the share of each was first counted on, docs/data.md.
"""

from tracewright.data.audit.compare import Audit, audit
from tracewright.data.audit.measure import Measures, measure
from tracewright.data.audit.shape import shape

__all__ = ["Audit", "Measures", "audit", "measure", "shape"]
