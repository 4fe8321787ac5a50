"""One real problem with a trace -> many: other numbers, names, things, and the answers that then hold.

`learn_ranges(problems)` reads what each noun is usually counted at; `vary(problem, seed, index, ranges)` makes one
variant, `variants(problem, count, seed, ranges)` several that differ. The way of a variant: `slips.py` mends the
question or leaves it alone, `slots.py` finds what may move (with `fixed.py`, `ties.py` and `relations.py` for what may
not, or must follow, and `doubts.py` for traces that had better not), `values.py` where to, `draw.py` draws so that
`checks.py` hold (`trial.py` asks them quickly), `names.py`, `rewrite.py` and `worked.py` write it, `variant.py` puts it
together, `many.py` does so for many.
"""

from tracewright.data.vary.many import Varied, vary_all
from tracewright.data.vary.values import Ranges, learn_ranges
from tracewright.data.vary.variant import plan_of, variants, vary

__all__ = ["Ranges", "Varied", "learn_ranges", "plan_of", "variants", "vary", "vary_all"]
