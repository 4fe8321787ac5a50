"""The 25 runs of the reports again, with the tiny model: what they claim, what we find, and whether that is the same.

    python benchmarks/replicate.py --out runs/replication [--gsm8k PATH] [--jobs 2] [--minutes 90] [--seeds 3]

Each (run, seed) is a run directory of its own under --out, with its log beside it. Interrupted by Ctrl-C, by --minutes
or by a power cut, the study goes on where it was when the command is given again. Recipes that are the same in their
tiny form are run once. The page, docs/replication.md unless --page names another, is written anew each time from what
is there; --no-runs writes it and runs nothing.

What the tiny form is: a small Llama from scratch instead of a pretrained model, so it is given what a pretrained one
knows already (numbers and names are mentions, it need not copy them), more examples and a learning rate of its own.
What each run varied stays. Claims about pretrained models cannot be told this way, and are marked so (claims.yaml).
"""

import argparse
import math
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from tracewright.cli.verb import whole
from tracewright.config import read_config, read_yaml_file
from tracewright.errors import ConfigError, TracewrightError
from tracewright.evaluate.grades import Graded, read_grades
from tracewright.evaluate.stats import Interval, paired_interval, wilson
from tracewright.recipe import Recipe
from tracewright.run import STAGES, reopen
from tracewright.trace.experts import EXPERTS
from tracewright.tree import Map

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RECIPES = ROOT / "recipes" / "reports"
TINY = (
    "model.id=tiny", "model.device=cpu", "model.trainable.layers=all", "prompt.grounding=mention",
    "prompt.numbers=masked", "prompt.mask_names=true", "sft.batch=16", "sft.lr=4e-3", "sft.betas=[0.9, 0.98]",
    "sft.weight_decay=0.01", "sft.warmup=50", "sft.schedule=linear", "rl.lr=1e-4", "data.dev=300", "threads=1",
)  # fmt: skip
"""The tiny form of any run; sizes of the model are the defaults."""
TOKENS = 0.42
"""A trace has so many tokens of the tiny tokenizer for one of the reports': 71 for 159 to 167, 105 to 131 for 264 to
307. Token limits shrink by it, so that 250 cuts the same traces: all with three experts, and no others."""
MARGIN = 0.05
"""Runs that differ by less count as the same."""
NO_EFFECT = 0.02
"""A change whose effect is surely smaller than this, or of the other sign, is not there."""


SPLITS = {"gsm8k": "gsm8k_dev", "unseen": "unseen_wordings"}
"""The split of a figure, by the word before it; without one it is `fresh`."""

Key = tuple[str, str, str]
"""Seed, problem, question."""

PAGE = """# Replication: the runs of the reports, with a tiny model

Written by `{command}`; {done}.

The tiny form of a run is a Llama of about a million parameters from scratch. It is given what a pretrained model knows
already: numbers and names are mentions, examples are {factor:g} times as many and are seen {epochs:g} times. Token
limits are {tokens:g} of the reports', for a trace has so many fewer tokens. What a run varied stays its own
(`recipes/reports/`); what changed the model itself cannot be told this way.

Figures are shares on problems with fresh numbers (`unseen`: told in wordings that no training problem has; `gsm8k`:
GSM8K's dev split), pooled over the seeds, with 95 % Wilson intervals; differences are in points, paired where two runs
have the same problems. *Replicated*: the interval says so, and every seed agrees. *Not replicated*: an effect of
{no_effect:g} points in the direction claimed is excluded. For *same*, {margin:g} points are the margin. All else
*cannot be told*. Pooling takes problems as independent; those of one schema are alike, so that the intervals are, if
anything, too narrow.

{replicated} of {count} claims are replicated, {refuted} are not.

| run | the report says | figure | ours | compared with | difference | verdict |
|---|---|---|---|---|---|---|
"""


