"""The keys of a recipe: one frozen dataclass a section. No torch here, so that `--help` and `recipes` stay quick.

Machinery in `config.py`. The description under a field is printed by `tracewright recipes --keys` and in the docs.
"""

from dataclasses import dataclass, field
from typing import Literal

from tracewright.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """The problems of a run."""

    train: int = 4000
    """Synthetic problems to train on; 0 where data.gsm8k or data.files gives the training data alone."""
    dev: int = 500
    """Synthetic problems of each evaluation split: fresh numbers, unseen wordings, unseen schemas."""
    schemas: tuple[str, ...] = ()
    """Schemas to draw from, by name, by expert or by set (report27, report41, ...); empty: all."""
    wordings: int = 0
    """Most wordings of a schema that are used; 0: all."""
    hold_out: float = 0.1
    """Share of the schemas that are kept out of training, whole, for the split of unseen schemas."""
    naming: Literal["hybrid", "semantic", "abstract", "per_instance"] = "hybrid"
    """Variables: semantic inits with fixed step1, step2, result; all semantic; a, b, c; or names of the problem."""
    story: float = 0.0
    """Share of the synthetic training problems that are freely recombined stories; see docs/stories.md."""
    composition: float | None = None
    """Share of problems with several experts; none: as the schemas come."""
    balance: Literal["none", "run4", "run6", "run7", "run8", "run9"] = "none"
    """How the problems are shared among the experts: as in that run of the reports; none: all schemas equally."""
    interleaved: float | None = None
    """Share of arithmetic problems whose inits stand just before their use, in all others they come first; none: as
    each schema has it. Problems whose trace has no choice count to neither."""
    percent: Literal["operations", "compute"] = "operations"
    """Percentages by the operations percent_of, percent_off, percent_increase, or by chains of compute (run 1)."""
    formula: bool = False
    """Start the computing in rate_equation and comparison with a step that says the formula (run 1)."""
    shapes: Literal["schema", "uniform", "mixed"] = "schema"
    """uniform: the tip in one operation (run 6); mixed: work_rate and combined_rate are of the expert rate_equation
    (runs 1 to 5); schema: as each schema has it."""
    decorative: float = 0.0
    """Share of problems that get a further sentence without any number."""
    distracting: float = 0.0
    """Share of problems that get a further sentence with a number that must not be used."""
    number_words: float = 0.15
    """Chance that a small number of a question is written as a word; 0.15: about a third of the questions have one."""
    gsm8k: str = ""
    """GSM8K: a train.jsonl, its folder, or a hub id such as openai/gsm8k; empty: do without."""
    gsm8k_train: int | None = None
    """Most annotated GSM8K problems in the training data; none: all that the tiers allow."""
    variants: int = 0
    """Variants (other numbers, names, things) of each certain GSM8K problem that are trained on as well; 0: none."""
    tiers: tuple[Literal["certain", "likely", "doubtful"], ...] = ("certain", "likely")
    """Which annotated problems are trained on, by how sure their wiring is."""
    errata: Literal["drop", "keep"] = "drop"
    """Problems of GSM8K of which a fault is known (data/errata.tsv), in SFT and RL: not trained on, or trained on as
    all others. Those of dev are scored in any case, as the data set has them."""
    test: bool = False
    """Score on the GSM8K test split as well; a run that does so records it."""
    files: tuple[str, ...] = ()
    """Files of problems with traces to train on as well, as annotate, generate and vary write them; of annotated
    problems those of data.tiers."""

    def __post_init__(self) -> None:
        _positive(self, "data", "dev")
        _not_negative(self, "data", "wordings", "gsm8k_train", "variants")
        if self.train < 0 or (self.train == 0 and not self.gsm8k and not self.files):
            raise ConfigError(f"data.train must be above 0, read {self.train}", "0 needs data.gsm8k or data.files")
        _share(self, "data", "hold_out", "story", "number_words", "composition", "interleaved")
        _share(self, "data", "decorative", "distracting")
        if self.balance != "none" and self.composition is not None:
            raise ConfigError("data.balance and data.composition exclude each other", "choose one")


