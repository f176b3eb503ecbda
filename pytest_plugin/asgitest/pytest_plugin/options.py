"""Every option of the plugin: where it may be set, what it may be, and what was chosen.

An option named ``lifespan_scope`` is ``asgi_lifespan_scope`` in ``[tool.pytest]`` or ``[pytest]``, ``lifespan-scope``
(or with an underscore) in ``[tool.asgitest]`` of ``pyproject.toml``, and ``--asgi-lifespan-scope`` on the command line.
The command line is first, then pytest's own configuration, then ``[tool.asgitest]``, then the default.

Depends on: pytest.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast, dataclass_transform

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["OPTIONS", "SETTINGS", "Option", "Settings", "Value", "add_options", "header", "nearest", "read_settings"]

Scope = Literal["session", "package", "module", "class", "function"]
SCOPES: tuple[Scope, ...] = ("session", "package", "module", "class", "function")
Kind = Literal["text", "choice", "flag", "number", "lines"]

_DEFAULT = "default"
_MISSING = object()
_INI_TYPES: dict[Kind, Any] = {
    "text": "string",
    "choice": "string",
    "flag": "bool",
    "number": "float",
    "lines": "linelist",
}


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value:
    """A value whose fields are the annotations of its class, and their defaults the attributes of the class.

    To make a dataclass takes longer than to import a module, and every test run would pay for it.

    Raises:
        TypeError: If a field is given that the class does not have, or one without a default is not given.
    """

    def __init__(self, **given: Any) -> None:
        fields = type(self).__annotations__
        wrong = [name for name in given if name not in fields]
        wrong += [name for name in fields if name not in given and not hasattr(type(self), name)]
        if wrong:
            raise TypeError(f"{type(self).__name__}: unknown or missing: {', '.join(wrong)}")
        self.__dict__.update(given)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")


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
    """

    name: str
    help: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    flag: bool = True
    ini: bool = True
    const: str | None = None
    header: str = ""

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
        server: Which server runs the app for ``asgi_client`` and ``asgi_websocket``; ``off`` runs it in process.
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
    ),
    Option(
        name="server",
        help="Run asgi_client and asgi_websocket over real sockets, against this server",
        kind="choice",
        choices=("off", "uvicorn", "hypercorn", "granian"),
        const="uvicorn",
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
_SPOKEN = {("strict_overrides", "on"): "strict", ("testclient", True): "replaced"}


def add_options(parser: pytest.Parser) -> None:
    """Register all options with pytest."""
    group = parser.getgroup("asgitest", "ASGI apps (asgitest)")
    for option in OPTIONS:
        if option.ini:
            parser.addini(option.ini_name, option.help, type=_INI_TYPES[option.kind], default=None)
        if option.flag:
            group.addoption(option.flag_name, dest=option.ini_name, default=None, help=option.help, **_action(option))


def _action(option: Option) -> dict[str, Any]:
    """What argparse does with the flag of *option*. Values are checked later, with those of the files."""
    if option.kind == "flag":
        return {"action": "store_true"}
    words: dict[str, Any] = {"metavar": "|".join(option.choices) or option.name.rpartition("_")[2].upper()}
    if option.const is not None:
        words |= {"nargs": "?", "const": option.const}
    return words | ({"action": "append"} if option.kind == "lines" else {})


def read_settings(config: pytest.Config) -> Settings:
    """Read every option from where it was set.

    Raises:
        pytest.UsageError: If a value or a key of ``[tool.asgitest]`` is wrong; the nearest match is named.
    """
    table, place = _read_table(config)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for option in OPTIONS:
        for source, name, value in _candidates(option, config, table=table, place=place):
            if value is not None and value is not _MISSING:
                values[option.name] = _checked(option, name, value)
                sources[option.name] = source
                break
    return Settings(**values, sources=sources)


def _candidates(
    option: Option, config: pytest.Config, *, table: Mapping[str, Any], place: str
) -> Iterable[tuple[str, str, Any]]:
    """Where *option* may have been set: the source, what the option is called there, and the value."""
    if option.flag:
        value = config.getoption(option.ini_name, None)
        # Before the first conftest, only the known arguments are there.
        early = getattr(config.known_args_namespace, option.ini_name, None)
        yield "command line", option.flag_name, early if value is None else value
    if option.ini:
        yield "ini", option.ini_name, _ini_value(option, config)
        yield "pyproject", f"{place}: {option.name}", table.get(option.name, _MISSING)


def _ini_value(option: Option, config: pytest.Config) -> Any:
    """The value in pytest's own configuration.

    Raises:
        pytest.UsageError: If pytest finds that it has not the type of the option.
    """
    try:
        return config.getini(option.ini_name)
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"{option.ini_name}: {error}") from None


