"""The configuration: found, checked, laid over each other, and turned into the options of a run.

The order, later over earlier: defaults, ``[tool.asgitest.conformance]`` of the nearest ``pyproject.toml`` (or the file
given by ``--config``, which is TOML with the same keys, at the top or under ``[tool.asgitest.conformance]``), the
environment (``CI`` makes runs deterministic), the command line. Each value remembers where it came from.

Depends on: the settings, the selection, the options.
"""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ValidationError

from asgitest.conformance.errors import UsageError, nearest
from asgitest.conformance.options import Identity, RunOptions, Shard, SubjectOverride
from asgitest.conformance.selection import validate_checks
from asgitest.conformance.settings import IdentitySettings, OverrideSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

__all__ = ["Config", "build_options", "identities_of", "load", "parse_shard"]

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SECTION = "[tool.asgitest.conformance]"
_DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Checked settings and where each came from.

    Args:
        settings: The values.
        sources: By key (with underscores): a file, the environment, ``command line``. Missing: the default.
        file: The file that was read, if one was.
    """

    settings: Settings
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    file: Path | None = None

    def source(self, key: str) -> str:
        """Say where a value came from."""
        return self.sources.get(key, _DEFAULT)

    def lines(self) -> list[str]:
        """Write every value with its source, one a line, for ``--show-config``."""
        values = self.settings.model_dump(by_alias=True)
        return [f"{key} = {value!r}  ({self.source(key.replace('-', '_'))})" for key, value in values.items()]


def load(
    *, config_file: Path | None = None, directory: Path | None = None, given: Mapping[str, Any] | None = None
) -> Config:
    """Find the configuration, lay the command line over it, and check the whole.

    Args:
        config_file: Given by ``--config``; None looks for a ``pyproject.toml`` here and above.
        directory: Where "here" is; None is the working directory.
        given: What the command line says, by key with underscores; values of None are left out.

    Raises:
        UsageError: If the file is not there or not TOML, or a key or value is wrong.
    """
    file = config_file or _find(directory or Path.cwd())
    table, section = _read(file, explicit=config_file is not None) if file else ({}, "")
    place = f"{_shown(file)} {section}".strip() if file else ""
    _check(table, place)
    values = {key.replace("-", "_"): value for key, value in table.items()}
    sources = dict.fromkeys(values, place)
    if _in_ci() and "deterministic" not in values:
        values["deterministic"], sources["deterministic"] = True, "environment CI"
    for key, value in (given or {}).items():
        if value is not None:
            values[key], sources[key] = value, "command line"
    settings = _check({_alias(key): value for key, value in values.items()}, "command line")
    config = Config(settings=settings, sources=sources, file=file if table else None)
    _check_names(config)
    return config


def build_options(config: Config, *, shard: Shard | None = None) -> RunOptions:
    """Turn checked settings into what the engine is told.

    A relative ``app-dir`` from a file is relative to that file.

    Raises:
        UsageError: If an identity names an environment variable that is not set.
    """
    s = config.settings
    return RunOptions(
        target=s.app,
        factory=s.factory,
        app_dir=_app_dir(config),
        schema=s.schema_,
        root_path=s.root_path,
        base_url=s.base_url,
        profile=s.profile,
        budget_seconds=s.budget,
        cases=s.cases,
        deterministic=s.deterministic or config.source("seed") == "command line",
        seed=s.seed,
        workers=s.workers,
        shard=shard,
        select=s.select,
        ignore=s.ignore,
        include=s.include,
        exclude=s.exclude,
        tags=s.tags,
        whitebox=s.whitebox,
        fail_on=s.fail_on,
        strict=s.strict,
        reset=s.reset,
        timeout_seconds=s.timeout,
        max_findings=s.max_findings,
        confirm=s.confirm,
        allow_remote_refs=s.allow_remote_refs,
        identities=identities_of(config),
        values=s.values,
        websocket_messages=s.websocket_messages,
        allowed_hosts=s.allowed_hosts,
        allowed_origins=s.allowed_origins,
        webhooks=s.webhooks,
        overrides=tuple(_override(table) for table in s.override),
        severity=s.severity,
    )


def _app_dir(config: Config) -> Path:
    """Find the folder apps are imported from: relative to the file that names it, or to the working directory."""
    app_dir = Path(config.settings.app_dir)
    named_in_file = config.file is not None and config.source("app_dir") != "command line"
    return config.file.parent / app_dir if named_in_file and config.file is not None else app_dir


def identities_of(config: Config) -> tuple[Identity, ...]:
    """Read the configured identities.

    Raises:
        UsageError: If one names an environment variable that is not set.
    """
    return tuple(_identity(name, table) for name, table in config.settings.identities.items())


def parse_shard(text: str) -> Shard:
    """Read ``I/N``.

    Raises:
        UsageError: If it is not two numbers with ``1 <= I <= N``.
    """
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"--shard wants I/N with I from 1 to N, not {text!r}.", hint="Write --shard 1/4, for example.")
    return Shard(index=int(match[1]), count=int(match[2]))


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


def _find(directory: Path) -> Path | None:
    """Find the nearest ``pyproject.toml``, here or above."""
    for folder in (directory, *directory.resolve().parents):
        candidate = folder / "pyproject.toml"
        if candidate.is_file():
            return candidate
    return None


def _read(file: Path, *, explicit: bool) -> tuple[dict[str, Any], str]:
    """Read the table from a file, and the name of its section (empty for the top of a file of its own)."""
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"--config: there is no file {_shown(file)}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{_shown(file)} cannot be read: {error}.") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{_shown(file)} is not valid TOML: {error}.") from None
    shared = _subtable(_subtable(document, "tool", file), "asgitest", file)
    table = _subtable(shared, "conformance", file)
    if table or not explicit or "tool" in document:
        app = shared.get("app")
        return ({"app": app, **table} if isinstance(app, str) else table), _SECTION
    return document, ""


def _subtable(table: dict[str, Any], key: str, file: Path) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise UsageError(f"{_shown(file)}: {key} must be a table.")
    return cast("dict[str, Any]", value)


def _check(table: dict[str, Any], place: str) -> Settings:
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        raise _explain(error.errors()[0], place) from None


def _explain(error: ErrorDetails, place: str) -> UsageError:
    """Turn pydantic's first complaint into a sentence with the nearest match."""
    path = [str(part) for part in error["loc"]]
    name = ".".join(path)
    if error["type"] == "extra_forbidden":
        hint = nearest(path[-1].replace("_", "-"), _known_keys(path[:-1]))
        return UsageError(f"{place}: there is no key {name!r}.", hint=hint)
    value = error.get("input")
    hint = ""
    if error["type"] == "literal_error" and isinstance(value, str):
        hint = nearest(value, re.findall(r"'([^']*)'", error["msg"]))
    message = error["msg"][:1].lower() + error["msg"][1:]
    return UsageError(f"{place}: {name} = {value!r} is wrong: {message}.", hint=hint)