@dataclass(frozen=True, kw_only=True)
class PromptConfig:
    """What the model reads and what it is to write; the same function serves SFT, RL and evaluation."""

    grounding: Literal["literal", "mention"] = "mention"
    """literal: the model copies numbers (value: 16). mention: it points at them (source: n1)."""
    numbers: Literal["marked", "masked"] = "marked"
    """With mentions, the question shows '16 [n1]' (marked) or 'n1' alone (masked)."""
    mask_names: bool = False
    """Show names of people and places as e1, e2, ... in the question and in variable names."""
    strip_commas: bool = False
    """Take the commas out of the question's numbers (80,000 -> 80000), as the reports' runs did from run 8 on."""
    style: Literal["auto", "chat", "raw"] = "auto"
    """chat: the tokenizer's own template; raw: plain text; auto: chat where there is a template."""
    system: Literal["minimal", "verbose", "none"] = "minimal"
    """The system prompt: one line, the whole language, or none."""
    draft: Literal["none", "line", "first"] = "none"
    """Words of the worked solution, where there is one, as comments: none, each sentence before the steps it tells, or
    all before the trace."""
    layout: Literal["flow", "block"] = "flow"
    """YAML of the target: a step a line in braces, or block style."""
    fence: bool = False
    """Put the target between ```yaml and ```."""
    target: Literal["trace", "cot", "answer"] = "trace"
    """What is learned: the trace, the worked solution in words, or the answer alone (baselines)."""

    def __post_init__(self) -> None:
        if self.numbers == "masked" and (self.target != "trace" or self.grounding == "literal"):
            raise ConfigError(
                "prompt.numbers=masked hides the numbers that the target has to write",
                "it goes with prompt.target=trace and prompt.grounding=mention",
            )


@dataclass(frozen=True, kw_only=True)
class LanguageConfig:
    """The dialect of the trace language, for the recipes of the reports' early runs."""

    formula: bool = False
    """Allow the operation formula, which computes nothing, to rate_equation and comparison (run 1)."""
    short_circuit: bool = False
    """Let a query name a variable that only init has set (runs 1 to 3)."""
    rate_sums: bool = False
    """Let rate_equation add and subtract, as combined_rate did while it was of that expert (runs 1 to 5)."""


@dataclass(frozen=True, kw_only=True)
class TinyConfig:
    """The small Llama that is made on the spot where model.id is tiny."""

    width: int = 128
    """Size of the hidden state."""
    layers: int = 5
    """Decoder blocks."""
    heads: int = 4
    """Attention heads."""
    feed_forward: int = 384
    """Size of the feed-forward layer."""
    vocabulary: int = 4096
    """Most tokens of the tokenizer that is trained on the run's own data."""
    context: int = 1024
    """Most tokens of prompt and completion together."""
    tied: bool = True
    """Share the input embedding with the output layer."""

    def __post_init__(self) -> None:
        _positive(self, "model.tiny", "width", "layers", "heads", "feed_forward", "vocabulary", "context")


@dataclass(frozen=True, kw_only=True)
class TrainableConfig:
    """Which parameters are trained."""

    layers: int | Literal["all"] = "all"
    """The last so many blocks; all: everything."""
    head: bool = True
    """Train the final norm and the output layer too (where layers is a number); a tied output layer is untied first."""
    lora: int = 0
    """Rank of LoRA adapters on every linear layer of the blocks; 0: none."""

    def __post_init__(self) -> None:
        _not_negative(self, "model.trainable", *(["lora"] if self.layers == "all" else ["lora", "layers"]))
        if self.lora and self.layers != "all":
            raise ConfigError("model.trainable.lora and model.trainable.layers exclude each other", "choose one")


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The model that is trained."""

    id: str = "tiny"
    """tiny, a folder, or a hub id such as TinyLlama/TinyLlama-1.1B-Chat-v1.0."""
    revision: str = ""
    """Commit or tag at the hub; empty: the newest."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """Number type of the weights; auto: bfloat16 on a GPU that has it, else float32."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where it runs; auto: cuda, mps, cpu, the first that is there."""
    trainable: TrainableConfig = field(default_factory=TrainableConfig)
    """Which parameters are trained."""
    tiny: TinyConfig = field(default_factory=TinyConfig)
    """Sizes where id is tiny."""


