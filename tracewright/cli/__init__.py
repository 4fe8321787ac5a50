"""The command `tracewright`: its verbs, its errors in one line, its exit codes. Imports are inside each verb.

0: done. 1: the work failed (a trace with a fault, a check that found something). 2: asked wrongly: a file, a key, a
flag, an output that is full. 130: interrupted. Results go to standard output, progress and errors to standard error.
"""

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from tracewright.cli import data, language, runs
from tracewright.errors import ConfigError, TracewrightError, nearest

GROUPS = (
    ("the language", language.VERBS),
    ("problems", data.VERBS),
    ("runs", runs.VERBS),
)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose complaints are ours: one sentence, the nearest name, no usage dump."""

    def error(self, message: str) -> NoReturn:
        """Raise the complaint instead of printing the usage."""
        raise ConfigError(f"{self.prog}: {message}", f"'{self.prog} --help' lists what there is")

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """Complain about an unknown flag with the nearest known one; argparse would only echo it."""
        parsed, rest = super().parse_known_args(args, namespace)
        if rest and hasattr(parsed, "overrides"):  # argparse takes key=value only where the other words stand
            parsed.overrides += [word for word in rest if "=" in word and not word.startswith("-")]
            rest = [word for word in rest if "=" not in word or word.startswith("-")]
        if rest:
            flags = [flag for action in self._actions for flag in action.option_strings]
            flag = rest[0].partition("=")[0]
            what = "flag" if flag.startswith("-") else "word"
            hint = (nearest(flag, flags) if what == "flag" else "") or f"'{self.prog} --help' lists what there is"
            raise ConfigError(f"{self.prog}: unknown {what} {flag!r}", hint)
        return parsed, rest


def build_parser() -> Parser:
    """Make the parser of all verbs."""
    from tracewright import __version__

    parser = Parser(
        prog="tracewright",
        description="Teach small language models to solve math word problems by writing executable traces.",
        epilog="'tracewright VERB --help' says more about each, with examples.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tracewright {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    for _, group in GROUPS:
        for name, verb in group.items():
            sub = verbs.add_parser(
                name,
                help=verb.help,
                description=verb.description or verb.help,
                epilog=verb.examples,
                formatter_class=argparse.RawDescriptionHelpFormatter,
                allow_abbrev=False,
            )
            verb.arguments(sub)
            sub.add_argument("--debug", action="store_true", help="show a traceback where an error would be one line")
            sub.set_defaults(act=verb.act)
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb; return the exit code."""
    _open_streams()
    debug = "--debug" in (sys.argv[1:] if words is None else words)
    try:
        parser = build_parser()
        chosen = list(sys.argv[1:] if words is None else words)
        if chosen and not chosen[0].startswith("-"):
            known = [name for _, group in GROUPS for name in group]
            if chosen[0] not in known:
                hint = nearest(chosen[0], known) or f"verbs: {', '.join(known)}"
                raise ConfigError(f"tracewright: unknown verb {chosen[0]!r}", hint)
        options = parser.parse_args(chosen)
        if options.verb is None:
            parser.print_help()
            return 2
        code: int = options.act(options)
        sys.stdout.flush()
        return code
    except TracewrightError as error:
        if debug:
            raise
        print(f"tracewright: {error}".replace("tracewright: tracewright", "tracewright"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        if debug:
            raise
        print("tracewright: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is wrong, and there is nobody to tell.
        _drop_output()
        return 0
    except (OSError, UnicodeEncodeError) as error:
        reason = _refusal(error)
        if debug or not reason:
            raise
        print(f"tracewright: {reason}", file=sys.stderr)
        if isinstance(error, OSError) and error.filename is None:
            _drop_output()
        return 2


def _open_streams() -> None:
    """Give a stream that whoever started us has closed (`>&-`, a service) a place that takes all and holds nothing."""
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _drop_output() -> None:
    """Let what standard output still holds go nowhere, or Python would complain once more when it ends."""
    with suppress(OSError, ValueError):  # no real file: there is nothing to let go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refusal(error: OSError | UnicodeEncodeError) -> str:
    """Say in a sentence what a person can mend of this; empty: nothing, it is a mistake of ours."""
    if isinstance(error, UnicodeEncodeError):
        letter = ascii(error.object[error.start])
        if "\ud800" <= error.object[error.start] <= "\udfff":
            return f"standard output cannot take {letter}, half of a character; mend the text that holds it"
        return f"standard output cannot take {letter}: it is {error.encoding}; set PYTHONIOENCODING=utf-8"
    if error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        return f"standard output cannot be written ({error.strerror}); make room, or send it elsewhere"
    return ""
