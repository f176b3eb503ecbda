"""What a run found, as it crosses file and process boundaries: pydantic models with a published JSON Schema.

The JSON report is ``Run.model_dump_json()``; the schema in ``docs/schemas/`` is built from these models. Fields are
only ever added; a change that breaks readers raises :data:`SCHEMA_VERSION`.

Depends on: pydantic and the words of the catalogue.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from asgitest.conformance.catalogue.check import Confidence, Origin, Severity  # noqa: TC001  pydantic reads them

__all__ = [
    "SCHEMA_VERSION",
    "Body",
    "Evidence",
    "ExceptionRecord",
    "Finding",
    "Frame",
    "HTTPStep",
    "LifespanStep",
    "Location",
    "Reproduction",
    "Run",
    "Scenario",
    "SeenResponse",
    "SentRequest",
    "SocketMessage",
    "SpecReference",
    "Statistics",
    "Step",
    "WebSocketStep",
]

SCHEMA_VERSION = 1


class Record(BaseModel):
    """Base of all models: frozen, and strict about unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Body(Record):
    """Bytes as a report can carry them.

    Args:
        text: The content when it is UTF-8.
        base64: The content otherwise.
        size_bytes: How long it was before it was cut.
        truncated: Whether it was cut.
    """

    text: str | None = None
    base64: str | None = None
    size_bytes: int = 0
    truncated: bool = False


class Location(Record):
    """A place in source: 1-based line, file relative to the working directory where that is possible."""

    file: str
    line: int = Field(ge=1)
    qualname: str = ""


class Frame(Record):
    """One frame of a traceback.

    Args:
        file: As in :class:`Location`.
        line: 1-based.
        qualname: Of the function.
        source: The source line, stripped.
        app: Whether it is the app's own code and not a package's.
    """

    file: str
    line: int
    qualname: str = ""
    source: str = ""
    app: bool = False


class ExceptionRecord(Record):
    """An exception the app let escape, or hid behind a tidy answer.

    Args:
        type: Qualified name of its class.
        message: ``str()`` of it.
        frames: Innermost last.
        cause: Type and message of what it was raised from.
    """

    type: str
    message: str = ""
    frames: tuple[Frame, ...] = ()
    cause: str | None = None


class SpecReference(Record):
    """A document and the section that decides."""

    document: str
    section: str = ""
    url: str = ""


class SentRequest(Record):
    """A request as it was sent: the target percent-encoded, header names in lower case."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: Body | None = None


class SeenResponse(Record):
    """A response as it was seen."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: Body | None = None


class Evidence(Record):
    """What was seen: an exchange, a WebSocket session, a lifespan, a part of the schema, or something logged.

    Args:
        kind: What it is.
        title: One line about it.
        request: For HTTP, and for the handshake of a WebSocket.
        response: For HTTP, and for a denial.
        messages: The ASGI messages as a trace shows them, one a line.
        notes: Lines of text: a schema path, a log record.
    """

    kind: Literal["http", "websocket", "lifespan", "schema", "log", "outgoing"]
    title: str = ""
    request: SentRequest | None = None
    response: SeenResponse | None = None
    messages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class HTTPStep(Record):
    """One request of a scenario. *body* is base64 in JSON; *identity* names who sends it, without its headers."""

    kind: Literal["http"] = "http"
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    chunks: tuple[int, ...] = ()
    """Sizes of the ``http.request`` messages the body is cut into; empty means one."""
    identity: str = ""
    disconnect_after: int | None = None
    """The client leaves after so many response messages."""


class SocketMessage(Record):
    """One message of a WebSocket: *text* or *data*, the other is None. *data* is base64 in JSON."""

    text: str | None = None
    data: bytes | None = None


class WebSocketStep(Record):
    """One WebSocket session of a scenario: what the client sends, with None for "wait for a message of the app"."""

    kind: Literal["websocket"] = "websocket"
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()
    identity: str = ""
    sends: tuple[SocketMessage | None, ...] = ()
    close_code: int | None = 1000
    """How the client closes in the end; None means it is lost without closing."""


class LifespanStep(Record):
    """One lifespan cycle of a scenario: startup and, unless cut short, shutdown."""

    kind: Literal["lifespan"] = "lifespan"
    shutdown: bool = True


Step = Annotated[HTTPStep | WebSocketStep | LifespanStep, Field(discriminator="kind")]


class Scenario(Record):
    """Everything that has to be sent to see a finding again.

    Args:
        target: Import string of the app; empty when there is none.
        factory: Whether it is a factory.
        app_dir: Where it is imported from.
        root_path: The prefix it is told.
        lifespan: Whether the lifespan runs around the steps.
        base_url: Scheme, host and port of the requests.
        steps: In order.
    """

    target: str = ""
    factory: bool = False
    app_dir: str = "."
    root_path: str = ""
    lifespan: bool = True
    base_url: str = "http://testserver"
    steps: tuple[Step, ...] = ()