@dataclass(frozen=True, kw_only=True)
class SftConfig:
    """Supervised fine-tuning on the gold traces."""

    steps: int | None = None
    """Optimizer steps; none: what epochs says. 0: no SFT."""
    epochs: float = 1.0
    """Passes over the training data, where steps is none."""
    batch: int = 16
    """Examples an optimizer step, over all processes and accumulated micro-batches."""
    micro_batch: int | None = None
    """Examples a forward pass on one process; none: the whole share of the batch."""
    lr: float = 4e-3
    """Peak learning rate of AdamW."""
    betas: tuple[float, ...] = (0.9, 0.98)
    """AdamW's decay rates."""
    weight_decay: float = 0.01
    """AdamW's weight decay."""
    warmup: int = 50
    """Steps of linear warm-up."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """How the learning rate falls after the warm-up, to 5 % of its peak."""
    clip: float = 1.0
    """Largest norm of the gradient; 0: no clipping."""
    max_length: int = 1024
    """Most tokens of prompt and target together; a longer example is an error, never cut in silence."""
    truncate: bool = False
    """Cut targets at max_length instead, as the reports' first configuration did; never sensible otherwise."""
    bucket: bool = True
    """Put examples of similar length together."""
    bf16: bool = False
    """Autocast to bfloat16."""
    gradient_checkpointing: bool = False
    """Save memory by computing activations twice."""
    eval_every: int = 0
    """Score a sample of the fresh-numbers split every so many steps; 0: never."""
    patience: int = 0
    """Stop after so many evaluations without a better score; 0: never."""
    save_every: int = 100
    """Write a checkpoint to resume from every so many steps."""
    curriculum: Literal["none", "steps", "expert", "errors"] = "none"
    """Order of the training data: shuffled; short traces first; expert by expert; what fails most more often."""

    def __post_init__(self) -> None:
        _positive(self, "sft", "batch", "micro_batch", "lr", "max_length", "save_every")
        _not_negative(self, "sft", "steps", "epochs", "weight_decay", "warmup", "clip", "eval_every", "patience")
        if len(self.betas) != 2 or not all(0 <= beta < 1 for beta in self.betas):
            raise ConfigError(f"sft.betas are two numbers from 0 to below 1, read {list(self.betas)}")
        if self.patience and not self.eval_every:
            raise ConfigError(
                f"sft.patience={self.patience} counts evaluations, and sft.eval_every is 0", "set sft.eval_every=100"
            )