def _known_keys(path: list[str]) -> list[str]:
    """List the keys a table may have, as they are written."""
    model: type[BaseModel] = Settings
    if path and path[0] == "identities":
        model = IdentitySettings
    elif path and path[0] == "override":
        model = OverrideSettings
    return [str(item.alias or name) for name, item in model.model_fields.items()]


def _alias(key: str) -> str:
    return key.replace("_", "-")


def _check_names(config: Config) -> None:
    """Make sure that checks and identities that are named exist."""
    s = config.settings
    for key, prefixes in (("select", s.select), ("ignore", s.ignore), ("severity", tuple(s.severity))):
        source = config.source(key)
        option = f"--{key}" if source == "command line" else f"{source}: {key}"
        validate_checks(prefixes, option=option)
    for override in s.override:
        option = f"{config.source('override')}: override {override.match!r}"
        validate_checks((*override.select, *override.ignore, *override.severity), option=option)
        if override.identity is not None and override.identity not in s.identities:
            hint = nearest(override.identity, s.identities)
            raise UsageError(f"{option}: there is no identity {override.identity!r}.", hint=hint)


def _identity(name: str, table: IdentitySettings) -> Identity:
    return Identity(
        name=name,
        headers=_expanded(table.headers, name),
        cookies=_expanded(table.cookies, name),
        query=_expanded(table.query, name),
        login=table.login,
        schemes=table.schemes,
        scopes=table.scopes,
        refused=table.refused,
    )


def _expanded(values: Mapping[str, str], identity: str) -> dict[str, str]:
    """Put environment variables where ``${NAME}`` stands."""

    def replace(match: re.Match[str]) -> str:
        try:
            return os.environ[match[1]]
        except KeyError:
            raise UsageError(f"identity {identity!r}: the environment variable {match[1]} is not set.") from None

    return {key: _VARIABLE.sub(replace, value) for key, value in values.items()}


def _override(table: OverrideSettings) -> SubjectOverride:
    return SubjectOverride(
        match=table.match,
        select=table.select,
        ignore=table.ignore,
        values=table.values,
        identity=table.identity,
        severity=table.severity,
        timeout_seconds=table.timeout,
        skip=table.skip,
    )


def _shown(file: Path | None) -> str:
    """Write a path relative to the working directory where that is shorter."""
    if file is None:
        return ""
    try:
        return str(file.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(file)
