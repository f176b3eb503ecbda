"""What a document says about an operation, as plain values: everything generators and checks need, refs resolved.

Schemas are JSON Schema 2020-12, self-contained: what they refer to stands under ``$defs``.

Source: OpenAPI 3.0.4, 3.1.1 and 3.2.0, Operation Object and below. Depends on: the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ABSENT",
    "Absent",
    "Body",
    "Callback",
    "Content",
    "Encoding",
    "Handler",
    "Header",
    "Operation",
    "Parameter",
    "ParameterLocation",
    "Problem",
    "Response",
    "Schema",
    "SecurityScheme",
]

Schema = dict[str, Any]
ParameterLocation = Literal["path", "query", "header", "cookie", "querystring"]


class Absent:
    """The type of :data:`ABSENT`; None is a value in JSON."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with a document, before anything is sent.

    Args:
        check: Id of the check it belongs to.
        pointer: JSON pointer to the place, with ``#`` before it.
        message: What is wrong there, one sentence.
    """

    check: str
    pointer: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """Where the code of an operation stands."""

    file: str
    line: int
    qualname: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Parameter:
    """One parameter of an operation.

    Args:
        name: As on the wire.
        location: Where it is sent.
        required: Whether it must be.
        schema: What values it takes.
        style: How arrays and objects are written.
        explode: Whether each item or property is written for itself.
        allow_reserved: Whether reserved characters stay as they are in a query.
        content_type: For a parameter that has ``content`` instead of a schema.
        examples: Documented ones, in order.
        documented: False for a placeholder of a path that nobody described.
    """

    name: str
    location: ParameterLocation
    required: bool = False
    schema: Schema = field(default_factory=dict[str, Any])
    style: str = "simple"
    explode: bool = False
    allow_reserved: bool = False
    content_type: str | None = None
    examples: tuple[Any, ...] = ()
    documented: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How one property of a form is written.

    Args:
        content_type: Media type of the part; None for the default of its type.
        style: As for a query parameter.
        explode: Likewise.
    """

    content_type: str | None = None
    style: str = "form"
    explode: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Body:
    """One media type a request body may have.

    Args:
        media_type: As documented, maybe a range.
        schema: What values it takes.
        item_schema: Of each item of a sequential media type (OpenAPI 3.2).
        required: Whether there must be a body.
        encoding: By property, for forms.
        examples: Documented ones, in order.
    """

    media_type: str
    schema: Schema = field(default_factory=dict[str, Any])
    item_schema: Schema | None = None
    required: bool = False
    encoding: Mapping[str, Encoding] = field(default_factory=dict[str, Encoding])
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """One media type of a response: a schema (None when nothing is said), or one for each item."""

    schema: Schema | None = None
    item_schema: Schema | None = None
    examples: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Header:
    """A documented response header."""

    name: str
    required: bool = False
    schema: Schema = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Response:
    """A documented response.

    Args:
        status: ``200``, ``2XX`` or ``default``.
        description: Of the document.
        content: By media type; empty when no body is documented.
        headers: By name in lower case.
        links: As in the document.
    """

    status: str
    description: str = ""
    content: Mapping[str, Content] = field(default_factory=dict[str, Content])
    headers: Mapping[str, Header] = field(default_factory=dict[str, Header])
    links: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Callback:
    """A request the app sends: a callback of an operation, or a webhook.

    Args:
        name: In the document.
        expression: The URL as a runtime expression; empty for a webhook.
        method: In upper case.
        bodies: What the app sends.
        responses: What the receiver may answer, by status.
        pointer: Where it stands in the document.
    """

    name: str
    expression: str = ""
    method: str
    bodies: tuple[Body, ...] = ()
    responses: Mapping[str, Response] = field(default_factory=dict[str, Response])
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """A documented security scheme.

    Args:
        name: In the document.
        type: ``apiKey``, ``http``, ``oauth2``, ``openIdConnect`` or ``mutualTLS``.
        location: Where an API key is sent.
        parameter: What an API key is called there.
        scheme: Of HTTP authentication, in lower case.
        scopes: All scopes of all flows.
        root_path: The mount whose document defines it.
    """

    name: str
    type: str
    location: str = ""
    parameter: str = ""
    scheme: str = ""
    scopes: tuple[str, ...] = ()
    root_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Operation:
    """One operation.

    Args:
        method: In upper case.
        path: Full template, the paths of mounts included.
        operation_id: Of the document.
        tags: Of the document.
        parameters: Those of the path item included.
        bodies: One for each documented media type; empty when no body is documented.
        responses: By status.
        security: Alternatives, each a mapping of scheme to scopes; an empty mapping allows no authentication at all.
        callbacks: What the app may send because of it.
        servers: URLs, of the operation or of what is above it.
        deprecated: Whether it is.
        root_path: Template of the mounts above.
        document_path: The path as it stands in the document, empty when there is none.
        handler: Where its code stands.
        pointer: Where it stands in the document.
        documented: False for a route that is in no schema.
        hidden: Whether the framework was told to leave it out of the schema.
    """

    method: str
    path: str
    operation_id: str | None = None
    tags: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    bodies: tuple[Body, ...] = ()
    responses: Mapping[str, Response] = field(default_factory=dict[str, Response])
    security: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    callbacks: tuple[Callback, ...] = ()
    servers: tuple[str, ...] = ()
    deprecated: bool = False
    root_path: str = ""
    document_path: str = ""
    handler: Handler | None = None
    pointer: str = ""
    documented: bool = True
    hidden: bool = False

    @property
    def label(self) -> str:
        """``METHOD /path/{template}``."""
        return f"{self.method} {self.path}"

    def parameters_in(self, location: str) -> tuple[Parameter, ...]:
        """The parameters of one location."""
        return tuple(parameter for parameter in self.parameters if parameter.location == location)

    def parameter(self, location: str, name: str) -> Parameter | None:
        """One parameter; names of headers are compared without case."""
        fold = str.lower if location == "header" else str
        for parameter in self.parameters:
            if parameter.location == location and fold(parameter.name) == fold(name):
                return parameter
        return None
