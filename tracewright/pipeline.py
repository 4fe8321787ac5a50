"""The main job: data, SFT, RL, sample, score, report. Each stage is done once, recorded, and skipped on a resume.

What each stage computes stands in its own room; here is the order, what is written where, and what a person sees.
Under `accelerate launch` every process walks through it: the first one writes, all train.
"""

import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list
from tqdm import tqdm

import tracewright
from tracewright.atomic import whole_folder
from tracewright.data.assemble import assemble
from tracewright.data.files import check_found
from tracewright.data.problem import Problem, read_problems, write_problems
from tracewright.data.prompt import restore, view
from tracewright.errors import ConfigError, RunError
from tracewright.evaluate.rescore import grade_run, read_splits, rescore
from tracewright.evaluate.sample import Sample, Sampler, sample_split, write_samples
from tracewright.grade import read_completion, rules_of
from tracewright.mention import MENTION_VERSION, read_mentions
from tracewright.model.freeze import Trainable, choose_trainable, exact
from tracewright.model.load import LanguageModel, check_model, load, pick_dtype, save_pretrained
from tracewright.model.remote import RemoteSampler, served_model
from tracewright.model.sampler import LocalSampler
from tracewright.model.vllm import check_vllm, vllm_sampler
from tracewright.number import write
from tracewright.recipe import Recipe
from tracewright.report.write import write_report
from tracewright.run import REMOTE, Run, create
from tracewright.trace.explain import explain
from tracewright.trace.fault import Fault
from tracewright.trace.solve import lint, solve
from tracewright.trace.syntax import TRACE_VERSION
from tracewright.train.check import check_targets
from tracewright.train.checkpoint import newest_step
from tracewright.train.rl import train_rl
from tracewright.train.sft import sft_steps, train_sft
from tracewright.train.track import Trackers, check_tracker

Say = Callable[[str], None]
"""Shows a person one line."""

PROBE = 64
"""Problems of the fresh split that are scored while training, where eval_every asks for it."""


def start(recipe: Recipe, path: Path) -> Run:
    """Look for the files, the model and the trackers, then make the run directory: once, for all processes.

    Raises:
        ModelError: there is no such model, endpoint or device.
        ConfigError: a file is not there, or a tracker is not known or not installed.
        DataError: GSM8K is not there.
        RunError: the folder holds something already, or cannot be made.
    """
    check_found(recipe.data, recipe.rl.problems if recipe.rl.steps else "train", recipe.eval.files)
    if recipe.sampler.kind == "openai":
        served_model(recipe.sampler)
    else:
        check_model(recipe.model)
    if recipe.sampler.kind == "vllm":
        check_vllm()
    for name in recipe.track:
        check_tracker(name)
    state = PartialState()
    made: list[Any] = [None]
    if state.is_main_process:
        try:
            made = [create(path, recipe)]
        except RunError as error:
            made = [error]
    made = broadcast_object_list(made) if state.num_processes > 1 else made
    if isinstance(made[0], RunError):
        raise made[0]
    run: Run = made[0]
    return run