@dataclass(frozen=True, kw_only=True)
class RlConfig:
    """Policy gradient on the grade of sampled completions."""

    steps: int = 40
    """Optimizer steps; 0: no RL."""
    problems: str = "train"
    """Whose questions are asked: train, the training problems; gsm8k, the training questions of data.gsm8k, whether
    they have a trace or not; or a file of questions and answers. The last two are graded on the answer alone."""
    questions: int = 8
    """Questions a step."""
    samples: int = 1
    """Completions a question; leave_one_out and group need at least 2."""
    baseline: Literal["ema", "leave_one_out", "group"] = "ema"
    """Subtracted from the reward: a moving average; the mean of the question's other samples; the mean of its group,
    with the difference divided by the group's deviation."""
    ema_decay: float = 0.9
    """Decay of the moving average."""
    rewards: Literal["graded", "binary", "graded_early"] = "graded"
    """The reward table: partial credit; 1 for a right answer and 0 for all else; the reports' table before run 4."""
    shuffle_rewards: bool = False
    """Control experiment: hand the rewards of a batch to the wrong completions."""
    lr: float = 1e-4
    """Learning rate of AdamW, constant."""
    temperature: float = 0.7
    """Temperature of the samples."""
    max_new_tokens: int = 512
    """Token limit of a sample."""
    truncated: Literal["zero", "mask"] = "zero"
    """A sample that hits the token limit: zero takes the reward of the table, mask leaves it out of the loss."""
    kl: float = 0.0
    """Weight of the penalty on the KL divergence from the start model."""
    clip: float = 1.0
    """Largest norm of the gradient; 0: no clipping."""
    curriculum: Literal["none", "steps", "expert", "errors"] = "none"
    """Order of the questions: shuffled; those of the run from short traces to long, or expert by expert; what the
    samples get wrong most more often."""
    redraw: int = 0
    """For groups without variance: draw other questions at most so many times a step."""
    micro_batch: int | None = None
    """Completions a forward pass of the update on one process; none: its whole share."""
    eval_every: int = 0
    """Score a sample of the fresh-numbers split every so many steps; 0: never."""
    save_every: int = 10
    """Write a checkpoint to resume from every so many steps."""

    def __post_init__(self) -> None:
        _positive(
            self, "rl", "questions", "samples", "lr", "temperature", "max_new_tokens", "micro_batch", "save_every"
        )
        _not_negative(self, "rl", "steps", "kl", "clip", "redraw", "eval_every")
        _share(self, "rl", "ema_decay")
        if self.baseline != "ema" and self.samples < 2:
            raise ConfigError(
                f"rl.baseline={self.baseline} compares the samples of a question, and rl.samples is 1",
                "set rl.samples=4",
            )
        if self.redraw and self.samples < 2:
            raise ConfigError(
                f"rl.redraw={self.redraw} is for groups of samples that are all alike, and rl.samples is 1",
                "set rl.samples=4",
            )


@dataclass(frozen=True, kw_only=True)
class EvalConfig:
    """Sampling completions for the evaluation splits, and scoring them."""

    max_new_tokens: int = 750
    """Token limit of a completion; the share that hits it is reported."""
    batch: int = 64
    """Completions decoded side by side."""
    temperature: float = 0.0
    """0: greedy."""
    limit: int | None = None
    """Score at most so many problems a split; none: all."""
    rewards: Literal["graded", "binary", "graded_early"] = "graded"
    """The reward table of the grades that are saved."""
    check_expert: bool = True
    """Let a trace by another expert than the gold one count as wrong_expert."""
    files: tuple[str, ...] = ()
    """Further files to score on, of questions and answers; each is a split by its name, graded on the answer."""

    def __post_init__(self) -> None:
        _positive(self, "eval", "max_new_tokens", "batch", "limit")
        _not_negative(self, "eval", "temperature")


