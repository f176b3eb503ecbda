"""The words ``asgitest`` understands: commands, arguments, options.

A command is a row of :data:`_COMMANDS`: its name, the module that runs it, its help, and what adds its options.

Depends on: the standard library and the errors.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, NoReturn

from asgitest.conformance.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["build_parser", "parse"]

_SEVERITIES = ("error", "warning", "info")
_CHOICE = re.compile(r"invalid choice: '([^']*)' \(choose from ([^()]*)\)")
_EPILOG = "Exit codes: 0 clean, 1 findings, 2 usage or target error, 3 internal error, 130 interrupted."


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one sentence with the nearest match."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        hint = _meant_choice(message) or f"See {self.prog} --help."
        raise UsageError(message[:1].upper() + message[1:] + ".", hint=hint)


def _meant_choice(message: str) -> str:
    """Guess which of some choices was meant, from the words of argparse."""
    match = _CHOICE.search(message)
    return nearest(match[1], [choice.strip("' ") for choice in match[2].split(",")]) if match else ""


class _Version(argparse.Action):
    """Print the version; the metadata of the package is read only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print, and stop."""
        from importlib.metadata import version  # noqa: PLC0415 - 20 ms that no other command shall wait for

        sys.stdout.write(f"asgitest {version('asgitest')}\n")
        parser.exit()


class CommandParser(_Parser):
    """The parser of one command."""

    def option_strings(self) -> list[str]:
        """List the long and short options."""
        return [option for action in self._actions for option in action.option_strings]


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse the words after ``asgitest``.

    Raises:
        UsageError: For an unknown command, option or value, with the nearest there is.
    """
    parser, commands = build_parser()
    if not words:
        parser.print_help()
        parser.exit(UsageError.exit_code)
    if not words[0].startswith("-") and words[0] not in commands:
        raise UsageError(f"There is no command {words[0]!r}.", hint=_meant(words[0], commands))
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        options = commands[arguments.command].option_strings()
        flag = unknown[0].partition("=")[0]
        hint = nearest(flag, options) or f"See asgitest {arguments.command} --help."
        what = "option" if flag.startswith("-") else "further argument"
        raise UsageError(f"asgitest {arguments.command} has no {what} {flag!r}.", hint=hint)
    return arguments


def _meant(word: str, commands: dict[str, CommandParser]) -> str:
    """Guess what an unknown command was meant to be."""
    if ":" in word or word.endswith(".py"):
        return f"Did you mean asgitest check {word}?"
    return nearest(word, commands) or "See asgitest --help."


