"""Reads the settings from where they were made, and refuses what they cannot be.

Depends on: pytest, ``options``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from asgitest.pytest_plugin.options import OPTIONS, Option, Settings, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["check_names", "read_settings"]

_MISSING = object()


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


def check_names(config: pytest.Config) -> None:
    """Refuse settings in pytest's configuration that look like ours and are nobody's.

    Raises:
        pytest.UsageError: With the nearest one that exists.
    """
    known = [option.ini_name for option in OPTIONS if option.ini]
    # pytest has no public list of what its configuration holds; without this one, it warns of such names itself.
    for name in getattr(config, "_inicfg", ()):
        if name.startswith("asgi_") and name not in known:
            try:
                config.getini(name)
            except ValueError:
                raise pytest.UsageError(f"there is no setting {name!r}.{nearest(name, known)}") from None


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
