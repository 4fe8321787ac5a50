"""Completions: asked for, written whole, read back, and every bad line named."""

import json

import pytest

from tracewright.data.problem import Problem
from tracewright.errors import DataError, RunError
from tracewright.evaluate.sample import Completion, Sample, read_samples, sample_split, write_samples
from tracewright.recipe import PromptConfig

GOLD = "expert: arithmetic\ntrace:\n- {op: init, var: mira.eggs, source: n1}\n- {op: query, var: mira.eggs}"
PROBLEMS = [
    Problem(question=f"Mira has {count} eggs.", answer=str(count), id=f"eggs/{count}", trace=GOLD, names=("Mira",))
    for count in (3, 4)
]


def echo(prompts, *, samples, max_new_tokens, temperature, seed, progress=None):
    """Answer with the target of each prompt, and say so."""
    rows = [
        [Completion(view.target, truncated=index == 1, tokens=index) for index in range(samples)] for view in prompts
    ]
    if progress:
        progress(samples * len(prompts))
    return rows


def test_a_sampler_is_asked_with_what_the_model_sees_and_names_are_put_back():
    heard = []
    config = PromptConfig(mask_names=True)
    options = {"samples": 2, "max_new_tokens": 9, "temperature": 0.0, "seed": 0}
    rows = sample_split(PROBLEMS, "dev", echo, config, **options, progress=heard.append)
    assert [(row.id, row.index, row.truncated) for row in rows] == [
        ("eggs/3", 0, False), ("eggs/3", 1, True), ("eggs/4", 0, False), ("eggs/4", 1, True)
    ]  # fmt: skip
    assert "Mira" not in rows[0].prompt and "3 [n1]" in rows[0].prompt
    assert "mira" not in rows[0].raw and rows[0].text == GOLD
    assert heard == [4]


def test_what_is_not_masked_is_not_written_twice(tmp_path):
    options = {"samples": 1, "max_new_tokens": 9, "temperature": 0.0, "seed": 0}
    rows = sample_split(PROBLEMS, "dev", echo, PromptConfig(), **options)
    assert [row.raw for row in rows] == ["", ""]
    assert write_samples(rows, tmp_path / "completions.jsonl") == 2
    assert '"raw"' not in (tmp_path / "completions.jsonl").read_text()


def test_problems_must_be_told_apart():
    options = {"samples": 1, "max_new_tokens": 9, "temperature": 0.0, "seed": 0}
    with pytest.raises(DataError, match="two problems have the id 'eggs/3'"):
        sample_split([PROBLEMS[0], PROBLEMS[0]], "dev", echo, PromptConfig(), **options)
    with pytest.raises(DataError, match="problem 1 has no id"):
        sample_split([Problem(question="q", answer="1")], "dev", echo, PromptConfig(), **options)


def test_any_text_comes_back_as_it_was(tmp_path):
    texts = ["", "\n", "\u2028 \x00 \x1b[31m", "```yaml\nexpert: x", "</script>", "18.50", "{}", "\U0001f95a" * 3]
    samples = [
        Sample(
            id=f"p{place}",
            split="dev",
            text=text,
            raw=text + "!",
            system="s",
            prompt="q",
            truncated=place == 2,
            tokens=place,
        )
        for place, text in enumerate(texts)
    ]
    path = tmp_path / "completions.jsonl"
    assert write_samples(samples, path) == len(texts)
    assert read_samples(path) == samples


def test_a_lone_surrogate_does_not_stop_the_writing(tmp_path):
    write_samples([Sample(id="p", split="dev", text="a\ud800b")], tmp_path / "c.jsonl")
    assert read_samples(tmp_path / "c.jsonl")[0].text == "a?b"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: a JSON object is needed"),
        ({"split": "dev", "text": "t"}, "line 2: 'id' is missing"),
        ({"id": "a", "split": "dev", "txt": "t"}, "line 2: 'text' is missing; did you mean 'txt'"),
        ({"id": "a", "split": "dev", "text": "t", "token": 3}, "line 2: unknown field 'token'; did you mean 'tokens'"),
        ({"id": "a", "split": "dev", "text": None}, "line 2: 'text' must be text, read 'None'"),
        ({"id": "a", "split": "dev", "text": 7}, None),
        ({"id": "a", "split": "dev", "text": "t", "index": 1.5}, "line 2: 'index' must be a whole number, read '1.5'"),
        ({"id": "a", "split": "dev", "text": "t", "truncated": "yes"}, "line 2: 'truncated' must be true or false"),
        ({"id": "p", "split": "dev", "text": "t"}, "line 2: sample 0 of 'p' stands in line 1 already"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tmp_path, line, said):
    path = tmp_path / "completions.jsonl"
    first = json.dumps({"id": "p", "split": "dev", "text": "t"})
    path.write_text(first + "\n" + (line if isinstance(line, str) else json.dumps(line)) + "\n")
    if said is None:  # numbers are read as they were written, so a text that is a number is one
        assert read_samples(path)[1].text == "7"
    else:
        with pytest.raises(DataError) as caught:
            read_samples(path)
        assert said in str(caught.value)


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "completions.jsonl"
    path.write_text("old")

    def broken():
        yield Sample(id="p", split="dev", text="t")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_samples(broken(), path)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["completions.jsonl"]
    with pytest.raises(RunError, match="cannot be written"):
        write_samples([Sample(id="p", split="dev", text="t")], tmp_path / "missing" / "completions.jsonl")
