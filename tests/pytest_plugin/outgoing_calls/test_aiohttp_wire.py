"""The end of a connection of aiohttp that leads to no socket."""

from __future__ import annotations

import asyncio

from asgitest.pytest_plugin.outgoing_calls.aiohttp_wire import Wire
from asgitest.pytest_plugin.outgoing_calls.call import Answer, OutgoingCall


class Protocol:
    def __init__(self) -> None:
        self.received = b""
        self.lost: list[Exception | None] = []

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, error: Exception | None) -> None:
        self.lost.append(error)


def make(protocol: Protocol, calls: list[OutgoingCall]) -> Wire:
    def take(call: OutgoingCall) -> Answer:
        calls.append(call)
        return Answer(headers=(("x", "y"),), content=b"ok")

    return Wire(protocol, "https://a.example/start", take, timed_out=TimeoutError)


async def answered(wire: Wire) -> None:
    assert wire._answering is not None
    await wire._answering


def test_a_request_in_pieces_is_answered_once_it_is_whole() -> None:
    async def run() -> None:
        protocol, calls = Protocol(), list[OutgoingCall]()
        wire = make(protocol, calls)
        wire.write(b"POST /x?y HTTP/1.1\r\nhost: a.example\r\n")
        wire.writelines([b"content-length: 3\r\n\r\n", b"a"])
        assert wire._answering is None
        wire.write(b"bc")
        await answered(wire)
        assert (calls[0].url, calls[0].content) == ("https://a.example/x?y", b"abc")
        assert protocol.received.startswith(b"HTTP/1.1 200 ")
        assert protocol.received.endswith(b"content-length: 2\r\n\r\nok")

    asyncio.run(run())


def test_an_answer_to_a_client_that_has_left_is_dropped() -> None:
    async def run() -> None:
        protocol = Protocol()
        wire = make(protocol, [])
        wire.write(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        wire.abort()
        wire.close()
        await answered(wire)
        assert (protocol.received, protocol.lost) == (b"", [None])

    asyncio.run(run())


def test_it_looks_like_a_transport() -> None:
    async def run() -> None:
        protocol, other = Protocol(), Protocol()
        wire = make(protocol, [])
        wire.pause_reading()
        wire.resume_reading()
        assert wire.get_extra_info("socket", 7) == 7
        assert wire.is_reading()
        assert wire.get_protocol() is protocol
        wire.set_protocol(other)
        wire.close()
        await asyncio.sleep(0)
        assert wire.is_closing()
        assert other.lost == [None]

    asyncio.run(run())
