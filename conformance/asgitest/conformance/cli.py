"""The command ``asgitest``.

This module only reads the command line. What a command needs is imported when it runs, so that ``asgitest --help``
imports neither pydantic nor rich nor any generator.

Exit codes: 0 clean, 1 findings, 2 usage or target error, 3 internal error, 130 interrupted.

Depends on: the standard library; the commands by name.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, cast

from asgitest.conformance.errors import ConformanceError, UsageError, nearest
from asgitest.conformance.output import complain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["build_parser", "main"]

_SEVERITIES = ("error", "warning", "info")
_INTERNAL = 3
_INTERRUPTED = 130
_EXTRA = frozenset({"pydantic", "rich", "jsonschema_rs", "hypothesis", "schemathesis", "yaml"})


class _Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one sentence with the nearest match."""

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing the usage."""
        raise UsageError(message[:1].upper() + message[1:] + ".", hint=f"See {self.prog} --help.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        argv: The words after the command's name; None takes those of the process.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except KeyboardInterrupt:
        complain("interrupted")
        return _INTERRUPTED
    except Exception as error:
        if "--traceback" in words:
            raise
        return _explain(error)


def _run(words: list[str]) -> int:
    arguments = _parse(words)
    module = import_module(f"asgitest.conformance.commands.{arguments.module}")
    return int(cast("Callable[[argparse.Namespace], int]", module.run)(arguments))


def _explain(error: Exception) -> int:
    """Say in one sentence what went wrong, and choose the exit code."""
    if isinstance(error, ConformanceError):
        complain(str(error))
        return error.exit_code
    if isinstance(error, ModuleNotFoundError) and error.name in _EXTRA:
        complain(f"{error.name} is not installed; pip install 'asgitest[conformance]'")
        return ConformanceError.exit_code
    if isinstance(error, BrokenPipeError):
        sys.stderr.close()
        return _INTERNAL
    text = f"{type(error).__name__}: {error}".splitlines()[0]
    complain(f"internal error: {text}; --traceback shows where.")
    return _INTERNAL


def _parse(words: list[str]) -> argparse.Namespace:
    """Parse the words; explain an unknown command or option by the nearest one there is."""
    parser, commands = build_parser()
    if words and not words[0].startswith("-") and words[0] not in commands:
        hint = nearest(words[0], commands)
        if ":" in words[0]:
            hint = f"Did you mean asgitest check {words[0]}?"
        raise UsageError(f"There is no command {words[0]!r}.", hint=hint or "See asgitest --help.")
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        options = list(commands[arguments.command].option_strings())
        flag = unknown[0].partition("=")[0]
        hint = nearest(flag, options) or f"See asgitest {arguments.command} --help."
        raise UsageError(f"asgitest {arguments.command} has no option {flag!r}.", hint=hint)
    return arguments


class _Command(_Parser):
    """The parser of one command."""

    def option_strings(self) -> list[str]:
        """List the long and short options."""
        return [option for action in self._actions for option in action.option_strings]


def build_parser() -> tuple[argparse.ArgumentParser, dict[str, _Command]]:
    """Build the parser, and return the parsers of the commands by name beside it."""
    parser = _Parser(
        prog="asgitest",
        description="Find out what is wrong with an ASGI app: asgitest check main:app",
        epilog="Exit codes: 0 clean, 1 findings, 2 usage or target error, 3 internal error, 130 interrupted.",
        allow_abbrev=False,
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Command)
    commands: dict[str, _Command] = {}

    def command(name: str, module: str, text: str) -> _Command:
        made = subparsers.add_parser(name, help=text, description=text, allow_abbrev=False)
        made.set_defaults(module=module)
        commands[name] = made
        return made

    _check_options(command("check", "check", "test an app and report what is wrong with it"))
    _list_options(command("list", "catalogue", "list the checks"))
    explain = command("explain", "catalogue", "explain a check, an ASGI rule or a framework trait")
    explain.add_argument("id", help="such as http.head-parity, ASGI-HTTP-002 or pydantic.lax-bool-number")
    routes = command("routes", "routes", "show what would be tested")
    _target_options(routes)
    _subject_options(routes)
    routes.add_argument("--json", action="store_true", help="as JSON")
    _replay_options(command("replay", "replay", "repeat a finding of the last run"))
    snapshot = command("snapshot", "drift", "write the app's schema to a file, to compare with later")
    _target_options(snapshot)
    snapshot.add_argument(
        "-o", "--output", default="openapi.snapshot.json", metavar="FILE", help="default: %(default)s"
    )
    diff = command("diff", "drift", "compare two schemas and report what breaks clients")
    diff.add_argument("old", help="a schema file, or module:attribute of an app")
    diff.add_argument("new", help="likewise")
    _report_options(diff)
    diff.add_argument("--app-dir", metavar="DIR", help="where apps are imported from")
    export = command("export-tests", "export", "write the findings of a run as pytest tests")
    _from_option(export)
    export.add_argument(
        "-o", "--output", default="test_conformance_findings.py", metavar="FILE", help="default: %(default)s"
    )
    merge = command("merge", "merge", "merge the JSON reports of a run that was split with --shard")
    merge.add_argument("reports", nargs="+", metavar="REPORT")
    _report_options(merge)
    bridge = command("schemathesis", "schemathesis", "run Schemathesis in process and show its findings as ours")
    _target_options(bridge)
    _report_options(bridge)
    bridge.add_argument("--max-examples", type=int, metavar="N", help="for each operation and phase")
    bridge.add_argument("--max-time", type=float, metavar="SECONDS", help="wall-clock budget")
    bridge.add_argument("--seed", type=int, metavar="N", help="of all randomness")
    for made in commands.values():
        made.add_argument("--traceback", action="store_true", help="show the traceback of an error")
    return parser, commands


def _target_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("target")
    group.add_argument(
        "app", nargs="?", metavar="TARGET", help="module:attribute; default: pyproject.toml, then discovery"
    )
    group.add_argument("--factory", action="store_const", const=True, help="the attribute is called to get the app")
    group.add_argument("--app-dir", metavar="DIR", help="where it is imported from; default: .")
    group.add_argument("--schema", metavar="PATH", help="auto, none, a path the app serves, or a file")
    group.add_argument("--root-path", metavar="PREFIX", help="the prefix the app is told it is served under")
    group.add_argument("--config", metavar="FILE", help="instead of [tool.asgitest.conformance] in pyproject.toml")


def _subject_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("selection (repeat an option, or separate by commas)")
    add = group.add_argument
    add("--include", action="append", metavar="PATTERN", help="only these: 'GET /items/*', '/admin/*', 'WS /chat'")
    add("--exclude", action="append", metavar="PATTERN", help="not these")
    add("--tag", action="append", dest="tags", metavar="TAG", help="only operations with this tag")


def _check_options(parser: argparse.ArgumentParser) -> None:
    _target_options(parser)
    _subject_options(parser)
    add = parser.add_argument
    add("--select", action="append", metavar="ID", help="only checks whose id begins so: openapi, http.head-parity")
    add("--ignore", action="append", metavar="ID", help="not these; the longer of --select and --ignore wins")
    group = parser.add_argument_group("how much, and how")
    add = group.add_argument
    add("--profile", choices=("quick", "default", "thorough"), help="10, 60 or 600 seconds")
    add("--budget", metavar="TIME", help="such as 30s or 5m")
    add("--cases", type=int, metavar="N", help="cases for each subject, instead of a time")
    add("--seed", type=int, metavar="N", help="same seed, same findings")
    add(
        "--deterministic",
        action="store_const",
        const=True,
        help="depend on nothing but the seed; default where CI is set",
    )
    add("--workers", type=int, metavar="N", help="processes; 0 keeps all in this one")
    add("--shard", metavar="I/N", help="run one of N parts")
    add("--whitebox", choices=("auto", "off", "line", "ast"), help="watch the app's own code to reach more of it")
    add("--reset", metavar="HOW", help="between cases: none, lifespan, factory, process, module:callable")
    add("--timeout", type=float, metavar="SECONDS", help="deadline of one case")
    add("--max-findings", type=int, metavar="N", help="stop after so many")
    add("--base-url", metavar="URL", help="what URLs in reproductions begin with")
    add("--allow-remote-refs", action="store_const", const=True, help="fetch remote $refs")
    _report_options(parser)
    group = parser.add_argument_group("verdict")
    add = group.add_argument
    add("--strict", action="store_const", const=True, help="report framework traits as findings")
    add("--baseline", metavar="FILE", help="known findings that do not fail the run")
    add("--update-baseline", action="store_true", help="write what was found into the baseline")
    add("--expires", type=int, metavar="DAYS", help="how long new entries of the baseline are good for")
    add("--show-config", action="store_true", help="print every setting and where it comes from, and stop")


def _report_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reports")
    add = group.add_argument
    add(
        "--report",
        action="append",
        metavar="FORMAT[=FILE]",
        help="json, ndjson, junit, sarif, github, markdown; - is stdout",
    )
    add("--fail-on", choices=_SEVERITIES, help="the least severity that fails the run; default: error")
    add("-v", "--verbose", action="store_true", help="show notes and known findings in full")
    add("-q", "--quiet", action="store_true", help="print the summary only")
    add("--color", choices=("auto", "always", "never"), default="auto", help="default: %(default)s")


def _list_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prefix", nargs="*", metavar="ID", help="only checks whose id begins so")
    parser.add_argument("--json", action="store_true", help="as JSON")


def _from_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="source", metavar="REPORT", help="a JSON report; default: the last run here")


def _replay_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", help="a finding's id, or the beginning of it; default: all")
    _from_option(parser)
    parser.add_argument("--config", metavar="FILE", help="where identities are configured")
    parser.add_argument("--show", action="store_true", help="print the snippets instead of running them")