class Job:
    """One run on its way from data to report."""

    def __init__(self, run: Run, recipe: Recipe, say: Say, resume: bool = False) -> None:
        self.run, self.recipe, self.resume = run, recipe, resume
        self.state = PartialState()
        self.main = self.state.is_main_process
        self.say: Say = say if self.main else lambda _: None
        if recipe.threads:
            torch.set_num_threads(recipe.threads)
        self.trackers: Trackers | None = None

    def work(self) -> None:
        """Do every stage that is not done yet."""
        stages: list[tuple[str, Callable[[], None]]] = [
            ("data", self.make_data),
            ("sft", self.train_sft),
            ("rl", self.train_rl),
            ("sample", self.sample),
            ("score", self.score),
            ("report", self.report),
        ]
        for stage, do in stages:
            if self.run.done(stage):
                self.say(f"{stage}: done already")
                continue
            start = time.perf_counter()
            do()
            self.state.wait_for_everyone()
            if self.main:
                seconds = time.perf_counter() - start
                self.run.append(self.run.timing, {"stage": stage, "total_seconds": round(seconds, 2)})
                self.run.mark(stage)
            self.state.wait_for_everyone()
        if self.trackers is not None:
            self.trackers.close()

    # Data.

    def make_data(self) -> None:
        """Make or read the problems; write them and the environment."""
        if not self.main:
            return
        with bars("data") as tell:
            made = assemble(
                self.recipe.data,
                self.recipe.seed,
                tell,
                asked=self.recipe.rl.problems if self.recipe.rl.steps else "train",
                evaluated=self.recipe.eval.files,
            )
        for note in made.notes:
            self.say(note)
        if not made.train and self.recipe.sampler.kind != "openai":
            raise ConfigError(
                "the recipe leaves no training problem", "raise data.train or data.gsm8k_train, or widen data.tiers"
            )
        for split, problems in {"train": made.train, **made.splits}.items():
            write_problems(problems, self.run.problems(split))
        if made.asked:
            write_problems(made.asked, self.run.problems("rl"))
        environment = describe_environment(self.recipe)
        if self.recipe.sampler.kind == "openai":
            environment["served_model"] = served_model(self.recipe.sampler)
        self.run.write_json(self.run.environment, {**environment, "data": made.fingerprints, "notes": made.notes})
        counts = ", ".join(f"{len(problems)} {split}" for split, problems in made.splits.items())
        self.say(f"data: {len(made.train)} training problems; to evaluate: {counts}")

    def training_problems(self) -> list[Problem]:
        """Return the training problems."""
        return read_problems(self.run.problems("train"))

    def taught_problems(self) -> list[Problem]:
        """Return the training problems that have what the recipe teaches: for words, a worked solution.

        Raises:
            ConfigError: none has.
        """
        problems = self.training_problems()
        if self.recipe.prompt.target != "cot":
            return problems
        worked = [problem for problem in problems if problem.solution]
        if not worked:
            raise ConfigError(
                "prompt.target=cot teaches worked solutions, and no training problem has one", "set data.gsm8k=PATH"
            )
        if len(worked) < len(problems):
            self.say(f"sft: {len(worked)} of {len(problems)} training problems have a worked solution, and are used")
        return worked

    def asked_problems(self) -> list[Problem]:
        """Return the problems whose questions RL asks."""
        own = self.run.problems("rl")
        return read_problems(own) if own.exists() else self.training_problems()

    # Training.

    def start_model(self, texts: list[str]) -> LanguageModel:
        """Load the model that the run starts from; a tiny one is made once and kept."""
        config, folder = self.recipe.model, self.run.model("start")
        if config.id == "tiny":
            if self.main and not folder.is_dir():
                made = load(config, self.recipe.prompt, texts=texts, seed=self.recipe.seed)
                with whole_folder(folder) as partial:
                    save_pretrained(made, partial)
            self.state.wait_for_everyone()
            config = replace(config, id=str(folder))
        return load(exact(config), self.recipe.prompt, seed=self.recipe.seed)

    def load_stage(self, stage: str) -> LanguageModel:
        """Load the model that a stage left, to go on training it."""
        return load_stage(self.run, replace(self.recipe, model=exact(self.recipe.model)), stage)

    def trainable(self, model: LanguageModel) -> tuple[LanguageModel, Trainable]:
        """Freeze what the recipe does not train, in the recipe's number type."""
        config = self.recipe.model
        frozen = pick_dtype(config.dtype, model.device)
        return choose_trainable(model, config.trainable, seed=self.recipe.seed, frozen=frozen)

    def train_sft(self) -> None:
        """Check the targets, then fine-tune on them; a run of an endpoint's model trains nothing."""
        if self.recipe.sampler.kind == "openai":
            return
        problems = self.taught_problems()
        rules = rules_of(self.recipe.language)
        if self.main:
            with bar("self-check", len(problems)) as step:
                checked = check_targets(problems, self.recipe.prompt, rules, progress=step)
            self.say(f"self-check: {checked.targets} gold targets grade 1, {checked.spoiled} spoiled ones less")
        texts = []
        if self.recipe.model.id == "tiny":
            for problem in problems:
                shown = view(problem, self.recipe.prompt)
                texts.append(f"{shown.system}\n\n{shown.question}\n\n{shown.target}")
        model = self.start_model(texts)
        trained, share = self.trainable(model)
        self.say(f"model: {share.about}")
        checkpoints = self.run.checkpoints("sft")
        self._cut("sft", checkpoints)
        total = sft_steps(self.recipe.sft, len(problems))
        with bar("sft", total) as step:
            outcome = train_sft(
                trained,
                problems,
                self.recipe,
                checkpoints,
                resume=self.resume,
                log=self._log,
                clock=self._clock,
                evaluate=self._probe(trained),
                progress=step,
            )
        if outcome.speed:
            self.say(f"sft: {outcome.speed}")
        if outcome.stopped_early:
            self.say(f"sft: stopped after {outcome.steps} steps, best dev score {outcome.best:.3f}")
        self._save(trained, "sft")

    def train_rl(self) -> None:
        """Improve the fine-tuned model by the grades of its own samples."""
        if self.recipe.rl.steps == 0:
            return
        model = self.load_stage("sft")
        trained, _ = self.trainable(model)
        checkpoints = self.run.checkpoints("rl")
        self._cut("rl", checkpoints)
        with bar("rl", self.recipe.rl.steps) as step:
            train_rl(
                trained,
                self.asked_problems(),
                self.recipe,
                checkpoints,
                resume=self.resume,
                log=self._log,
                clock=self._clock,
                evaluate=self._probe(trained),
                progress=step,
            )
        self._save(trained, "rl")

    def _save(self, model: LanguageModel, stage: str) -> None:
        if self.main:
            with whole_folder(self.run.model(stage)) as partial:
                save_pretrained(model, partial)

    def _cut(self, stage: str, checkpoints: Path) -> None:
        """Drop metrics that a resumed stage will write again."""
        if self.main:
            self.run.cut_metrics(stage, newest_step(checkpoints) if self.resume else 0)
        self.state.wait_for_everyone()

    def _log(self, row: dict[str, Any]) -> None:
        if not self.main:
            return
        self.run.append(self.run.metrics, row)
        if self.recipe.track and self.trackers is None:
            settings = {"seed": self.recipe.seed, "model": self.recipe.model.id}
            self.trackers = Trackers(self.recipe.track, self.recipe.name, self.run.path, settings)
        if self.trackers is not None:
            self.trackers(row)

    def _clock(self, row: dict[str, Any]) -> None:
        if self.main:
            self.run.append(self.run.timing, row)

    def _probe(self, model: LanguageModel) -> Callable[[], float]:
        """Return a function that scores a part of the fresh split with the model as it is."""
        problems = {"fresh": read_problems(self.run.problems("fresh"))[:PROBE]}

        def probe() -> float:
            rows = self._sample(LocalSampler(model, batch=self.recipe.eval.batch), problems, None)
            graded = grade_run(self.recipe, problems, rows)
            return sum(row.right for row in graded) / len(graded)

        return probe

    # Evaluation.

    def sample(self) -> None:
        """Let each trained model, or the one behind the endpoint, answer every split."""
        if not self.main:
            return
        problems = read_splits(self.run, self.recipe)
        total = sum(map(len, problems.values()))
        for stage in stages_to_ask(self.run, self.recipe):
            if self.run.completions(stage).exists():
                continue
            with (
                open_sampler(self.run, self.recipe, stage) as sampler,
                bar(f"sample {stage}", total) as step,
            ):
                rows = self._sample(sampler, problems, step)
            write_samples(rows, self.run.completions(stage))

    def _sample(
        self, sampler: Sampler, problems: dict[str, list[Problem]], progress: Callable[[int], None] | None
    ) -> list[Sample]:
        config = self.recipe.eval
        rows = []
        for split, members in problems.items():
            rows += sample_split(
                members,
                split,
                sampler,
                self.recipe.prompt,
                samples=1,
                max_new_tokens=config.max_new_tokens,
                temperature=config.temperature,
                seed=self.recipe.seed,
                progress=progress,
            )
        return rows

    def score(self) -> None:
        """Grade the saved completions and score them."""
        if self.main:
            for line in rescore(self.run, self.recipe):
                self.say(line)

    def report(self) -> None:
        """Write report.md and report.html of the last model."""
        if self.main:
            write_report(self.run, self.recipe)
            self.say(f"report: {self.run.report_html}")