@dataclass(frozen=True, kw_only=True)
class SamplerConfig:
    """Who writes the completions that are scored. Training always samples with the model in this process."""

    kind: Literal["local", "vllm", "openai"] = "local"
    """local: the run's models, decoded here; vllm: the run's models, through vLLM; openai: the model behind an endpoint
    that speaks OpenAI's protocol, as it is: such a run trains nothing."""
    url: str = ""
    """With openai: where the endpoint is, its version part included, such as http://127.0.0.1:8000/v1."""
    model: str = ""
    """With openai: the endpoint's name for its model; empty: the only one that it lists."""
    key_variable: str = ""
    """With openai: the environment variable that holds the key; empty: no key is sent. The key itself is not stored."""
    concurrency: int = 8
    """With openai: requests under way at once."""
    timeout_seconds: float = 300.0
    """With openai: how long to wait for an answer before the request counts as failed."""
    retries: int = 5
    """With openai: how often a request is sent again when the endpoint is busy, out of order or silent."""
    body: dict[str, str] = field(default_factory=dict)
    """With openai: further fields of each request, in JSON; null takes one out:
    {chat_template_kwargs: '{"enable_thinking": false}', max_tokens: 'null', max_completion_tokens: '750'}."""
    memory_share: float = 0.9
    """With vllm: the share of the device's memory that it may take."""

    def __post_init__(self) -> None:
        _positive(self, "sampler", "concurrency", "timeout_seconds", "memory_share")
        _share(self, "sampler", "memory_share")
        _not_negative(self, "sampler", "retries")
        if self.kind == "openai" and not self.url.startswith(("http://", "https://")):
            read = f"read {self.url!r}" if self.url else "it is empty"
            raise ConfigError(
                f"sampler.url must be an address with http:// or https://, {read}",
                "set for example sampler.url=http://127.0.0.1:8000/v1",
            )


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One run from data to report."""

    name: str = "run"
    """A word for the run; the report's title."""
    seed: int = 0
    """Every draw of the run comes from it."""
    threads: int | None = None
    """CPU threads of torch; none: torch's own choice."""
    track: tuple[str, ...] = ()
    """Trackers that are told the metrics as well: tensorboard, wandb, trackio, or another that accelerate knows."""
    data: DataConfig = field(default_factory=DataConfig)
    """The problems."""
    prompt: PromptConfig = field(default_factory=PromptConfig)
    """What the model reads and writes."""
    language: LanguageConfig = field(default_factory=LanguageConfig)
    """The dialect of the trace language."""
    model: ModelConfig = field(default_factory=ModelConfig)
    """The model."""
    sft: SftConfig = field(default_factory=SftConfig)
    """Supervised fine-tuning."""
    rl: RlConfig = field(default_factory=RlConfig)
    """Reinforcement learning."""
    eval: EvalConfig = field(default_factory=EvalConfig)
    """Evaluation."""
    sampler: SamplerConfig = field(default_factory=SamplerConfig)
    """Who writes the completions that are scored."""

    def __post_init__(self) -> None:
        if self.threads is not None and self.threads <= 0:
            raise ConfigError(f"threads must be above 0, read {self.threads}", "leave it out for torch's own choice")
        for key, value, needed in (
            ("formula", self.data.formula, "formula"),
            ("shapes=mixed", self.data.shapes == "mixed", "rate_sums"),
        ):
            if value and not getattr(self.language, needed):
                raise ConfigError(
                    f"data.{key} makes traces that the language does not allow by default",
                    f"set language.{needed}=true",
                )
        if self.rl.problems == "gsm8k" and not self.data.gsm8k:
            raise ConfigError(
                "rl.problems=gsm8k asks GSM8K's questions, and data.gsm8k is empty", "set data.gsm8k=PATH"
            )
        if self.rl.problems != "train" and self.rl.curriculum != "none":
            raise ConfigError(
                f"rl.curriculum={self.rl.curriculum} goes by gold traces, and rl.problems={self.rl.problems} has "
                "answers alone",
                "set rl.curriculum=none, or rl.problems=train",
            )
        if not self.rl.problems:
            raise ConfigError("rl.problems is empty", "write train, gsm8k or a file of questions and answers")
        trains = self.sft.steps != 0 or self.rl.steps != 0
        if self.model.dtype == "float16" and trains and not self.model.trainable.lora:
            raise ConfigError("model.dtype=float16 trains badly", "set model.dtype=bfloat16, float32 or auto")
        if self.sampler.kind == "openai" and trains:
            raise ConfigError(
                "sampler.kind=openai scores the model behind an endpoint, and this recipe trains one of its own",
                "set sft.steps=0 rl.steps=0, or sampler.kind=local",
            )


def _positive(section: object, name: str, *keys: str) -> None:
    for key in keys:
        value = getattr(section, key)
        if value is not None and value <= 0:
            raise ConfigError(f"{name}.{key} must be above 0, read {value}")


def _not_negative(section: object, name: str, *keys: str) -> None:
    for key in keys:
        value = getattr(section, key)
        if value is not None and value < 0:
            raise ConfigError(f"{name}.{key} must not be negative, read {value}")


def _share(section: object, name: str, *keys: str) -> None:
    for key in keys:
        value = getattr(section, key)
        if value is not None and not 0 <= value <= 1:
            raise ConfigError(f"{name}.{key} is a share from 0 to 1, read {value}")
