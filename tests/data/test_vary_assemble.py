"""data.variants: variants of certain problems join the training data, and none that resembles a dev problem does."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tracewright.config import read_config
from tracewright.data import assemble as assemble_module
from tracewright.data import errata as errata_module
from tracewright.data.assemble import assemble
from tracewright.data.errata import Erratum
from tracewright.data.gsm8k import read_gsm8k
from tracewright.data.overlap import check_overlap
from tracewright.data.problem import Problem, question_digest
from tracewright.data.vary import Varied
from tracewright.errors import ConfigError, DataError
from tracewright.grade import grade
from tracewright.recipe import DataConfig

NAMES = ("Ada", "Bella", "Clara", "Diana", "Elena", "Fiona", "Greta", "Hannah", "Irene", "Judith", "Klara", "Laura")
THINGS = (
    "kites",
    "drums",
    "boats",
    "lamps",
    "coats",
    "bells",
    "cakes",
    "pears",
    "plums",
    "figs",
    "nuts",
    "hats",
    "rugs",
)


def write_folder(folder: Path) -> None:
    """Write little problems, each behind words of its own, so that no two of them resemble each other."""
    rows = []
    for at in range(120):
        fair = " and ".join(random.Random(at).choices(THINGS, k=22))
        name, hens, eggs = NAMES[at % 12], 6 + at % 11, 3 + at % 7
        question = f"A fair shows {fair}. {name} has {hens} hens with {eggs} eggs each. How many eggs are there?"
        answer = f"The hens have {hens}*{eggs} = <<{hens}*{eggs}={hens * eggs}>>{hens * eggs} eggs.\n#### {hens * eggs}"
        rows.append(json.dumps({"question": question, "answer": answer}))
    (folder / "train.jsonl").write_text("\n".join(rows) + "\n")


def config(folder: Path, **keys: object) -> DataConfig:
    return DataConfig(train=5, dev=3, gsm8k=str(folder), hold_out=0.0, **keys)  # type: ignore[arg-type]


def test_variants_join_the_training_data(tmp_path: Path) -> None:
    write_folder(tmp_path)
    told: list[str] = []
    plain = assemble(config(tmp_path), 1)
    made = assemble(config(tmp_path, variants=3), 1, lambda what, *_: told.append(what))
    real = [problem for problem in plain.train if problem.source == "gsm8k"]
    new = [problem for problem in made.train if problem.source == "variant"]
    assert real and [problem for problem in made.train if problem.source != "variant"] == plain.train
    certain = {problem.id for problem in real if problem.tier == "certain"}
    assert certain and {problem.schema for problem in new} <= certain and len(new) > 2 * len(certain)
    assert all(grade(problem.trace, problem, check_expert=False).status == "correct" for problem in new)
    assert "variants" in told and any("variants of" in note for note in made.notes)
    check_overlap(made.train, made.splits["gsm8k_dev"])
    assert assemble(config(tmp_path, variants=3), 1).train == made.train
    other = assemble(config(tmp_path, variants=3), 2)
    assert [problem.question for problem in other.train] != [problem.question for problem in made.train]


def test_a_variant_like_a_dev_problem_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path)
    dev = read_gsm8k(tmp_path, "dev")

    def varied(problems: list[Problem], *_: object) -> Iterator[Varied]:
        """Give each problem a variant of its own, and the first one the dev problem with another number."""
        for at, problem in enumerate(problems):
            own = replace(problem, id=f"{problem.id}/v/1/0", question=problem.question.replace("eggs each", "eggs"))
            stolen = replace(problem, id=f"{problem.id}/v/1/1", question=dev[0].question.replace(" hens", "0 hens"))
            yield Varied(problem, (own, stolen) if not at else (own,))

    monkeypatch.setattr(assemble_module, "vary_all", varied)
    made = assemble(config(tmp_path, variants=2), 1)
    ids = [problem.id for problem in made.train]
    assert any(id_.endswith("/v/1/0") for id_ in ids)
    assert not any(id_.endswith("/v/1/1") for id_ in ids)
    assert any("1 left out that resemble" in note for note in made.notes)


def test_the_key_is_checked() -> None:
    assert read_config(DataConfig, None, ["variants=4", "gsm8k=x"]).variants == 4
    with pytest.raises(ConfigError, match=r"data\.variants must not be negative"):
        read_config(DataConfig, None, ["variants=-1"])


def test_problems_with_a_known_fault_are_left_out_unless_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path)
    known = read_gsm8k(tmp_path)[3]
    erratum = Erratum(known.id, "unclear", "", "nobody says which fair")
    monkeypatch.setattr(errata_module, "errata", lambda: {question_digest(known.question)[:16]: erratum})

    def made(**keys: object) -> tuple[set[str], set[str], str]:
        found = assemble(config(tmp_path, variants=1, **keys), 1, asked="gsm8k")
        trained = {problem.schema or problem.id for problem in found.train}
        return trained, {problem.id for problem in found.asked}, " ".join(found.notes)

    dropped, kept = made(), made(errata="keep")
    assert kept[0] - dropped[0] == kept[1] - dropped[1] == {known.id}
    assert "and no known fault" in dropped[2] and "known fault" not in kept[2]
    assert "(1 of a known fault are left out)" in dropped[2]
    monkeypatch.setattr(errata_module, "find_erratum", lambda _: erratum)
    with pytest.raises(DataError, match="only questions of a known fault"):
        assemble(config(tmp_path, gsm8k_train=0), 1, asked="gsm8k")
