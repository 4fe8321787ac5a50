"""How often the annotator binds a number to the wrong source: its wiring held against that of readers, tier by tier.

    python benchmarks/wiring.py --gsm8k PATH/train.jsonl [--labels benchmarks/wiring.tsv] [--show]

A labels file has a line a literal of an annotation `<<...>>`: line of the problem in the file (from 0), which
annotation (from 0), which literal of it (from 0), and its source: `n2` (the second number of the question), `eq0` (the
result of the first annotation), `r` (a result that no annotation has), `c` (a constant), `?`; several, parted by `|`,
where the reader held them for equally right. Ids and indices only: the sentences stay in the data set.

A problem is mis-wired where its trace, run with a number of its own for every mention, gives something else than the
trace that the reader's sources give: 3 * 4 for 4 * 3 is no error. `--show` prints each with its text.

`wiring.tsv`, `wiring_hard.tsv` and `wiring_close.tsv` are what the weights are fitted to; `wiring_held_out.tsv` is
never to be. `wiring_read_certain.tsv` and `wiring_read_likely.tsv` are readings of problems that were drawn from these
tiers of 2026-11-30, those of 298 and 60; two and four of them have no literal to label. The second table cuts the
certain ones by their odds, which `annotate` writes down with each problem.

Not covered: numbers of equations that stand in the text alone, which nobody labelled.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tracewright.data.annotate import Annotation, annotate
from tracewright.data.annotate.alternatives import same_program
from tracewright.data.annotate.annotation import Wired, wire_solution
from tracewright.data.annotate.program import HIDDEN, build, prune
from tracewright.data.annotate.slots import Candidate, Slot
from tracewright.data.annotate.tiers import CERTAIN
from tracewright.data.gsm8k import read_solutions
from tracewright.data.problem import Problem
from tracewright.errors import TracewrightError
from tracewright.evaluate.stats import wilson

TIERS = ("certain", "likely", "doubtful", "failed")
CUTS = (-4.0, -3.0, -2.0, CERTAIN)
Labels = dict[int, dict[tuple[int, int], tuple[str, ...]]]
"""Problem -> (annotation, literal) -> sources that are right."""


class Misses(NamedTuple):
    """What the compiler bound otherwise than the reader, and whether that changes what the trace computes."""

    literals: list[str]
    harmful: bool


def read_labels(path: Path) -> Labels:
    """Read a labels file; several lines for one literal are alternatives."""
    labels: Labels = defaultdict(dict)
    for line in path.read_text().splitlines():
        problem, equation, literal, sources = line.split("\t")
        labels[int(problem)][int(equation), int(literal)] = tuple(sources.split("|"))
    return labels


def compare(wired: Wired, labels: dict[tuple[int, int], tuple[str, ...]]) -> Misses:
    """Hold a wiring against the labels of its problem."""
    slots = [slot for each in wired.shaped for slot in each.slots]
    picks = list(wired.best.picks)
    missed, lost = [], False
    needed = {op.equation for op in wired.ops}
    for at, (slot, pick, wanted) in enumerate(zip(slots, wired.best.picks, meant(wired, labels), strict=True)):
        mark = wired.scene.equations[slot.equation].mark
        if not wanted or "?" in wanted or any(agrees(slot, pick, source, wired) for source in wanted):
            continue
        other = next((o for o, _ in wired.scene.options(slot) for s in wanted if agrees(slot, o, s, wired)), None)
        if other:
            picks[at] = other
        else:
            lost = lost or slot.equation in needed
        missed.append(f"<<{mark}>>.{slot.leaf.at} {told(slot, pick, wired)}, reader: {'|'.join(wanted)}")
    return Misses(missed, bool(missed) and (lost or differs(wired, picks)))


def meant(wired: Wired, labels: dict[tuple[int, int], tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the sources of every slot, in order; empty where nobody labelled it.

    Of 20 * 20 * .01 the percentage is fused with the first 20, whichever of them the reader said it of: where the other
    one's label fits the fused slot, and its own does not, they swap.
    """
    slots = [slot for each in wired.shaped for slot in each.slots]
    found = [wanted_of(slot, wired.scene.equations[slot.equation].mark, labels) for slot in slots]

    def fits(at: int, wanted: tuple[str, ...]) -> bool:
        told = [source for source in wanted if source != "?"]
        return any(agrees(slots[at], pick, source, wired) for pick in wired.scene.picks(slots[at]) for source in told)

    for fused, slot in enumerate(slots):
        if slot.form == "plain" or fits(fused, found[fused]):
            continue
        for at, other in enumerate(slots):
            equal = other.equation == slot.equation and other.form == "plain" and other.value == slot.leaf.value
            if equal and fits(fused, found[at]):
                found[fused], found[at] = found[at], found[fused]
                break
    return found