class Claim(NamedTuple):
    """One measurable sentence of the reports."""

    run: str
    says: str
    figure: str = ""
    wanted: str = ""
    """higher, lower, same; at_least 0.95, at_most 0.05."""
    than: str = ""
    stage: str = ""
    """sft or rl; empty: the last model."""
    because: str = ""
    """Why nothing can be told."""


class Study(NamedTuple):
    """What is to be run and said."""

    claims: tuple[Claim, ...]
    extra: Mapping[str, tuple[str, ...]]
    """Overrides that one run needs, by its name."""


class Finding(NamedTuple):
    """A claim beside what was found."""

    claim: Claim
    ours: str
    other: str
    difference: str
    verdict: str


# The plan.


def read_claims(path: Path = HERE / "claims.yaml") -> Study:
    """Read the claims.

    Raises:
        ConfigError: one is not as the file's head says.
    """
    tree = read_yaml_file(path)
    claims: list[Claim] = []
    extra: dict[str, tuple[str, ...]] = {}
    for run, row in tree.items() if isinstance(tree, Map) else ():
        if not isinstance(row, Map) or not (RECIPES / f"{run}.yaml").exists():
            raise ConfigError(f"{path}: {run!r} is no run with a recipe in {RECIPES}")
        extra[run] = tuple(str(word) for word in row.get("tiny", ()))
        for item in row["claims"]:
            assert isinstance(item, Map)
            known = {key: str(value) for key, value in item.items() if key != "is"}
            claims.append(Claim(run, wanted=str(item.get("is", "")), because=str(row.get("because", "")), **known))
    for claim in claims:
        _check_claim(claim, path, extra)
    return Study(tuple(claims), extra)


def _check_claim(claim: Claim, path: Path, runs: Mapping[str, object]) -> None:
    figures = ("correct", "parsed", "valid", "short_circuit", *EXPERTS, "composition")
    word, _, limit = claim.wanted.partition(" ")
    fits = claim.than in runs if word in ("higher", "lower", "same") else word in ("at_least", "at_most") and limit
    where, _, what = claim.figure.rpartition(" ")
    if not claim.because and (what not in figures or where not in ("", *SPLITS) or not fits):
        raise ConfigError(f"{path}: a claim of {claim.run} cannot be measured: {claim.says!r}", "see the file's head")


def tiny(
    name: str, study: Study, options: argparse.Namespace, seed: int, real: bool = False
) -> tuple[Recipe, list[str]]:
    """Return the tiny form of a recipe, and the overrides that make it; `real`: it answers GSM8K's questions too."""
    own = read_config(Recipe, RECIPES / f"{name}.yaml")
    words = [
        *TINY, f"seed={seed}", f"data.train={round(own.data.train * options.factor)}", f"sft.epochs={options.epochs}",
        f"rl.max_new_tokens={round(own.rl.max_new_tokens * TOKENS)}",
        f"eval.max_new_tokens={round(own.eval.max_new_tokens * TOKENS)}", *study.extra[name],
        *([f"data.gsm8k={options.gsm8k}"] if real else []), *options.overrides,
    ]  # fmt: skip
    return read_config(Recipe, RECIPES / f"{name}.yaml", words), words


def twins(study: Study, options: argparse.Namespace) -> dict[str, str]:
    """Return for each run the first one whose tiny form is the same, but for its name."""
    forms = {name: replace(tiny(name, study, options, 0)[0], name="") for name in study.extra}
    found = {name: next(other for other in forms if forms[other] == form) for name, form in forms.items()}
    return found


def needed(study: Study, same: Mapping[str, str]) -> list[str]:
    """Return the runs that some claim needs, in the order of the reports."""
    names = {name for claim in study.claims if not claim.because for name in (claim.run, claim.than) if name}
    wanted = {same[name] for name in names}
    return [name for name in study.extra if name in wanted]


def on_real(study: Study, same: Mapping[str, str]) -> set[str]:
    """Return the runs with a claim about GSM8K, or compared with one: the others need not answer its questions."""
    claims = [claim for claim in study.claims if claim.figure.startswith("gsm8k ")]
    return {same[name] for claim in claims for name in (claim.run, claim.than) if name}