def load_stage(run: Run, recipe: Recipe, stage: str) -> LanguageModel:
    """Load the model that a stage of a run left."""
    return load(replace(recipe.model, id=str(run.model(stage)), revision=""), recipe.prompt)


def stages_to_ask(run: Run, recipe: Recipe) -> list[str]:
    """Return the models that a run evaluates: those it has trained so far, or the one behind the endpoint."""
    return [REMOTE] if recipe.sampler.kind == "openai" else run.models()


@contextmanager
def open_sampler(run: Run, recipe: Recipe, stage: str, batch: int | None = None) -> Iterator[Sampler]:
    """Give the sampler that the recipe names for one model of a run; free what it holds at the end.

    `batch` is the number of completions side by side of the local one; none: the recipe's.

    Raises:
        ModelError: the model cannot be loaded, or the endpoint cannot be asked.
        ConfigError: the endpoint's key is not set.
    """
    config = recipe.sampler
    if stage == REMOTE:
        yield RemoteSampler(config, recipe.prompt, served_model(config))
    elif config.kind == "vllm":
        with vllm_sampler(run.model(stage), recipe.model, recipe.prompt, config) as sampler:
            yield sampler
    else:
        yield LocalSampler(load_stage(run, recipe, stage), batch=batch or recipe.eval.batch)


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error; give a function that moves it on."""
    with tqdm(
        total=total, desc=what, file=sys.stderr, dynamic_ncols=True, mininterval=0.5, disable=not _first()
    ) as shown:
        yield lambda count: shown.update(count) and None


@contextmanager
def bars(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show one progress bar after another, by name."""
    shown: dict[str, Any] = {}

    def tell(name: str, count: int, total: int) -> None:
        if name not in shown:
            for other in shown.values():
                other.close()
            shown[name] = tqdm(
                total=total, desc=f"{what}: {name}", file=sys.stderr, dynamic_ncols=True, mininterval=0.5
            )
        shown[name].update(count)

    try:
        yield tell
    finally:
        for other in shown.values():
            other.close()