class Reproduction(Record):
    """How to see a finding again.

    Args:
        curl: One curl command a step, or None where curl cannot say it.
        python: A snippet that uses ``asgitest.testclient``.
        replay: The command that replays it from a report.
        scenario: The same as data.
        seed_path: ``seed/family/subject/index`` of the case it was found with.
        verified: Whether the snippet was executed and failed again.
    """

    curl: str | None = None
    python: str = ""
    replay: str = ""
    scenario: Scenario | None = None
    seed_path: str = ""
    verified: bool = False


class Finding(Record):
    """One fault, once: occurrences of the same cause are counted, not repeated.

    Args:
        check: Id of the check.
        operation: The first subject: ``METHOD /path/{template}``, ``WS /path/{template}``, ``LIFESPAN``, ``SCHEMA``
            or ``APP``.
        severity: error, warning or info.
        confidence: certain, firm or tentative.
        origin: Who is to blame.
        title: What is wrong, in one line.
        message: The same with the values of this case; may be several lines.
        expected: What should have been seen.
        actual: What was.
        fingerprint: Identity of the cause (see :mod:`asgitest.conformance.fingerprint`).
        location: The handler, or the frame that raised.
        spec: The documents that decide.
        exception: What escaped, if something did.
        evidence: What was seen, the first occurrence.
        reproduction: How to see it again.
        quirk: Id of the framework trait this is, if it is one.
        count: How many cases showed it.
        flaky: Whether it was not seen again on fresh state. Never fails a run.
        subjects: All operations that showed it.
        status: new, known (in the baseline), expired (was in the baseline), fixed (only there).
        rule: Id of the ASGI rule, where one was broken.
        schemathesis: Code of the Schemathesis check that reported it (the bridge).
    """

    check: str
    operation: str
    severity: Severity
    confidence: Confidence = "certain"
    origin: Origin = "app"
    title: str
    message: str = ""
    expected: str = ""
    actual: str = ""
    fingerprint: str
    location: Location | None = None
    spec: tuple[SpecReference, ...] = ()
    exception: ExceptionRecord | None = None
    evidence: tuple[Evidence, ...] = ()
    reproduction: Reproduction | None = None
    quirk: str | None = None
    count: int = Field(default=1, ge=1)
    flaky: bool = False
    subjects: tuple[str, ...] = ()
    status: Literal["new", "known", "expired", "fixed"] = "new"
    rule: str | None = None
    schemathesis: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What people type: the first characters of the fingerprint."""
        return self.fingerprint[:10]


class Statistics(Record):
    """What a run did.

    Args:
        cases: Cases sent, confirmations not counted.
        cpu_seconds: Of all processes.
        wall_seconds: From start to end.
        branches: Branches of the app's code reached; None without white box.
        branches_total: Branches there are.
        by_family: Cases by family.
        by_subject: Cases by subject.
        workers_replaced: Worker processes that died.
    """

    cases: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    branches: int | None = None
    branches_total: int | None = None
    by_family: dict[str, int] = Field(default_factory=dict)
    by_subject: dict[str, int] = Field(default_factory=dict)
    workers_replaced: int = 0


class Run(Record):
    """One run: what was tested, how, and what was found. The engine returns it, the JSON report is it.

    Args:
        schema_version: Of this document.
        tool: Always ``asgitest``.
        versions: Of Python, asgitest and the frameworks.
        target: What was tested.
        started: ISO 8601, UTC.
        seed: Of all randomness.
        profile: How much was asked for.
        fail_on: The least severity that fails the run.
        shard: ``I/N`` when this is a part.
        subjects: All subjects in the selection.
        checks: All checks that ran.
        schema_hash: SHA-256 of the OpenAPI documents, empty without.
        statistics: What was done.
        findings: Sorted by severity, check and operation.
        notes: Sentences about the run itself: what was skipped and why.
        internal_errors: Tracebacks of the tool's own faults, one for each subject that could not be tested for one.
        interrupted: Whether it was stopped before its end.
    """

    schema_version: int = SCHEMA_VERSION
    tool: Literal["asgitest"] = "asgitest"
    versions: dict[str, str] = Field(default_factory=dict)
    target: str
    started: str = ""
    seed: int = 0
    profile: str = "default"
    fail_on: Severity = "error"
    shard: str | None = None
    subjects: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    schema_hash: str = ""
    statistics: Statistics = Field(default_factory=Statistics)
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    internal_errors: tuple[str, ...] = ()
    interrupted: bool = False
