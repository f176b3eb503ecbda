"""The end of a connection of aiohttp that leads to no socket: requests are read from it, answers written to it.

aiohttp speaks real HTTP/1.1 to it, so that its responses are its own in every respect.

Source: RFC 9112; ``asyncio.Transport``. Depends on: ``call``; h11, which every httpx has.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import h11

from asgitest.pytest_plugin.outgoing_calls.call import Answer, Failure, OutgoingCall

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Wire"]


class Wire(asyncio.Transport):
    """Looks like a connected socket to the protocol of aiohttp.

    Args:
        protocol: Of aiohttp's client.
        url: What the connection was opened for.
        take: Answers a call; may block.
        timed_out: What aiohttp raises when a receiver does not answer.
    """

    def __init__(
        self, protocol: Any, url: Any, take: Callable[[OutgoingCall], Answer], *, timed_out: type[Exception]
    ) -> None:
        super().__init__()
        self._protocol = protocol
        self._url = str(url)
        self._take = take
        self._timed_out = timed_out
        self._server = h11.Connection(h11.SERVER)
        self._request: h11.Request | None = None
        self._content = b""
        self._closed = False
        self._answering: asyncio.Task[None] | None = None

    def write(self, data: Any) -> None:
        """Take what aiohttp sends; answer when the request is whole."""
        self._server.receive_data(bytes(data))
        while True:
            event = self._server.next_event()
            if isinstance(event, h11.Request):
                self._request, self._content = event, b""
            elif isinstance(event, h11.Data):
                self._content += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self._answering = asyncio.get_running_loop().create_task(self._answer())
                return
            else:
                return

    def writelines(self, list_of_data: Any) -> None:
        """Take several parts at once."""
        self.write(b"".join(list_of_data))

    async def _answer(self) -> None:
        """Answer the request, or end the connection as it ends when nobody is there."""
        request = self._request
        if request is None:
            return
        call = OutgoingCall(
            method=request.method.decode(),
            url=urljoin(self._url, request.target.decode()),
            headers=tuple((name.decode(), value.decode("latin-1")) for name, value in request.headers),
            content=self._content,
            library="aiohttp",
        )
        try:
            answer = await asyncio.to_thread(self._take, call)
        except Failure as failure:
            error = OSError if failure.kind == "connect" else self._timed_out
            self._end(error(str(failure)))
        except Exception as error:  # noqa: BLE001  what the test told it to raise, or what the receiver raised
            self._end(error)
        else:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        """Write an answer, and be ready for the next request."""
        headers = [
            *((name.encode(), value.encode("latin-1")) for name, value in answer.headers),
            (b"content-length", b"%d" % len(answer.content)),
        ]
        sent = self._server.send(h11.Response(status_code=answer.status, headers=headers)) or b""
        sent += self._server.send(h11.Data(data=answer.content)) or b""
        sent += self._server.send(h11.EndOfMessage()) or b""
        if not self._closed:
            self._protocol.data_received(sent)
        if self._server.our_state is h11.DONE and self._server.their_state is h11.DONE:
            self._server.start_next_cycle()

    def _end(self, error: Exception | None) -> None:
        if not self._closed:
            self._closed = True
            if isinstance(error, self._timed_out):
                # As what it is; a lost connection would make another error of it.
                self._protocol.set_exception(error)
            self._protocol.connection_lost(error)

    def close(self) -> None:
        """End the connection, as the client wants it."""
        if not self._closed:
            asyncio.get_running_loop().call_soon(self._end, None)

    def abort(self) -> None:
        """End it at once."""
        self._end(None)

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return self._closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002  given
        """Nothing is known of a socket that is not there."""
        return default

    def is_reading(self) -> bool:
        """Whether the client reads; it always may."""
        return not self._closed

    def pause_reading(self) -> None:
        """An answer is given whole."""

    def resume_reading(self) -> None:
        """An answer is given whole."""

    def set_protocol(self, protocol: Any) -> None:
        """Answers go to another protocol from now on."""
        self._protocol = protocol

    def get_protocol(self) -> Any:
        """Where answers go."""
        return self._protocol
