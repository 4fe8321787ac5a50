"""Verbs of problems: generate, schemas, annotate."""

import argparse
import gc
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tracewright.cli.verb import Verb, progress_bar, whole
from tracewright.errors import ConfigError, DataError, nearest

if TYPE_CHECKING:
    from tracewright.data.problem import Problem
    from tracewright.data.schema import Schema

# generate


def _generate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", "--count", metavar="N", type=whole(1), default=10, help="how many problems (10)")
    parser.add_argument("--seed", metavar="S", type=whole(0), default=0, help="the seed (0)")
    parser.add_argument("--out", metavar="F.jsonl", type=Path, help="write them there; default: standard output")
    parser.add_argument("--workers", metavar="W", type=whole(1, 1024), default=1, help="processes; same problems (1)")
    parser.add_argument(
        "--split",
        choices=("train", "fresh", "unseen_wordings", "unseen_schemas"),
        default="train",
        help="which split (train)",
    )
    parser.add_argument(
        "overrides", metavar="key=value", nargs="*", help="data options: naming=semantic schemas=[percentage]"
    )


def _generate(options: argparse.Namespace) -> int:
    from tracewright.atomic import whole_file
    from tracewright.config import read_config
    from tracewright.data.parallel import lines_parallel
    from tracewright.recipe import DataConfig

    words = [word.strip().removeprefix("data.") for word in options.overrides]
    _refuse_keys_of_runs(words)
    config = read_config(DataConfig, None, words)
    made = lines_parallel(
        config, options.count, options.seed, options.split, workers=options.workers, marked=options.out is not None
    )
    if options.out is None:
        for lines in made:
            print("\n".join(lines))
        return 0
    with progress_bar("generate", options.count, "problem") as bar, whole_file(options.out) as file:
        for lines in made:
            file.writelines(f"{line}\n" for line in lines)
            bar.update(len(lines))
    return 0


_OF_RUNS = ("train", "dev", "gsm8k", "gsm8k_train", "variants", "tiers", "test", "files")
_FLAGS = ("seed", "count", "workers", "split", "out")


def _refuse_keys_of_runs(words: Sequence[str]) -> None:
    """Refuse what `data` has as a section of a recipe and what would do nothing here.

    Raises:
        ConfigError: names the key.
    """
    for word in words:
        key = word.partition("=")[0].strip()
        if key in _OF_RUNS:
            hint = "-n says how many" if key in ("train", "dev") else "'tracewright run' takes it"
            raise ConfigError(f"tracewright generate: {key!r} says nothing about problems from schemas", hint)
        if key in _FLAGS:
            raise ConfigError(f"tracewright generate: {key!r} is a flag", f"write --{key}")


# schemas


def _schemas_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names",
        metavar="NAME",
        nargs="*",
        help="schemas, experts, files such as my.yaml, with --gallery also story or story/SCENE (default: all); "
        "or: new NAME",
    )
    parser.add_argument("--check", action="store_true", help="make 50 problems of each wording and check every one")
    parser.add_argument("--gallery", action="store_true", help="show one problem of each, three of a scene")


def _schemas(options: argparse.Namespace) -> int:
    from tracewright.data.schema import load_schemas

    if options.names[:1] == ["new"]:
        return _new_schema(options)
    known = load_schemas()
    if options.gallery and options.check:
        raise ConfigError("tracewright schemas: --check and --gallery exclude each other", "choose one")
    if options.gallery:
        return _gallery(options.names, known)
    chosen = _choose(options.names, known)
    if options.check:
        return _check(chosen, known)
    wordings = 0
    for schema in sorted(chosen.values(), key=lambda schema: (schema.expert, schema.name)):
        wordings += len(schema.wordings)
        print(f"{schema.expert:14} {schema.name:32} {len(schema.wordings):3} wordings  {schema.about}")
    print(f"{len(chosen)} schemas, {wordings} wordings", file=sys.stderr)
    return 0


def _gallery(names: Sequence[str], known: Mapping[str, "Schema"]) -> int:
    """Show a problem of each schema that is named, and stories of each scene; without names all of them."""
    from tracewright.data.generate import generate
    from tracewright.data.story import gallery

    told = [name for name in names if name.partition("/")[0] == "story"]
    others = [name for name in names if name not in told]
    for schema in _choose(others, known).values() if others or not told else ():
        _show(f"{schema.expert}/{schema.name}: {schema.about}", generate(schema, 0, 0))
    if told or not names:
        for scene, problems in gallery([] if "story" in told else [name.partition("/")[2] for name in told]):
            for problem in problems:
                _show(f"story/{scene.name}: {scene.about}", problem)
    return 0


def _show(title: str, problem: "Problem") -> None:
    print(title, problem.question, problem.trace, f"answer: {problem.answer}\n", sep="\n")


