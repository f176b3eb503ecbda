"""Every option of the plugin: where it may be set, what it may be, and what was chosen.

An option named ``lifespan_scope`` is ``asgi_lifespan_scope`` in ``[tool.pytest]`` or ``[pytest]``, ``lifespan-scope``
(or with an underscore) in ``[tool.asgitest]`` of ``pyproject.toml``, and ``--asgi-lifespan-scope`` on the command line.
The command line is first, then pytest's own configuration, then ``[tool.asgitest]``, then the default.

Depends on: pytest, ``values``.
"""

from __future__ import annotations

import argparse
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import pytest

from asgitest.pytest_plugin.values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "OPTIONS",
    "SETTINGS",
    "Option",
    "Settings",
    "add_options",
    "header",
    "nearest",
]

Scope = Literal["session", "package", "module", "class", "function"]
SCOPES: tuple[Scope, ...] = ("session", "package", "module", "class", "function")
Kind = Literal["text", "choice", "flag", "number", "lines"]

_DIMENSIONS = (
    "operations", "statuses", "media-types", "request-media-types", "parameters", "websockets", "dependencies",
)  # fmt: skip
_INI_TYPES: dict[Kind, Any] = {
    "text": "string",
    "choice": "string",
    "flag": "bool",
    "number": "float",
    "lines": "linelist",
}


class Option(Value):
    """One option.

    Args:
        name: As a field of `Settings`.
        help: One sentence for ``pytest --help``.
        kind: ``text``, one of ``choices``, a ``flag``, a ``number``, or several ``lines``.
        choices: What a ``choice`` may be.
        flag: Whether there is a flag ``--asgi-NAME`` on the command line.
        ini: Whether it may be set in configuration files.
        const: What the flag means without a value; a flag with a ``const`` takes its value with ``=``.
        header: How the header line calls it; empty keeps it out.
        dimensions: What may stand behind the flag: ``--asgi-NAME-DIMENSION=N``.
    """

    name: str
    help: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    flag: bool = True
    ini: bool = True
    const: str | None = None
    header: str = ""
    dimensions: tuple[str, ...] = ()

    @property
    def ini_name(self) -> str:
        """What the option is called in pytest's configuration."""
        return f"asgi_{self.name}"

    @property
    def flag_name(self) -> str:
        """What the option is called on the command line."""
        return f"--asgi-{self.name.replace('_', '-')}"


class Settings(Value):
    """The values of all options; a field's default is the option's.

    Args:
        app: ``module:attribute``, ``module:factory()`` or a file with an app; ``None`` if the suite says it in code.
        lifespan_scope: How long one run of the app's lifespan lasts.
        strict_overrides: ``on`` refuses overrides of what no route depends on and warns of overrides that were never
            used, ``error`` fails the test for those as well, ``off`` does neither.
        fixture_aliases: Short names for fixtures: ``client=asgi_client``.
        leaks: Whether what a test leaves behind warns, fails the test, or is not looked for.
        openapi_path: Where the app answers with its OpenAPI document, if its framework does not tell.
        snapshot_update: Whether OpenAPI snapshots are written anew.
        testclient: Whether our client takes the place of Starlette's.
        cov: The reports of API coverage: ``term``, ``json:FILE``, ``html:FILE``, ``md:FILE``; empty measures nothing.
        cov_fail_under: The least percentages: ``N``, or ``DIMENSION=N``.
        show_exchanges: How many exchanges a failed test shows; 0 shows none.
        redact: Names of headers, parameters and members whose values reports hide, beside the usual ones.
        conformance: How much the conformance items of the app do; ``None`` collects none.
        observe: Whether the traffic of the suite is checked.
        server: Which server runs the app for clients and WebSockets; ``off`` runs it in process.
        live_server: Which server ``asgi_live_server`` is.
        live_server_scope: How long one live server lasts.
        live_server_lifespan: Whether the app's lifespan runs in ``asgi_live_server``.
        live_server_grace: Seconds that requests in flight get at the end of a test.
        sources: Where each value came from, by name; absent for defaults.
    """

    app: str | None = None
    lifespan_scope: Scope = "session"
    strict_overrides: Literal["on", "error", "off"] = "on"
    fixture_aliases: tuple[str, ...] = ()
    leaks: Literal["warn", "error", "off"] = "warn"
    openapi_path: str | None = None
    snapshot_update: bool = False
    testclient: bool = False
    cov: tuple[str, ...] = ()
    cov_fail_under: tuple[str, ...] = ()
    show_exchanges: float = 3
    redact: tuple[str, ...] = ()
    server: Literal["off", "uvicorn", "hypercorn", "granian"] = "off"
    live_server: Literal["uvicorn", "hypercorn", "granian"] = "uvicorn"
    live_server_scope: Scope = "session"
    live_server_lifespan: Literal["on", "off"] = "on"
    live_server_grace: float = 5.0
    conformance: Literal["quick", "default", "thorough"] | None = None
    observe: bool = False
    sources: Mapping[str, str] = MappingProxyType({})


SETTINGS = pytest.StashKey[Settings]()