def build_parser() -> tuple[argparse.ArgumentParser, dict[str, CommandParser]]:
    """Build the parser, and return the parsers of the commands by name beside it."""
    parser = _Parser(
        prog="asgitest",
        description="Find out what is wrong with an ASGI app: asgitest check main:app",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and stop")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=CommandParser)
    commands: dict[str, CommandParser] = {}
    for name, module, text, add_options in _COMMANDS:
        made = commands[name] = subparsers.add_parser(name, help=text, description=text, allow_abbrev=False)
        made.set_defaults(module=module)
        add_options(made)
        made.add_argument("--traceback", action="store_true", help="show the traceback of an error")
    return parser, commands


def _target_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("target")
    add = group.add_argument
    add("app", nargs="?", metavar="TARGET", help="module:attribute; default: pyproject.toml, then discovery")
    add("--factory", action="store_const", const=True, help="the attribute is called to get the app")
    add("--app-dir", metavar="DIR", help="where it is imported from; default: .")
    add("--schema", metavar="PATH", help="auto, none, a path the app serves, or a file")
    add("--root-path", metavar="PREFIX", help="the prefix the app is told it is served under")
    add("--config", metavar="FILE", help="instead of [tool.asgitest.conformance] in pyproject.toml")
    add("--allow-remote-refs", action="store_const", const=True, help="fetch remote $refs")


def _subject_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("selection (repeat an option, or separate by commas)")
    add = group.add_argument
    add("--include", action="append", metavar="PATTERN", help="only these: 'GET /items/*', '/admin/*', 'WS /chat'")
    add("--exclude", action="append", metavar="PATTERN", help="not these")
    add("--tag", action="append", dest="tags", metavar="TAG", help="only operations with this tag")


def _report_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reports")
    add = group.add_argument
    formats = "json, ndjson, junit, sarif, github, markdown; - is stdout"
    add("--report", action="append", metavar="FORMAT[=FILE]", help=formats)
    add("--fail-on", choices=_SEVERITIES, help="the least severity that fails the run; default: error")
    add("-v", "--verbose", action="store_true", help="show notes and known findings in full")
    add("-q", "--quiet", action="store_true", help="print the summary only")
    add("--color", choices=("auto", "always", "never"), default="auto", help="default: %(default)s")


def _check_options(parser: argparse.ArgumentParser) -> None:
    _target_options(parser)
    _subject_options(parser)
    add = parser.add_argument
    add("--select", action="append", metavar="ID", help="only checks whose id begins so: openapi, http.head-parity")
    add("--ignore", action="append", metavar="ID", help="not these; the longer of --select and --ignore wins")
    _effort_options(parser)
    _report_options(parser)
    add = parser.add_argument_group("verdict").add_argument
    add("--strict", action="store_const", const=True, help="report framework traits as findings")
    add("--baseline", metavar="FILE", help="known findings that do not fail the run")
    add("--update-baseline", action="store_true", help="write what was found into the baseline")
    add("--expires", type=int, metavar="DAYS", help="how long new entries of the baseline are good for")
    add("--show-config", action="store_true", help="print every setting and where it comes from, and stop")


def _effort_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how much, and how").add_argument
    add("--profile", choices=("quick", "default", "thorough"), help="10, 60 or 600 seconds")
    add("--budget", metavar="TIME", help="such as 30s or 5m")
    add("--cases", type=int, metavar="N", help="cases for each subject, instead of a time")
    add("--seed", type=int, metavar="N", help="same seed, same findings")
    add("--deterministic", action="store_const", const=True, help="only the seed matters; default where CI is set")
    add("--workers", type=int, metavar="N", help="processes; 0 keeps all in this one")
    add("--shard", metavar="I/N", help="run one of N parts")
    add("--whitebox", choices=("auto", "off", "line", "ast"), help="watch the app's own code to reach more of it")
    add("--reset", metavar="HOW", help="between cases: none, lifespan, factory, process, module:callable")
    add("--timeout", type=float, metavar="SECONDS", help="deadline of one case")
    add("--max-findings", type=int, metavar="N", help="stop after so many")
    add("--base-url", metavar="URL", help="what URLs in reproductions begin with")


def _list_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prefix", nargs="*", metavar="ID", help="only checks whose id begins so")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _explain_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="such as http.head-parity, ASGI-HTTP-002 or pydantic.lax-bool-number")


def _routes_options(parser: argparse.ArgumentParser) -> None:
    _target_options(parser)
    _subject_options(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def _coverage_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("action", choices=("combine",), help="make one report of several")
    add("reports", nargs="+", metavar="REPORT", help="written by pytest --asgi-cov=json:FILE")
    add("--report", action="append", metavar="FORMAT[:FILE]", help="term, json:FILE, html:FILE, md:FILE; default: term")
    add("--fail-under", action="append", metavar="[DIMENSION=]N", help="in percent")
    add("-v", "--verbose", action="store_true", help="show all that is missing")
    add("-q", "--quiet", action="store_true", help="print the totals only")


def _from_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="source", metavar="REPORT", help="a JSON report; default: the last run here")


def _output_option(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("-o", "--output", default=default, metavar="FILE", help="default: %(default)s; - is stdout")


def _replay_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", help="a finding's id, or the beginning of it; default: all")
    _from_option(parser)
    parser.add_argument("--config", metavar="FILE", help="where identities are configured")
    parser.add_argument("--show", action="store_true", help="print the snippets instead of running them")


def _snapshot_options(parser: argparse.ArgumentParser) -> None:
    _target_options(parser)
    _output_option(parser, "openapi.snapshot.json")


def _diff_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", help="a schema file, or module:attribute of an app")
    parser.add_argument("new", nargs="?", help="likewise; default: the app that check would test")
    add = parser.add_argument
    add("--select", action="append", metavar="ID", help="only rules whose id begins so: drift.request")
    add("--ignore", action="append", metavar="ID", help="not these")
    add("--app-dir", metavar="DIR", help="where apps are imported from; default: .")
    add("--config", metavar="FILE", help="instead of [tool.asgitest.conformance] in pyproject.toml")
    _report_options(parser)


def _export_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="*", help="ids of findings, or the beginning of them; default: all that fail")
    _from_option(parser)
    _output_option(parser, "test_conformance_findings.py")


def _merge_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("reports", nargs="+", metavar="REPORT")
    _report_options(parser)


def _schemathesis_options(parser: argparse.ArgumentParser) -> None:
    _target_options(parser)
    _report_options(parser)
    add = parser.add_argument_group("how much").add_argument
    add("--max-examples", type=int, metavar="N", help="for each operation and phase")
    add("--max-time", type=float, metavar="SECONDS", help="wall-clock budget")
    add("--seed", type=int, metavar="N", help="of all randomness")
    add("--phases", metavar="NAMES", help="of examples, coverage, fuzzing, stateful; default: all")


_COMMANDS: tuple[tuple[str, str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("check", "check", "test an app and report what is wrong with it", _check_options),
    ("list", "catalogue", "list the checks", _list_options),
    ("explain", "catalogue", "explain a check, an ASGI rule or a framework trait", _explain_options),
    ("routes", "routes", "show what would be tested", _routes_options),
    ("replay", "replay", "repeat a finding of the last run", _replay_options),
    ("snapshot", "drift", "write the app's schema to a file, to compare with later", _snapshot_options),
    ("diff", "drift", "compare two schemas and report what breaks clients", _diff_options),
    ("export-tests", "export", "write the findings of a run as pytest tests", _export_options),
    ("merge", "merge", "merge the JSON reports of a run that was split with --shard", _merge_options),
    ("coverage", "coverage", "combine the API coverage of several test runs", _coverage_options),
    (
        "schemathesis",
        "schemathesis",
        "run Schemathesis in process and show its findings as ours",
        _schemathesis_options,
    ),
)