def _choose(names: Sequence[str], known: Mapping[str, "Schema"]) -> dict[str, "Schema"]:
    """Return the schemas that are named, by their names, their experts or their files; without names all."""
    from tracewright.data.schema import read_schema
    from tracewright.trace.experts import EXPERTS

    chosen = {name: schema for name, schema in known.items() if not names or name in names or schema.expert in names}
    for name in names:
        if name.endswith(".yaml"):
            chosen[Path(name).stem] = read_schema(Path(name))
        elif name not in known and name not in EXPERTS and name != "composition":
            hint = nearest(name, [*known, *EXPERTS, "composition"]) or "'tracewright schemas' lists them"
            if name.partition("/")[0] == "story":
                hint = "stories are shown with --gallery alone"
            raise ConfigError(f"no schema and no expert is called {name!r}", hint)
    return chosen


def _new_schema(options: argparse.Namespace) -> int:
    """Write a schema to start from, beside nothing that is there already."""
    from tracewright.atomic import whole_file
    from tracewright.data.check import find_name_fault
    from tracewright.data.schema import STARTER, load_schemas

    if len(options.names) != 2 or options.check or options.gallery:
        raise ConfigError("tracewright schemas new: one name is needed", "try 'tracewright schemas new bags_of_rice'")
    name = options.names[1].removesuffix(".yaml")
    if fault := find_name_fault(name):
        raise ConfigError(fault)
    known = load_schemas()
    if name in known:
        raise ConfigError(f"there is a schema {name!r} already: {known[name].path}", "choose another name")
    path = Path(f"{name}.yaml")
    if path.exists():
        raise ConfigError(f"{path} is there already", "choose another name, or remove it first")
    with whole_file(path) as file:
        file.write(STARTER)
    print(
        f"{path}: change it as docs/data.md says; then\n"
        f"  tracewright schemas {path} --gallery\n"
        f"  tracewright schemas {path} --check\n"
        f"and move it to tracewright/data/schemas/EXPERT/"
    )
    return 0


def _check(chosen: Mapping[str, "Schema"], known: Mapping[str, "Schema"]) -> int:
    from tracewright.data.check import check

    bad = problems = 0
    with progress_bar("check", len(chosen), "schema") as bar:
        for row in check(chosen, others=known.values()):
            bar.update()
            problems += row.problems
            for fault in row.faults:
                bad += 1
                bar.write(f"{row.schema}: {fault}", file=sys.stdout)
    print(f"{len(chosen)} schemas, {problems} problems, {bad} faults")
    return 1 if bad else 0


# annotate


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let Python look for no garbage in cycles: annotating and varying leave none, and looking takes a twentieth."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _annotate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="JSON, JSON lines, CSV, TSV or XML; .gz as well")
    parser.add_argument("--out", metavar="OUT.jsonl", type=Path, required=True, help="the problems with their traces")
    parser.add_argument(
        "--format",
        choices=("auto", "gsm8k", "equation", "program"),
        default="auto",
        help="worked solutions (GSM8K), equations (MAWPS, SVAMP, ASDiv), programs (MathQA); auto: told by the content",
    )
    parser.add_argument("--json", action="store_true", help="print the coverage table as JSON lines, with all ids")


def _annotate(options: argparse.Namespace) -> int:
    from tracewright.data.problem import write_problems
    from tracewright.data.sources import compile_entries, read

    if options.out.resolve() == options.file.resolve():
        raise DataError(f"--out {options.out} is the file that is read", "name another")
    entries = read(options.file, options.format)
    with _uncollected(), progress_bar("annotate", len(entries), "problem") as bar:
        done, table = compile_entries(entries, lambda _: bar.update() and None)
    write_problems(done, options.out)
    if not options.json:
        print(table)
        return 0
    for group in ("rows", "experts", "doubts", "failures"):
        for row in getattr(table, group):
            print(json.dumps({"table": group, **row._asdict()}))
    return 0


# audit


def _audit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA.jsonl", type=Path, help="problems of ours, or GSM8K's format")
    parser.add_argument("--against", metavar="FILE", type=Path, help="a reference: GSM8K's format, or problems of ours")
    parser.add_argument(
        "--tokenizer", metavar="ID", help="a model's folder or hub id: how long are the longest targets?"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")


def _audit(options: argparse.Namespace) -> int:
    from tracewright.data.audit import audit

    data = _read_any(options.data)
    reference = _read_any(options.against) if options.against else None
    with progress_bar("audit", len(data) + len(reference or ()), "problem") as bar:
        found = audit(data, reference, lambda count: bar.update(count) and None)
    longest = _longest(data, options.tokenizer) if options.tokenizer else {}
    if options.json:
        print(json.dumps({**found.to_dict(), "longest": longest}))
        return 0
    print(found)
    for what, row in longest.items():
        print(f"longest {what} in tokens of {options.tokenizer}: {row['tokens']} ({row['id']})")
    return 0


def _read_any(path: Path) -> list["Problem"]:
    """Read problems of ours; or worked solutions, which get their traces."""
    from tracewright.data.annotate import annotate_all
    from tracewright.data.gsm8k import read_solutions
    from tracewright.data.problem import read_lines, read_problems

    first = next(iter(read_lines(path)))[1]
    if "####" not in str(first.get("answer", "")):
        return read_problems(path)
    found = read_solutions(path)
    with progress_bar(f"annotate {path.name}", len(found), "problem") as bar:
        done, _ = annotate_all(found, lambda _: bar.update() and None)
    return done


def _longest(data: list["Problem"], model: str) -> dict[str, dict[str, object]]:
    from tracewright.cli.runs import check_torch

    check_torch()
    from tracewright.model.lengths import longest

    return longest(data, model)


# vary


def _vary_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="TRACES.jsonl", type=Path, help="problems with traces, as annotate writes them")
    parser.add_argument("-n", "--count", metavar="K", type=whole(1), default=10, help="variants of each problem (10)")
    parser.add_argument("--seed", metavar="S", type=whole(0), default=0, help="the seed (0)")
    parser.add_argument("--out", metavar="F.jsonl", type=Path, required=True, help="the variants")
    parser.add_argument(
        "--tiers",
        metavar="TIER",
        nargs="+",
        choices=("certain", "likely", "doubtful"),
        default=["certain"],
        help="vary problems of these tiers, and those that state none (certain, with those that are in doubt about "
        "equal numbers alone)",
    )