def wanted_of(slot: Slot, mark: int, labels: dict[tuple[int, int], tuple[str, ...]]) -> tuple[str, ...]:
    """Return the sources of a literal; of a fused one (110/100 in 110 * 110/100), those of its first number."""
    wanted = labels.get((mark, slot.leaf.at), ())
    return wanted if slot.form == "plain" else tuple(source for source in wanted if source != "c") or ("?",)


def agrees(slot: Slot, pick: Candidate, source: str, wired: Wired) -> bool:
    """Say whether a candidate is what a reader meant."""
    if source == "c":
        return pick.kind in ("constant", "free")
    if source.startswith("n"):
        places = (pick.place, pick.other) if pick.view == "joined" else (pick.place,)
        return pick.kind == "mention" and int(source[1:]) - 1 in places
    textual = pick.kind == "result" and wired.scene.equations[pick.place].mark < 0
    if source == "r":
        return textual or (pick.kind in ("mention", "result") and pick.view in WORKED_OUT)
    meant = next((at for at, other in enumerate(wired.scene.equations) if other.mark == int(source[2:])), None)
    if meant is None:  # <<16=16>>: what it repeats stands in the text
        return textual
    if pick.kind == "result":
        return wired.results[meant] == wired.results[pick.place]
    return pick.view in WORKED_OUT and wired.scene.equations[meant].value in (slot.value, slot.value * 100)


WORKED_OUT = frozenset(
    (*HIDDEN, "off", "complement", "increase", "one_more", "hundred_less", "hundred_more", "scaled_up", "scaled_down")
)
"""Views that are a step of their own: .75 for 25 % off is the result of 100 - 25 as well."""


def differs(wired: Wired, picks: Sequence[Candidate]) -> bool:
    """Say whether the reader's wiring computes something else."""
    built = build(wired.shaped, picks)
    answer = built.results[-1]
    if wired.rounding:
        answer = built.program.add(wired.rounding, (answer,), -1)
    return not same_program(wired.ops, prune(built.program.ops, answer), wired.places)


def told(slot: Slot, pick: Candidate, wired: Wired) -> str:
    """Name a pick for a person."""
    if pick.kind == "mention":
        name = wired.places[pick.place].mention.name
    elif pick.kind == "result":
        name = f"eq{wired.scene.equations[pick.place].mark}"
    else:
        name = pick.kind
    return f"{slot.leaf.value} is {name}" + (f" ({pick.view})" if pick.view != "same" else "")


def shown(problem: Problem, annotation: Annotation, misses: Misses) -> str:
    """Write a mis-wired problem for a person."""
    lines = [f"== {problem.id} {annotation.tier} {annotation.reason}", problem.question, problem.solution]
    return "\n".join([*lines, *(f"  {literal}" for literal in misses.literals)])


def main() -> None:
    """Print precision, tier by tier."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--gsm8k", type=Path, required=True, help="the file that the labels were made for")
    parser.add_argument("--labels", type=Path, default=Path(__file__).with_suffix(".tsv"))
    parser.add_argument("--show", action="store_true", help="print every mis-wired problem, certain ones first")
    given = parser.parse_args()
    problems, labels = read_solutions(given.gsm8k), read_labels(given.labels)
    tiers: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    texts: dict[str, list[str]] = defaultdict(list)
    sure: list[tuple[float, bool]] = []
    for number, wanted in labels.items():
        problem = replace(problems[number], id=str(number))
        annotation, wired = annotate(problem), wire_solution(problem)
        tiers[annotation.tier] += 1
        if isinstance(wired, Annotation):
            continue
        misses = compare(wired, wanted)
        wrong[annotation.tier] += misses.harmful
        if annotation.tier == "certain" and annotation.odds is not None:
            sure.append((annotation.odds, misses.harmful))
        if misses.harmful:
            texts[annotation.tier].append(shown(problem, annotation, misses))
    if given.show:
        for tier in TIERS:
            print("\n\n".join(texts[tier]), end="\n\n")
    print(f"{len(labels)} problems\n{'tier':<10}{'n':>6}{'share':>8}{'mis-wired':>11}   [95 %]")
    for tier in TIERS:
        print(row(tier, tiers[tier], wrong[tier], len(labels)))
    print("certain, odds below")
    for cut in CUTS:
        below = [bad for odds, bad in sure if odds < cut]
        print(row(f"{cut:g}", len(below), sum(below), len(labels)))


def row(name: str, n: int, bad: int, total: int) -> str:
    """Write a line of a table: how many, what share, how many of them are mis-wired, with the interval."""
    low, high = wilson(bad, n) if n else (0.0, 1.0)
    return f"{name:<10}{n:>6}{n / total:>8.1%}{bad:>11}   {bad / n if n else 0:.1%} [{low:.1%}, {high:.1%}]"


if __name__ == "__main__":
    try:
        main()
    except TracewrightError as error:
        sys.exit(f"wiring: {error}")