def _read_table(config: pytest.Config) -> tuple[dict[str, Any], str]:
    """The table ``[tool.asgitest]``, with underscores in its keys, and how to call it in messages.

    Raises:
        pytest.UsageError: If it holds a key that no option has. Subtables belong to other parts of asgitest.
    """
    inipath = config.inipath
    path = inipath if inipath is not None and inipath.name == "pyproject.toml" else config.rootpath / "pyproject.toml"
    table = _table_of(path)
    known = {option.name for option in OPTIONS if option.ini}
    place = f"{path.name} [tool.asgitest]"
    values = {key.replace("-", "_"): value for key, value in table.items() if not isinstance(value, dict)}
    for key in values.keys() - known:
        raise pytest.UsageError(f"{place}: there is no key {key!r}.{nearest(key, known)}")
    return values, place


def _table_of(path: Path) -> dict[str, Any]:
    """The table ``[tool.asgitest]`` of a file; empty if it has none, or is not there."""
    try:
        text = path.read_text("utf-8")
    except OSError:
        return {}
    if "tool.asgitest" not in text:
        return {}
    import tomllib  # noqa: PLC0415 - only projects with such a table pay for it

    try:
        table: Any = tomllib.loads(text).get("tool", {}).get("asgitest", {})
    except tomllib.TOMLDecodeError as error:
        raise pytest.UsageError(f"{path.name}: {error}") from None
    return cast("dict[str, Any]", table) if isinstance(table, dict) else {}


def _checked(option: Option, name: str, value: Any) -> Any:
    """Return *value* as the type of the option's field.

    Raises:
        pytest.UsageError: If it is not what the option takes.
    """
    match option.kind:
        case "lines":
            return _lines(name, value)
        case "flag" if not isinstance(value, bool):
            raise pytest.UsageError(f"{name} = {value!r} is neither true nor false.")
        case "number":
            return _number(name, value)
        case "choice" if value not in option.choices:
            choices = ", ".join(option.choices)
            raise pytest.UsageError(
                f"{name} = {value!r} does not exist; choose one of {choices}.{nearest(str(value), option.choices)}"
            )
        case "text" if not isinstance(value, str):
            raise pytest.UsageError(f"{name} = {value!r} is no text.")
        case _:
            return value


def _lines(name: str, value: Any) -> tuple[str, ...]:
    lines: tuple[Any, ...] = (value,) if isinstance(value, str) or not hasattr(value, "__iter__") else tuple(value)
    if not all(isinstance(line, str) for line in lines):
        raise pytest.UsageError(f"{name} = {value!r} is no list of texts.")
    return lines


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise pytest.UsageError(f"{name} = {value!r} is no number.") from None


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
        if not option.header or (option.kind in {"flag", "lines", "text"} and value == getattr(Settings, option.name)):
            continue
        spoken = _SPOKEN.get((option.name, value), value)
        shown.append(f"{option.header}={spoken}" + (f" ({source})" if source else ""))
    return f"asgitest: {', '.join(shown)}"