def _first() -> bool:
    return bool(PartialState().is_main_process)


def describe_environment(recipe: Recipe) -> dict[str, Any]:
    """Return what is needed to make the run again: versions, commit, device, threads, seed, command."""
    packages = {}
    for name in ("torch", "transformers", "accelerate", "tokenizers", "numpy", "PyYAML"):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = "not installed"
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else platform.processor() or platform.machine()
    return {
        "tracewright": tracewright.__version__,
        "commit": _commit(),
        "trace_version": TRACE_VERSION,
        "mention_version": MENTION_VERSION,
        "python": platform.python_version(),
        "packages": packages,
        "platform": platform.platform(),
        "device": device,
        "processes": PartialState().num_processes,
        "threads": torch.get_num_threads(),
        "seed": recipe.seed,
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }


def _commit() -> str:
    """Return the commit of the checkout that this code runs from, `+changes` where files differ from it."""
    here = Path(tracewright.__file__).parent
    try:
        head = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"], cwd=here, capture_output=True, text=True, check=True
        )
        dirty = subprocess.run(
            ["git", "status", "--porcelain", "-uno"], cwd=here, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "not a checkout"
    return head.stdout.strip() + ("+changes" if dirty.stdout.strip() else "")


def ask(run: Run, question: str, show: Say) -> int:
    """Let the last model of a run, or its endpoint's, answer a question; show its trace and the worked steps.

    Returns the exit code.

    Raises:
        RunError: the run has no trained model yet.
        ModelError: the endpoint cannot be asked.
    """
    recipe = run.recipe()
    stages = stages_to_ask(run, recipe)
    if not stages:
        raise RunError(f"{run.path} has no trained model yet", "continue it with --resume")
    problem = Problem(question=question, answer="0")
    shown = view(problem, recipe.prompt)
    most = recipe.eval.max_new_tokens
    with open_sampler(run, recipe, stages[-1], batch=1) as sampler:
        completion = sampler([shown], samples=1, max_new_tokens=most, temperature=0.0, seed=recipe.seed)[0][0]
    text = restore(completion.text, problem, recipe.prompt)
    show(shown.question)
    show("")
    show(text.strip() or "(the model wrote nothing)")
    show("")
    if completion.truncated:
        show(f"truncated: the model did not stop within {most} tokens")
        return 1
    if recipe.prompt.target != "trace":
        return 0
    mentions = read_mentions(question)
    rules = rules_of(recipe.language)
    trace = read_completion(text, rules)
    solution = trace if isinstance(trace, Fault) else solve(trace, mentions, rules)
    if isinstance(trace, Fault) or isinstance(solution, Fault):
        show(f"fault: {solution}")
        return 1
    for line in explain(trace, solution, mentions):
        show(line)
    for remark in lint(trace, solution, mentions, True):
        show(f"lint: step {remark.step}: {remark.kind}: {remark.message}")
    show(f"answer: {write(solution.answer)}")
    return 0