# The work.


class Job(NamedTuple):
    """One run directory to be finished."""

    name: str
    words: list[str]
    path: Path

    @property
    def done(self) -> bool:
        """Whether every stage is complete."""
        return self.path.is_dir() and all(reopen(self.path).done(stage) for stage in STAGES)

    def start(self) -> subprocess.Popen[bytes]:
        """Start it, or go on with it."""
        command = [sys.executable, "-m", "tracewright", "run", str(RECIPES / f"{self.name}.yaml"), *self.words]
        resume = ["--resume"] if (self.path / "config.yaml").exists() else []
        with self.path.with_suffix(".log").open("ab") as log:
            return subprocess.Popen(
                [*command, *resume, "--out", str(self.path)], stdout=log, stderr=log, cwd=ROOT, start_new_session=True
            )


def _same_settings(job: Job) -> None:
    """Make sure that a run that is there was made with today's recipe.

    Raises:
        ConfigError: it was not, and would be passed off as something else.
    """
    if (job.path / "config.yaml").exists():
        if reopen(job.path).recipe() != read_config(Recipe, RECIPES / f"{job.name}.yaml", job.words):
            raise ConfigError(f"{job.path} was run with other settings or an older recipe", "name another --out")


def work(jobs: Sequence[Job], processes: int, deadline: float) -> list[Job]:
    """Finish the jobs, several at a time; return those that failed. What is under way at the deadline is stopped."""
    waiting = [job for job in jobs if not job.done]
    under_way: list[tuple[Job, subprocess.Popen[bytes]]] = []
    failed: list[Job] = []
    with tqdm(total=len(jobs), initial=len(jobs) - len(waiting), desc="runs", file=sys.stderr) as bar:
        try:
            while under_way or (waiting and time.monotonic() < deadline):
                while waiting and len(under_way) < processes and time.monotonic() < deadline:
                    job = waiting.pop(0)
                    under_way.append((job, job.start()))
                if time.monotonic() >= deadline:
                    stop(under_way)
                time.sleep(0.2)
                for pair in [pair for pair in under_way if pair[1].poll() is not None]:
                    under_way.remove(pair)
                    if pair[0].done:
                        bar.update()
                    elif time.monotonic() < deadline:
                        failed.append(pair[0])
                        bar.write(f"{pair[0].path.name} failed: {last_line(pair[0].path.with_suffix('.log'))}")
        except KeyboardInterrupt:
            stop(under_way)
            raise
    return failed


def stop(under_way: Sequence[tuple[Job, subprocess.Popen[bytes]]]) -> None:
    """Interrupt runs as Ctrl-C would, and wait until they have stopped."""
    for _, process in under_way:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    for _, process in under_way:
        process.wait()


def last_line(path: Path) -> str:
    """Return the last line of a log."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1].strip() if lines else "it has said nothing"


# What was found.


def outcomes(paths: Sequence[Path], claim: Claim) -> dict[Key, bool]:
    """Return, by (seed, problem, question), whether the figure's event happened, over the runs that are done."""
    where, _, what = claim.figure.rpartition(" ")
    split = SPLITS.get(where, "fresh")
    found = {}
    for path in paths:
        run = reopen(path)
        stage = claim.stage or run.scored()[-1]
        for row in read_grades(run.grades(stage)):
            if row.split == split and (what not in (*EXPERTS, "composition") or row.wanted == what):
                found[path.name.rpartition("-")[2], row.id, row.question] = _happened(row, what)
    return found


def _happened(row: Graded, what: str) -> bool:
    if what == "parsed":
        return row.grade.status not in ("parse_failure", "truncated")
    if what == "valid":
        return row.grade.answer != ""
    if what == "short_circuit":
        return row.grade.fault is not None and row.grade.fault.kind == "short_circuit"
    return row.right