def _sure(problem: "Problem") -> set[str]:
    """Return the tiers that a problem counts as: equal numbers stay equal in variants, and which was meant is one."""
    return {problem.tier or "certain", *(["certain"] if problem.extra.get("varies") else [])}


def _vary(options: argparse.Namespace) -> int:
    from tracewright.data.errata import KNOWN, without_errata
    from tracewright.data.problem import read_problems, write_problems
    from tracewright.data.vary import learn_ranges, vary_all

    if options.out.resolve() == options.file.resolve():
        raise DataError(f"--out {options.out} is the file that is read", "name another")
    found = read_problems(options.file)
    chosen = [problem for problem in found if problem.trace and _sure(problem) & set(options.tiers)]
    if not chosen:
        raise DataError(
            f"{options.file} has no problem with a trace of tier {' or '.join(options.tiers)}",
            "'tracewright annotate' writes traces",
        )
    _check_ids(chosen, options.file)
    sound = without_errata(chosen)
    reasons = {KNOWN: len(chosen) - len(sound)} if len(sound) < len(chosen) else {}
    full = total = 0
    with _uncollected(), progress_bar("vary", len(sound), "problem") as bar:
        ranges = learn_ranges(found)

        def varied() -> Iterator["Problem"]:
            nonlocal full, total
            for each in vary_all(sound, options.count, options.seed, ranges):
                full += len(each.variants) == options.count
                total += len(each.variants)
                if each.reason:
                    reasons[each.reason] = reasons.get(each.reason, 0) + 1
                yield from each.variants
                bar.update()

        write_problems(varied(), options.out)
    print(f"{total} variants of {len(chosen)} problems, {full} of which have {options.count}")
    for reason, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        print(f"  none for {count}: {reason}")
    return 0


def _check_ids(problems: Sequence["Problem"], path: Path) -> None:
    """Refuse problems that share an id, or of which several have none: variants are drawn and called by it.

    Raises:
        DataError: names the first.
    """
    seen: set[str] = set()
    for problem in problems:
        if problem.id in seen:
            what = f"the id {problem.id!r} stands twice" if problem.id else "several problems have no id"
            raise DataError(f"{path}: {what}", "variants are drawn by it; give each problem one of its own")
        seen.add(problem.id)


VERBS = {
    "generate": Verb(
        "make synthetic problems from the schemas",
        _generate_arguments,
        _generate,
        examples="examples:\n  tracewright generate -n 3\n"
        "  tracewright generate -n 100000 --workers 4 --out train.jsonl",
    ),
    "schemas": Verb(
        "list, check or show the schemas, or start a new one",
        _schemas_arguments,
        _schemas,
        examples="examples:\n  tracewright schemas percentage\n  tracewright schemas price_chain --gallery\n"
        "  tracewright schemas story/bakery --gallery\n"
        "  tracewright schemas new bags_of_rice\n  tracewright schemas bags_of_rice.yaml --check",
    ),
    "annotate": Verb(
        "compile worked solutions, equations or operation programs into traces",
        _annotate_arguments,
        _annotate,
        examples="examples:\n  tracewright annotate gsm8k/train.jsonl --out traces.jsonl\n"
        "  tracewright annotate SVAMP.json --out traces.jsonl\n"
        "  tracewright annotate mathqa/train.json --format program --out traces.jsonl",
    ),
    "audit": Verb(
        "say what a set of problems is made of, beside a reference",
        _audit_arguments,
        _audit,
        examples="example:\n  tracewright audit problems.jsonl --against gsm8k/train.jsonl",
    ),
    "vary": Verb(
        "make many problems of each real one: other numbers, names and things",
        _vary_arguments,
        _vary,
        examples="example:\n  tracewright vary traces.jsonl -n 20 --seed 1 --out variants.jsonl",
    ),
}
