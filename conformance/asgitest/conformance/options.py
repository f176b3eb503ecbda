"""What one run of the engine is told: the plain values that come from the command line and the configuration.

Every value can be pickled, so that worker processes are told the same. Nothing here is looked up or imported; the
configuration has done the checking before.

Depends on: the catalogue's words for severities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgitest.conformance.catalogue.check import Severity

__all__ = ["PROFILES", "Identity", "Profile", "RunOptions", "Shard", "SubjectOverride", "Whitebox"]

Whitebox = Literal["auto", "off", "line", "ast"]
ProfileName = Literal["quick", "default", "thorough"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How much a run does when neither ``--budget`` nor ``--cases`` says it.

    Args:
        budget_seconds: Wall-clock seconds for the whole run.
        cases: Cases for each subject, when the budget is counted in cases (deterministic runs).
    """

    budget_seconds: float
    cases: int


PROFILES: dict[ProfileName, Profile] = {
    "quick": Profile(budget_seconds=10.0, cases=100),
    "default": Profile(budget_seconds=60.0, cases=500),
    "thorough": Profile(budget_seconds=600.0, cases=5000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody the app knows, or must refuse.

    Args:
        name: How the configuration calls it.
        headers: Sent with every request made as this identity.
        cookies: Likewise.
        query: Query parameters sent likewise (API keys in the query).
        login: ``module:callable``; called with a client, returns headers. Runs once for each fresh state.
        schemes: Names of the security schemes it satisfies; empty means all of them.
        scopes: OAuth2 scopes it holds.
        refused: Whether the app must refuse it.
    """

    name: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    cookies: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    login: str | None = None
    schemes: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectOverride:
    """What holds only for the subjects that match.

    Args:
        match: A pattern as for ``--include``: ``GET /items/*``, ``/admin/*``, ``WS /chat``.
        select: Checks to run there; empty means those of the run.
        ignore: Checks not to run there, added to those of the run.
        values: Path and query values by parameter name, before those of the run.
        identity: The identity to use there.
        severity: Severities by check id or prefix.
        timeout_seconds: The deadline of one case there.
        skip: Whether to leave the subject out.
    """

    match: str
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    identity: str | None = None
    severity: Mapping[str, Severity] = field(default_factory=dict[str, "Severity"])
    timeout_seconds: float | None = None
    skip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One part of a run that is split over machines.

    Args:
        index: Which part, counted from 1.
        count: How many parts there are.
    """

    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Everything a run is told. Only the target has no default.

    Args:
        target: ``module:attribute``; None asks for discovery.
        factory: Whether the attribute is called without arguments to get the app.
        app_dir: Prepended to ``sys.path`` before the import; also where discovery looks.
        schema: ``auto`` (ask the framework, then ``/openapi.json``), ``none``, a path the app serves,
            or a file.
        root_path: The prefix the app is told it is served under.
        base_url: What absolute URLs in reproductions begin with.
        profile: How much to do.
        budget_seconds: Wall-clock budget; None takes the profile's.
        cases: Cases for each subject; given, or with *deterministic*, the budget is counted in cases.
        deterministic: Whether the result may depend on nothing but the seed.
        seed: Of all randomness; random numbers are keyed by subject.
        workers: Worker processes; None lets the engine decide, 0 keeps everything in this process.
        shard: The part of the subjects to run; None is all.
        select: Check ids or prefixes to run; empty means all.
        ignore: Check ids or prefixes not to run.
        include: Subjects to test (patterns); empty means all.
        exclude: Subjects not to test (patterns).
        tags: Only operations with one of these tags; empty means all.
        whitebox: How the app's own code is watched.
        fail_on: The least severity that makes the run fail.
        strict: Whether framework traits are reported as findings again.
        reset: How state is reset between cases: ``none``, ``lifespan``, ``factory``, ``process``,
            or ``module:callable``.
        timeout_seconds: The deadline of one case.
        max_findings: Stop after so many; None goes on.
        confirm: How often a finding is executed again on fresh state before it is reported.
        allow_remote_refs: Whether a remote ``$ref`` may be fetched.
        identities: Who to send requests as.
        values: Path and query values by parameter name; ``METHOD /path parameter`` for one operation only.
        websocket_messages: Sample messages by route path (``*`` for all): text, bytes, or values sent as JSON.
        allowed_hosts: Hosts the app is meant to answer to.
        allowed_origins: Origins the app is meant to trust.
        webhooks: ``module:callable`` by webhook name; called to make the app send it.
        overrides: What holds only for some subjects.
        severity: Severities by check id or prefix.
    """

    target: str | None
    factory: bool = False
    app_dir: Path = Path()
    schema: str = "auto"
    root_path: str = ""
    base_url: str = "http://testserver"
    profile: ProfileName = "default"
    budget_seconds: float | None = None
    cases: int | None = None
    deterministic: bool = False
    seed: int = 0
    workers: int | None = None
    shard: Shard | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    whitebox: Whitebox = "auto"
    fail_on: Severity = "error"
    strict: bool = False
    reset: str = "lifespan"
    timeout_seconds: float = 5.0
    max_findings: int | None = None
    confirm: int = 2
    allow_remote_refs: bool = False
    identities: tuple[Identity, ...] = ()
    values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    websocket_messages: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, "tuple[Any, ...]"])
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    webhooks: Mapping[str, str] = field(default_factory=dict[str, str])
    overrides: tuple[SubjectOverride, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict[str, "Severity"])

    @property
    def effective_budget_seconds(self) -> float:
        """The budget in seconds: the one given, or the profile's."""
        return self.budget_seconds if self.budget_seconds is not None else PROFILES[self.profile].budget_seconds

    @property
    def effective_cases(self) -> int:
        """The cases for each subject: those given, or the profile's."""
        return self.cases if self.cases is not None else PROFILES[self.profile].cases
