"""The shape of ``[tool.asgitest.conformance]``: pydantic models that know every key, and refuse all others.

Keys may be written with hyphens or underscores. ``${NAME}`` in the values of an identity is the environment variable.

Depends on: pydantic and the options.
"""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from asgitest.conformance.catalogue.check import Severity  # noqa: TC001  pydantic reads it
from asgitest.conformance.options import ProfileName, Whitebox  # noqa: TC001  pydantic reads them

__all__ = ["IdentitySettings", "OverrideSettings", "Settings"]


def _as_list(value: Any) -> Any:
    """Take one value for a list of one."""
    return cast("Any", value) if isinstance(value, list | tuple | dict) else [value]


def _as_lists(value: Any) -> Any:
    """Take each value of a table for a list of one."""
    if not isinstance(value, dict):
        return value
    return {key: _as_list(item) for key, item in cast("dict[str, Any]", value).items()}


Strings = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
ValuesByName = Annotated[dict[str, tuple[Any, ...]], BeforeValidator(_as_lists)]


class Table(BaseModel):
    """Base of all tables: hyphens or underscores, no unknown key."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.replace("_", "-"),
        populate_by_name=True,
    )


class IdentitySettings(Table):
    """``[identities.NAME]``: see :class:`~asgitest.conformance.options.Identity`."""

    headers: dict[str, str] = Field(default_factory=dict)
    cookies: dict[str, str] = Field(default_factory=dict)
    query: dict[str, str] = Field(default_factory=dict)
    login: str | None = None
    schemes: Strings = ()
    scopes: Strings = ()
    refused: bool = False


class OverrideSettings(Table):
    """``[[override]]``: see :class:`~asgitest.conformance.options.SubjectOverride`."""

    match: str
    select: Strings = ()
    ignore: Strings = ()
    values: ValuesByName = Field(default_factory=dict)
    identity: str | None = None
    severity: dict[str, Severity] = Field(default_factory=dict)
    timeout: float | None = Field(default=None, gt=0)
    skip: bool = False


class Settings(Table):
    """The whole table. Names, units and meanings are those of :class:`~asgitest.conformance.options.RunOptions`."""

    app: str | None = None
    factory: bool = False
    app_dir: str = "."
    schema_: str = Field(default="auto", alias="schema")
    root_path: str = ""
    base_url: str = "http://testserver"
    profile: ProfileName = "default"
    budget: float | None = Field(default=None, gt=0)
    cases: int | None = Field(default=None, ge=1)
    deterministic: bool = False
    seed: int = 0
    workers: int | None = Field(default=None, ge=0)
    select: Strings = ()
    ignore: Strings = ()
    include: Strings = ()
    exclude: Strings = ()
    tags: Strings = ()
    whitebox: Whitebox = "auto"
    fail_on: Severity = "error"
    strict: bool = False
    reset: str = "lifespan"
    timeout: float = Field(default=5.0, gt=0)
    max_findings: int | None = Field(default=None, ge=1)
    confirm: int = Field(default=2, ge=0)
    allow_remote_refs: bool = False
    allowed_hosts: Strings = ()
    allowed_origins: Strings = ()
    baseline: str | None = None
    values: ValuesByName = Field(default_factory=dict)
    websocket_messages: ValuesByName = Field(default_factory=dict)
    webhooks: dict[str, str] = Field(default_factory=dict)
    identities: dict[str, IdentitySettings] = Field(default_factory=dict)
    severity: dict[str, Severity] = Field(default_factory=dict)
    override: tuple[OverrideSettings, ...] = ()
    report: dict[str, str] = Field(default_factory=dict)
