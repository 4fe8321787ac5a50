"""TRL's trainers on our data: the same tokens, the same judge, and steps that learn."""

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from tracewright.adapters.datasets import read_problem, to_dataset
from tracewright.data.problem import Problem
from tracewright.data.prompt import View, view
from tracewright.errors import ModelError
from tracewright.grade import BINARY
from tracewright.model.load import load
from tracewright.recipe import ModelConfig, PromptConfig, TinyConfig

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # TRL's own, on import
    from tracewright.adapters.trl import examples, for_trl, questions, reward_function

ROOT = Path(__file__).parents[2]
PROMPT = PromptConfig(numbers="masked", mask_names=True, system="minimal")
TRACE = """expert: arithmetic
trace:
- {op: init, var: eggs, source: n1}
- {op: init, var: sold, source: n2}
- {op: compute, compute_op: sub, args: [eggs, sold], var: result}
- {op: query, var: result}"""
PROBLEMS = [
    Problem(
        question=f"Ann has {more} eggs and sells {less} of them. How many are left?", answer=str(more - less),
        id=f"own/{more}", trace=TRACE, expert="arithmetic", names=("Ann",), steps=1,
    )
    for more, less in ((16, 3), (20, 12), (45, 6), (31, 30))
]  # fmt: skip


@pytest.fixture(scope="module")
def tiny():
    config = TinyConfig(width=32, layers=2, heads=2, feed_forward=64, vocabulary=900)
    texts = [text for problem in PROBLEMS for text in view(problem, PROMPT)]
    return load(ModelConfig(device="cpu", tiny=config), PROMPT, texts=texts)


CHAT = """{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<end>{% endfor %}\
{% if add_generation_prompt %}<|assistant|>{% endif %}"""
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHAT


def test_problems_go_through_a_data_set_unchanged():
    data = to_dataset(PROBLEMS, PROMPT)
    assert data.column_names == ["id", "system", "question", "target", "problem"]
    assert [read_problem(text) for text in data["problem"]] == PROBLEMS
    assert data["target"][0] == view(PROBLEMS[0], PROMPT).target
    assert "n1 eggs" in data["question"][0]


def test_prompts_are_those_of_our_own_loops(tiny):
    data = questions(tiny, PROBLEMS, PROMPT)
    for row, problem in zip(data, PROBLEMS, strict=True):
        shown = view(problem, PROMPT)
        assert (
            tiny.tokenizer(text=row["prompt"])["input_ids"]
            == tiny.encode(View(shown.system, shown.question, "")).prompt
        )
        assert read_problem(row["problem"]) == problem


class TestChat:
    """Tokenizers with a template; one sets a beginning token of its own, so that texts will not do."""

    def model(self, tiny, template, bos=False):
        tokenizer = type(tiny.tokenizer).from_pretrained(self.folder)
        tokenizer.chat_template = template
        if bos:
            from tokenizers.processors import TemplateProcessing

            tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
                single="<pad> $A", special_tokens=[("<pad>", tokenizer.pad_token_id)]
            )
        from tracewright.model.load import wrap

        return wrap(tiny.model, tokenizer, PromptConfig(style="chat"))

    @pytest.fixture(autouse=True)
    def _saved(self, tiny, tmp_path):
        tiny.tokenizer.save_pretrained(tmp_path)
        self.folder = tmp_path

    def test_a_text_where_it_gives_the_same_tokens(self, tiny):
        made = self.model(tiny, CHAT)
        assert isinstance(questions(made, PROBLEMS, PROMPT)["prompt"][0], str)

    @pytest.mark.parametrize("template", [CHAT, NO_SYSTEM])
    def test_messages_where_a_text_would_get_a_second_beginning(self, tiny, template):
        made = self.model(tiny, template, bos=True)
        rows = questions(made, PROBLEMS, PROMPT)["prompt"]
        assert [one["role"] for one in rows[0]] == (["system", "user"] if template == CHAT else ["user"])
        tokens = made.tokenizer.apply_chat_template(rows[0], add_generation_prompt=True, return_dict=True)["input_ids"]
        shown = view(PROBLEMS[0], PROMPT)
        assert tokens == made.encode(View(shown.system, shown.question, "")).prompt

    def test_an_error_where_neither_does(self, tiny):
        made = self.model(tiny, "{% if enable_thinking is defined %}quietly {% endif %}" + CHAT, bos=True)
        with pytest.raises(ModelError, match="tokenize the prompts of this model in another way"):
            questions(made, PROBLEMS, PROMPT)


def test_examples_have_their_loss_on_the_target_alone(tiny):
    data = examples(tiny, PROBLEMS, PROMPT, max_length=400)
    for row, problem in zip(data, PROBLEMS, strict=True):
        whole = tiny.encode(view(problem, PROMPT))
        assert row["input_ids"] == whole.prompt + whole.target
        assert [label for label in row["labels"] if label != -100] == whole.target
        assert whole.target[-1] == tiny.stop


def test_the_reward_is_the_grade(tiny):
    reward = reward_function(tiny, PROMPT)
    data = questions(tiny, PROBLEMS[:1], PROMPT)
    target = view(PROBLEMS[0], PROMPT).target
    stop, other = [5, tiny.stop], [5, 6]

    def one(text, tokens, **keys):
        return (keys.get("function") or reward)(
            prompts=["x"], completions=[text], completion_ids=[tokens], problem=data["problem"], trainer_state=None
        )[0]

    assert one(target, stop) == 1.0
    assert one([{"role": "assistant", "content": target}], stop) == 1.0
    assert one(target, other) == 0.0  # cut off
    assert one(f"{target}\n\nand", other) == 1.0  # complete before it was cut off
    assert one(target.replace("sub", "add"), stop) == 0.7
    assert one("no idea", stop) == one("", []) == 0.0
    assert one(target.replace("sub", "add"), stop, function=reward_function(tiny, PROMPT, rewards=BINARY)) == 0.0
    unknown = '{"question": "Ann has eggs.", "answer": ""}'
    assert reward(completions=[target], completion_ids=[stop], problem=[unknown]) == [None]


def test_generation_ends_at_our_stop_tokens(tiny):
    assert for_trl(tiny).generation_config.eos_token_id == sorted(tiny.stops)
    assert for_trl(tiny).generation_config.pad_token_id == tiny.pad not in tiny.stops


@pytest.mark.slow
def test_the_example_takes_its_steps(tmp_path):
    """In a process of its own, as a person would run it."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "grpo_trl.py")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines if line.startswith("step ")] == ["step 1", "step 2"]
    assert all("reward" in line for line in lines if line.startswith("step "))
