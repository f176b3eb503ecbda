"""The response a test gets: the HTTP library's own, and what only an in-process client can know beside it.

Depends on: call, observing, http_library.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Self

from asgitest.testclient.http_library import httpx
from asgitest.testclient.observing import build_record, witnesses

if TYPE_CHECKING:
    from asgitest.testclient.asgi import Finding, Trace
    from asgitest.testclient.http_call import HTTPCall
    from asgitest.testclient.observing import ExchangeRecord

__all__ = ["Conversation", "Response", "Status", "add_debug", "build_response"]

REDACTED = "<redacted>"
_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"})


class Conversation:
    """What was said between server and app for one request.

    Args:
        call: The app call.
    """

    __slots__ = ("_call",)

    def __init__(self, call: HTTPCall) -> None:
        self._call = call

    @property
    def scope(self) -> dict[str, Any]:
        """The scope the app was called with, as the app has left it."""
        return self._call.scope

    @property
    def trace(self) -> Trace:
        """The ASGI messages in their order; ``trace.render()`` is a timeline of them."""
        return self._call.exchange.trace

    @property
    def findings(self) -> list[Finding]:
        """Every rule that the app broke, of every level."""
        return list(self._call.exchange.findings)

    @property
    def trailers(self) -> list[tuple[bytes, bytes]]:
        """Trailer fields, if the app declared and sent them."""
        return list(self._call.exchange.trailers)

    @property
    def informational(self) -> list[Any]:
        """The links of each early hint, in order."""
        return list(self._call.exchange.informational)

    @property
    def pushes(self) -> list[Any]:
        """Each server push the app asked for: path and headers."""
        return list(self._call.exchange.pushes)

    @property
    def exception(self) -> BaseException | None:
        """What the app raised, also when the client was told not to raise it."""
        return self._call.error

    def record(self) -> ExchangeRecord:
        """All of it, as those who watch clients get it."""
        return build_record(self._call)

    def __repr__(self) -> str:
        return f"<Conversation {self.scope['method']} {self.scope['path']}, {self.trace.count} messages>"


class Status(int):
    """The status of a response that knows its conversation; in every other respect an int, also in a pickle.

    Responses have one while somebody witnesses them, so that a failed comparison can be explained.
    """

    asgi: Conversation

    def __reduce__(self) -> tuple[type[int], tuple[int]]:
        return (int, (int(self),))

    def __copy__(self) -> int:
        return int(self)

    def __deepcopy__(self, memo: object) -> int:
        return int(self)


class Response(httpx.Response):
    """A response of the app; an ``httpx`` response with its ASGI conversation."""

    asgi: Conversation

    @classmethod
    def build_whole(
        cls, status: int, body: bytes, *, headers: httpx.Headers, request: httpx.Request, default_encoding: Any
    ) -> Self:
        """Build a response whose body is there, to be read or held.

        It has the attributes that the library's constructor would have set after much work: a differential test
        compares.

        Args:
            status: Of the response.
            body: As it was sent.
            headers: All of them; taken as they are.
            request: What it answers.
            default_encoding: The client's.
        """
        response: Any = cls.__new__(cls)
        response.status_code = status
        response.headers = headers
        response.request = request
        response.next_request = None
        response.extensions = {}
        response.history = []
        response.is_closed = False
        response.is_stream_consumed = False
        response.default_encoding = default_encoding
        response.stream = httpx.ByteStream(body)
        return response  # type: ignore[no-any-return]  # untyped, for the library's types are looser than these

    def belong_to(self, conversation: Conversation) -> None:
        """Know the conversation that this response is of."""
        self.asgi = conversation
        if witnesses:
            status = Status(self.status_code)
            status.asgi = self.asgi
            self.status_code = status

    def json(self, **options: Any) -> Any:
        """Read the body as JSON; the arguments are those of ``json.loads``."""
        document = super().json(**options)
        if witnesses and "asgi" in self.__dict__:
            for witness in witnesses:
                witness(document, self.asgi)
        return document

    def hold_body(self, body: bytes) -> None:
        """Take the whole body, decoded already, and be as after ``read()``.

        The two private names are what ``read()`` sets; the whole of a body costs the HTTP library three iterators.
        """
        self._content = body
        self._num_bytes_downloaded = len(body)
        self.is_stream_consumed = True
        self.is_closed = True

    def __getstate__(self) -> dict[str, Any]:
        """Leave the conversation behind: it holds the app."""
        state = dict(super().__getstate__())
        state.pop("asgi", None)
        return state

    def as_curl(self, *, redact: bool = True) -> str:
        """The request as a command of a shell: curl, which is given a body that is no text through a pipe.

        Args:
            redact: Replace the values of headers that carry credentials.
        """
        request = self.request
        parts = ["curl", "--head"] if request.method == "HEAD" else ["curl", "-X", request.method]
        for name, value in request.headers.items():
            if name in {"host", "accept-encoding", "connection", "content-length", "user-agent"}:
                continue
            shown = REDACTED if redact and name in _SECRET_HEADERS else value
            parts += ["-H", f"{name}: {shown}"]
        body = _request_body(request)
        before = ""
        if body and "content-type" not in request.headers:
            parts += ["-H", "Content-Type:"]  # or else curl says that it is a form
        if _is_text(body):
            parts += ["--data-raw", body.decode()] if body else []
        else:
            octal = "".join(f"\\{byte:03o}" for byte in body)
            before = f"printf '{octal}' | "
            parts += ["--data-binary", "@-"]
        return before + " ".join(shlex.quote(part) for part in [*parts, str(request.url)])

    def as_python(self, *, redact: bool = True) -> str:
        """The request as a call of a client named ``client``.

        Args:
            redact: Replace the values of headers that carry credentials.
        """
        request = self.request
        headers = {
            name: REDACTED if redact and name in _SECRET_HEADERS else value
            for name, value in request.headers.items()
            if name not in {"host", "accept", "accept-encoding", "connection", "content-length", "user-agent"}
        }
        arguments = [repr(request.method), repr(request.url.raw_path.decode("ascii"))]
        if headers:
            arguments.append(f"headers={headers!r}")
        body = _request_body(request)
        if body:
            arguments.append(f"content={body!r}")
        return f"client.request({', '.join(arguments)})"


def _is_text(body: bytes) -> bool:
    """Whether *body* can be an argument of a command."""
    try:
        return "\0" not in body.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _request_body(request: httpx.Request) -> bytes:
    """The body of a request, if it is still there."""
    try:
        return request.content
    except httpx.RequestNotRead:
        return b""


def build_response(call: HTTPCall, request: httpx.Request, stream: Any) -> Response:
    """Build the response of a call that has started to answer.

    Args:
        call: The app call; its status may be missing if the app raised, which gives an empty 500.
        request: What it answers.
        stream: Where its body comes from.
    """
    exchange = call.exchange
    status = exchange.status
    response = Response(500 if status is None else status, headers=exchange.headers, stream=stream, request=request)
    response.belong_to(Conversation(call))
    if exchange.trailers_expected:
        response.extensions["http.response.trailers"] = exchange.trailers
    debug = exchange.debug
    if debug is not None:
        add_debug(response, debug)
    return response


def add_debug(response: Response, debug: dict[str, Any]) -> None:
    """Show what the app told a test client about its template and context (extension ``http.response.debug``)."""
    response.extensions["http.response.debug"] = debug
    for name in ("template", "context"):
        if name in debug:
            setattr(response, name, debug[name])