OPTIONS: tuple[Option, ...] = (
    Option(name="app", help="The app under test: main:app, or a factory, main:create_app()", header="app"),
    Option(
        name="lifespan_scope",
        help="How long one run of the app's lifespan lasts",
        kind="choice",
        choices=SCOPES,
        header="lifespan",
    ),
    Option(
        name="strict_overrides",
        help="on: overriding an unknown dependency is an error; error: so is an override that is never used; off",
        kind="choice",
        choices=("on", "error", "off"),
        header="overrides",
    ),
    Option(name="fixture_aliases", help="Short names for fixtures, such as client=asgi_client", kind="lines"),
    Option(
        name="leaks",
        help="What a test that leaves tasks, threads, overrides or the like behind gets",
        kind="choice",
        choices=("warn", "error", "off"),
    ),
    Option(name="openapi_path", help="Where the app answers with its OpenAPI document, such as /openapi.json"),
    Option(name="snapshot_update", help="Write the OpenAPI snapshots anew", kind="flag", ini=False),
    Option(
        name="testclient",
        help="Let asgitest's TestClient take the place of Starlette's and FastAPI's in this run",
        kind="flag",
        header="testclient",
    ),
    Option(
        name="cov",
        help="Measure which parts of the API are tested: --asgi-cov, or --asgi-cov=term,json:FILE,html:FILE,md:FILE",
        kind="lines",
        const="term",
    ),
    Option(
        name="cov_fail_under",
        help="Fail below so many percent of operations and WebSocket routes: 90, or of a dimension: statuses=60",
        kind="lines",
        dimensions=_DIMENSIONS,
    ),
    Option(
        name="server",
        help="Run the tests of asgi_client, asgi_async_client and asgi_websocket over real sockets, on this server",
        kind="choice",
        choices=("off", "uvicorn", "hypercorn", "granian"),
        const="uvicorn",
        header="server",
    ),
    Option(
        name="live_server",
        help="The server that asgi_live_server runs",
        kind="choice",
        choices=("uvicorn", "hypercorn", "granian"),
    ),
    Option(name="live_server_scope", help="How long one live server lasts", kind="choice", choices=SCOPES),
    Option(
        name="live_server_lifespan",
        help="Whether the app's lifespan runs in asgi_live_server",
        kind="choice",
        choices=("on", "off"),
    ),
    Option(
        name="live_server_grace",
        help="Seconds that requests in flight get when a test ends, 5 if not given",
        kind="number",
    ),
    Option(name="show_exchanges", help="How many exchanges a failed test shows, 3 if not given", kind="number"),
    Option(
        name="redact",
        help="A header, parameter or JSON member whose value reports hide, beside those whose names say so",
        kind="lines",
    ),
    Option(
        name="conformance",
        help="Add a test item for each operation, WebSocket route, lifespan and schema; quick if not said",
        kind="choice",
        choices=("quick", "default", "thorough"),
        const="quick",
    ),
    Option(name="observe", help="Check all traffic of the suite, and tell at the end what is wrong", kind="flag"),
)

# Words of the header line that say more than the value.
_ALWAYS_SHOWN = {"lifespan_scope", "strict_overrides"}
_SPOKEN = {("strict_overrides", "on"): "strict", ("testclient", True): "replaced"}


def add_options(parser: pytest.Parser) -> None:
    """Register all options with pytest."""
    group = parser.getgroup("asgitest", "ASGI apps (asgitest)")
    for option in OPTIONS:
        if option.ini:
            parser.addini(option.ini_name, option.help, type=_INI_TYPES[option.kind], default=None)
        if option.flag:
            group.addoption(option.flag_name, dest=option.ini_name, default=None, help=option.help, **_action(option))
        for dimension in option.dimensions:
            group.addoption(
                f"{option.flag_name}-{dimension}",
                dest=option.ini_name,
                action="append",
                type=f"{dimension}={{}}".format,
                metavar="N",
                help=argparse.SUPPRESS,
            )


def _action(option: Option) -> dict[str, Any]:
    """What argparse does with the flag of *option*. Values are checked later, with those of the files."""
    if option.kind == "flag":
        return {"action": "store_true"}
    words: dict[str, Any] = {"metavar": "|".join(option.choices) or option.name.rpartition("_")[2].upper()}
    if option.const is not None:
        words |= {"nargs": "?", "const": option.const}
    return words | ({"action": "append"} if option.kind == "lines" else {})


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name may be meant, as a sentence after another one; empty when nothing is near."""
    import difflib  # noqa: PLC0415 - only an error needs it

    matches = difflib.get_close_matches(name, [*known], n=1, cutoff=0.5)
    return f" Did you mean {matches[0]!r}?" if matches else ""


def header(settings: Settings) -> str:
    """The line at the top of a run: what was chosen, and where it was said if it was."""
    shown: list[str] = []
    for option in OPTIONS:
        value = getattr(settings, option.name)
        source = settings.sources.get(option.name)
        if not option.header or (option.name not in _ALWAYS_SHOWN and value == getattr(Settings, option.name)):
            continue
        spoken = _SPOKEN.get((option.name, value), value)
        shown.append(f"{option.header}={spoken}" + (f" ({source})" if source else ""))
    return f"asgitest: {', '.join(shown)}"