def difference(first: Mapping[Key, bool], second: Mapping[Key, bool]) -> tuple[float, Interval, bool]:
    """Return share of the first minus share of the second, its interval, and whether it is paired.

    Source for two separate samples: R. G. Newcombe, Interval Estimation for the Difference Between Independent
    Proportions, Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    n, m = len(first), len(second)
    share, other = sum(first.values()) / n, sum(second.values()) / m
    if first.keys() == second.keys():
        both = sum(first[key] and second[key] for key in first)
        only_first, only_second = sum(first.values()) - both, sum(second.values()) - both
        counts = (both, only_second, only_first, n - both - only_first - only_second)
        return share - other, paired_interval(*counts), True
    ends, others = wilson(sum(first.values()), n), wilson(sum(second.values()), m)
    below = math.hypot(share - ends.low, others.high - other)
    above = math.hypot(ends.high - share, other - others.low)
    return share - other, Interval(share - other - below, share - other + above), False


def verdict_of_share(share: Interval, wanted: str) -> str:
    """Judge a claim about one figure by its interval."""
    word, _, text = wanted.partition(" ")
    limit = float(text)
    low, high = (share.low, share.high) if word == "at_least" else (1 - share.high, 1 - share.low)
    bound = limit if word == "at_least" else 1 - limit
    return "replicated" if low >= bound else "not replicated" if high < bound else "cannot be told"


def verdict_of_difference(ends: Interval, seeds: Sequence[float], wanted: str) -> str:
    """Judge a claim about two runs by the interval of their difference; every seed must be of the same sign."""
    if wanted == "same":
        if ends.low > -MARGIN and ends.high < MARGIN:
            return "replicated"
        return "not replicated" if ends.low > 0 or ends.high < 0 else "cannot be told"
    sign = 1 if wanted == "higher" else -1
    low, high = sorted((sign * ends.low, sign * ends.high))
    if low > 0 and all(sign * seed > 0 for seed in seeds):
        return "replicated"
    return "not replicated" if high < NO_EFFECT else "cannot be told"


def judge(claim: Claim, paths: Mapping[str, Sequence[Path]]) -> Finding:
    """Hold one claim against the runs that are done."""
    if claim.because:
        return Finding(claim, "", "", "", f"cannot be told: {claim.because}")
    ours = outcomes(paths[claim.run], claim)
    if not ours:
        why = "GSM8K was not given" if claim.figure.startswith("gsm8k") and paths[claim.run] else "not run yet"
        return Finding(claim, "", "", "", why)
    ends = wilson(sum(ours.values()), len(ours))
    if not claim.than:
        return Finding(claim, shown(ours), "", "", verdict_of_share(ends, claim.wanted))
    theirs = outcomes(paths[claim.than], claim)
    common = {key[0] for key in ours} & {key[0] for key in theirs}
    if not common:
        return Finding(claim, shown(ours), "", "", f"{claim.than} is not run yet")
    ours, theirs = ({key: value for key, value in rows.items() if key[0] in common} for rows in (ours, theirs))
    gap, interval, paired = difference(ours, theirs)
    seeds = [difference(*(_of_seed(rows, seed) for rows in (ours, theirs)))[0] for seed in sorted(common)]
    text = f"{100 * gap:+.1f} [{100 * interval.low:+.1f}, {100 * interval.high:+.1f}]{' paired' if paired else ''}"
    verdict = verdict_of_difference(interval, seeds, claim.wanted)
    return Finding(claim, shown(ours), shown(theirs), text, verdict)


def _of_seed(rows: Mapping[Key, bool], seed: str) -> dict[Key, bool]:
    return {key: value for key, value in rows.items() if key[0] == seed}


def shown(rows: Mapping[Key, bool]) -> str:
    """Write a share with its Wilson interval: `96.1 % [93.4, 97.7]`."""
    ends = wilson(sum(rows.values()), len(rows))
    return f"{100 * sum(rows.values()) / len(rows):.1f} % [{100 * ends.low:.1f}, {100 * ends.high:.1f}]"


def write_page(findings: Sequence[Finding], same: Mapping[str, str], options: argparse.Namespace, done: str) -> str:
    """Return the page: how it was made, and a row a claim."""
    command = "python benchmarks/replicate.py --out DIR" + (" --gsm8k PATH" if options.gsm8k else "")
    command += f" --factor {options.factor:g} --epochs {options.epochs:g} --seeds {options.seeds}"
    command += "".join(f" {word}" for word in options.overrides)
    page = PAGE.format(
        command=command, done=done, factor=options.factor, epochs=options.epochs, tokens=TOKENS,
        no_effect=100 * NO_EFFECT, margin=100 * MARGIN, count=len(findings),
        replicated=sum(item.verdict == "replicated" for item in findings),
        refuted=sum(item.verdict == "not replicated" for item in findings),
    )  # fmt: skip
    for item in findings:
        claim = item.claim
        run = claim.run + (f" (= {same[claim.run]})" if same[claim.run] != claim.run and not claim.because else "")
        other = f"{claim.than}: {item.other}" if item.other else claim.wanted.replace("_", " ") if item.ours else ""
        figure = claim.figure.replace("_", " ") + (f" after {claim.stage.upper()}" if claim.stage else "")
        page += f"| {' | '.join((run, claim.says, figure, item.ours, other, item.difference, item.verdict))} |\n"
    return page


def read_options(words: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="where the runs are kept")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "replication.md", help="the page that is written")
    parser.add_argument("--gsm8k", default="", help="GSM8K, for the claims about it")
    parser.add_argument("--only", nargs="+", default=[], metavar="RUN", help="run these alone; the page has all claims")
    parser.add_argument("--seeds", type=whole(1), default=3)
    parser.add_argument("--jobs", type=whole(1), default=1, help="runs side by side")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long; go on later")
    parser.add_argument(
        "--factor", type=float, default=4, help="examples, as a multiple of the reports'; with 8, nearly all is right"
    )
    parser.add_argument("--epochs", type=float, default=4)
    parser.add_argument("--no-runs", action="store_true", help="write the page from what is there")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="laid over every recipe")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    """Run what is missing, then write the page."""
    options = read_options(words)
    study = read_claims()
    same = twins(study, options)
    unknown = [name for name in options.only if name not in same]
    if unknown:
        raise ConfigError(f"{unknown[0]!r} is no run", f"runs: {', '.join(same)}")
    names = [name for name in needed(study, same) if not options.only or name in {same[only] for only in options.only}]
    options.out.mkdir(parents=True, exist_ok=True)
    real = on_real(study, same) if options.gsm8k else set()
    jobs = [
        Job(name, tiny(name, study, options, seed, name in real)[1], options.out.resolve() / f"{name}-{seed}")
        for seed in range(options.seeds)
        for name in names
    ]
    for job in jobs:
        _same_settings(job)
    failed: list[Job] = []
    if not options.no_runs:
        try:
            failed = work(jobs, options.jobs, time.monotonic() + 60 * options.minutes)
        except KeyboardInterrupt:
            print("interrupted; give the same command again to go on", file=sys.stderr)
            return 130
    seeds = range(options.seeds)
    paths = {
        name: [
            path
            for path in (options.out.resolve() / f"{same[name]}-{seed}" for seed in seeds)
            if Job(name, [], path).done
        ]
        for name in study.extra
    }
    complete = len({path for found in paths.values() for path in found})
    total = len(needed(study, same)) * options.seeds
    findings = [judge(claim, paths) for claim in study.claims]
    page = write_page(findings, same, options, f"{complete} of {total} runs are done")
    options.page.write_text(page, encoding="utf-8")
    print(f"{options.page}: {complete} of {total} runs are done, {len(failed)} have failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TracewrightError as error:
        sys.exit(f"replicate: {error}")
