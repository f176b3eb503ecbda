"""What is asked about one operation beside its cases: HEAD, other methods, conditions, ranges, and where it leads.

A probe starts from a request that worked and changes one thing. It is played again as a whole to be confirmed.

Source: RFC 9110. Depends on: checks, the observer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from asgitest.conformance.checks import Expectation, pairs
from asgitest.conformance.checks.lifespans import check_leaked
from asgitest.conformance.checks.refusals import check_refused
from asgitest.conformance.destinations import pattern_of
from asgitest.conformance.engine.links import check_link, linked_requests, missing_values
from asgitest.conformance.engine.locations import inside, loop, read_only_values, unreachable
from asgitest.conformance.engine.playing import Player, bind
from asgitest.conformance.engine.refusals import refused_requests
from asgitest.conformance.engine.strangers import malformed_requests, without_credentials
from asgitest.conformance.json_values import is_object
from asgitest.conformance.serialise import is_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from asgitest.conformance.checks import Violation
    from asgitest.conformance.engine.observing import Observer
    from asgitest.conformance.engine.plays import Play
    from asgitest.conformance.operation import Operation, SecurityScheme
    from asgitest.conformance.records import Exchange, Request

__all__ = ["Probed", "probe_operation"]

_SUCCESS = range(200, 300)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CREATED = 201
_NOT_FOUND = 404
_NOT_ALLOWED = 405
_METHODS = ("TRACE", "PATCH", "PUT", "DELETE", "POST")
_HUGE = 48 * 1024
_MOST_HOPS = 8
_VARIED = (
    ("Accept-Language", (b"de", b"fr;q=0.9, en;q=0.1")),
    ("Accept", (b"application/xml", b"text/html")),
    ("Origin", (b"https://asgitest.example",)),
)
_ANY_BODY = b'{"name": "asgitest"}'
_UNKNOWN = Expectation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """A violation, the exchange that shows it, and the requests that lead there."""

    violation: Violation
    exchange: Exchange
    requests: tuple[Request, ...]


def _with(request: Request, *headers: tuple[bytes, bytes], method: str | None = None) -> Request:
    """Change the method, or replace headers."""
    names = {name for name, _ in headers}
    kept = tuple((name, value) for name, value in request.headers if name not in names)
    return replace(request, method=method or request.method, headers=(*kept, *headers))


@dataclass(slots=True, kw_only=True)
class _Prober:
    """Probes one operation with one request.

    Args:
        observer: Sends and judges.
        operation: What is probed.
        others: All operations.
        base: A request that worked.
        schemes: Of security, by name.
        lead: Sent after each start, so that what the request is about is there.
        bound: The same with the request itself, when identifiers have to be put in.
    """

    observer: Observer
    operation: Operation
    others: Iterable[Operation]
    base: Request
    schemes: Mapping[str, SecurityScheme] = field(default_factory=dict[str, "SecurityScheme"])
    lead: Sequence[Request] = ()
    bound: Play | None = None

    async def _send(self, request: Request) -> Exchange:
        return await self.observer.executor.http(request)

    def _found(self, violations: Iterable[Violation], exchange: Exchange, *before: Request) -> list[Probed]:
        requests = (*before, exchange.request)
        return [Probed(violation=one, exchange=exchange, requests=requests) for one in violations]

    async def _restart(self) -> None:
        """Begin on fresh state, with what the request is about."""
        await self.observer.executor.restart()
        if self.bound is None:
            for request in self.lead:
                await self._send(request)
            return
        player = Player(observer=self.observer)
        await player.play(replace(self.bound, steps=self.bound.steps[:-1]))
        self.base = bind(self.bound.steps[-1].request, player.known) or self.base

    async def all(self) -> AsyncIterator[Probed]:
        """Play all probes."""
        await self._restart()
        plain = await self._send(self.base)
        if plain.hung or plain.response is None:
            return
        sources = [self._methods(plain), self._huge_header(plain), self._location(plain), self._read_only()]
        if plain.status in _SUCCESS:
            sources += [self._cut(), self._links(plain), self._refused()]
        sources.append(self._strangers(plain))
        if self.operation.method == "GET" and plain.status in _SUCCESS and not plain.response.truncated:
            sources = [self._reading(plain), *sources]
        for source in sources:
            async for probed in source:
                yield probed

    async def _refused(self) -> AsyncIterator[Probed]:
        """As those whom the app must refuse."""
        for identity, request in refused_requests(self.base, self.operation, self.observer.identities):
            await self._restart()
            exchange = await self._send(request)
            for probed in self._found(check_refused(exchange, identity=identity.name), exchange):
                yield probed

    async def _links(self, plain: Exchange) -> AsyncIterator[Probed]:
        """What the response says one can go on with."""
        for probed in self._found(missing_values(plain, self.operation, self.others), plain):
            yield probed
        for name, target, request in linked_requests(plain, self.operation, self.others):
            exchange = await self._send(_with(request, *self._credentials()))
            for probed in self._found(check_link(name, target, exchange), exchange, self.base):
                yield probed

    async def _strangers(self, plain: Exchange) -> AsyncIterator[Probed]:
        """Requests without credentials, and with ones that nobody has."""
        bare = without_credentials(self.base, self.operation, self.schemes)
        if bare is None:
            return
        if plain.status in _SUCCESS:
            exchange = await self._send(bare)
            for probed in self._found(pairs.check_ignored_security(exchange), exchange):
                yield probed
        for request in malformed_requests(bare, self.operation, self.schemes):
            exchange = await self._send(request)
            found = self.observer.judge.judge(exchange, None, _UNKNOWN)
            for probed in self._found(found, exchange):
                yield probed

    async def _reading(self, plain: Exchange) -> AsyncIterator[Probed]:
        """What holds for GET that succeeds."""
        again = await self._send(self.base)
        for probed in self._found(pairs.check_repeated(plain, again), again, self.base):
            yield probed
        if again.response is None or plain.response is None or again.status != plain.status:
            return
        for probed in self._found(check_leaked(plain, again, self.observer.executor.state), again, self.base):
            yield probed
        head = await self._send(_with(self.base, method="HEAD"))
        framework = self.observer.judge.framework
        steady = again.response.body == plain.response.body
        for probed in self._found(pairs.check_head(again, head, framework=framework), head, self.base):
            if steady or probed.violation.cause == ("status",):
                yield probed
        async for probed in self._validators(again):
            yield probed
        compressed = await self._send(_with(self.base, (b"accept-encoding", b"gzip")))
        for probed in self._found(pairs.check_compressed(compressed), compressed):
            yield probed
        if steady:
            async for probed in self._variants(again):
                yield probed

    async def _validators(self, plain: Exchange) -> AsyncIterator[Probed]:
        """Conditions and ranges, where the app offers them."""
        assert plain.response is not None  # noqa: S101  asked before
        for name, header in (("ETag", b"if-none-match"), ("Last-Modified", b"if-modified-since")):
            value = plain.response.header(name.lower().encode())
            if value is not None:
                exchange = await self._send(_with(self.base, (header, value)))
                for probed in self._found(pairs.check_conditional(plain, exchange, name), exchange, self.base):
                    yield probed
        if plain.response.header(b"accept-ranges") == b"bytes" and len(plain.response.body) > 1:
            exchange = await self._send(_with(self.base, (b"range", b"bytes=0-0")))
            found = [*pairs.check_range(plain, exchange)]
            found += pairs.check_partial(exchange.response) if exchange.response is not None else ()
            for probed in self._found(found, exchange, self.base):
                yield probed

    async def _variants(self, plain: Exchange) -> AsyncIterator[Probed]:
        """The same with one header more, and with documented defaults written out."""
        for name, values in _VARIED:
            for value in values:
                exchange = await self._send(_with(self.base, (name.lower().encode(), value)))
                for probed in self._found(pairs.check_varied(plain, exchange, name), exchange, self.base):
                    yield probed
        async for probed in self._defaults():
            yield probed

    async def _defaults(self) -> AsyncIterator[Probed]:
        """Each optional query parameter left out, and sent with its default."""
        path, _, query = self.base.target.partition(b"?")
        for parameter in self.operation.parameters_in("query"):
            default = parameter.schema.get("default")
            if parameter.required or not isinstance(default, str | int | float):
                continue
            name = quote(parameter.name).encode()
            pairs_left = [pair for pair in query.split(b"&") if pair and pair.partition(b"=")[0] != name]
            text = str(default).lower() if isinstance(default, bool) else str(default)
            written = name + b"=" + quote(text, safe="").encode()
            left_out = replace(self.base, target=b"?".join([path, b"&".join(pairs_left)]) if pairs_left else path)
            given = replace(self.base, target=path + b"?" + b"&".join([*pairs_left, written]))
            first, second, third = await self._send(left_out), await self._send(given), await self._send(left_out)
            if first.response is None or third.response is None or first.response.body != third.response.body:
                continue
            for probed in self._found(pairs.check_default(first, second, parameter.name), second, left_out):
                yield probed

    async def _cut(self) -> AsyncIterator[Probed]:
        """The body in two messages, each time on fresh state; where no body is described, any body."""
        whole = self.base
        if not self.operation.bodies and self.operation.method in {"POST", "PUT", "PATCH"}:
            whole = replace(self.base, body=whole.body or _ANY_BODY)
        size = len(whole.body)
        if size < 2:  # noqa: PLR2004  it cannot be cut
            return
        exchanges: list[Exchange] = []
        for request in (whole, whole, replace(whole, chunks=(size // 2, size - size // 2))):
            await self._restart()
            exchanges.append(await self._send(request))
        first, second, cut = exchanges
        for probed in self._found(pairs.check_cut(first, second, cut), cut):
            yield probed

    async def _read_only(self) -> AsyncIterator[Probed]:
        """Each read-only property of a JSON body, sent with a value of its type."""
        body = next((one for one in self.operation.bodies if is_json(one.media_type)), None)
        try:
            value = json.loads(self.base.body) if body is not None and self.base.body else None
        except (ValueError, RecursionError):
            return
        if body is None or not is_object(value):
            return
        for name, given in read_only_values(body.schema):
            content = json.dumps({**value, name: given}).encode()
            length = (b"content-length", str(len(content)).encode())
            named = any(header == b"content-length" for header, _ in self.base.headers)
            request = replace(_with(self.base, length) if named else self.base, body=content, chunks=())
            exchange = await self._send(request)
            for probed in self._found(pairs.check_read_only(exchange, name, given), exchange):
                yield probed

    async def _methods(self, plain: Exchange) -> AsyncIterator[Probed]:
        """Methods that nothing documents for this path, and OPTIONS."""
        path = self.base.target.partition(b"?")[0].decode("latin-1")
        known = {one.method for one in self.others if pattern_of(one.path).fullmatch(path)}
        bare = replace(self.base, body=b"", chunks=(), headers=self._credentials())
        told = self.operation.documented or (self.operation.handler is not None and not self.operation.hidden)
        for method in [name for name in _METHODS if told and name not in known][:2]:
            exchange = await self._send(_with(bare, method=method))
            found = [*pairs.check_other_method(exchange)] if plain.status != _NOT_FOUND else []
            found += self.observer.judge.judge(exchange, None, _UNKNOWN)
            for probed in self._found(found, exchange):
                yield probed
        if "OPTIONS" not in known:
            exchange = await self._send(_with(bare, method="OPTIONS"))
            for probed in self._found(pairs.check_options(exchange, self.operation.method), exchange):
                yield probed

    def _credentials(self) -> tuple[tuple[bytes, bytes], ...]:
        """The headers that say who asks."""
        return tuple(pair for pair in self.base.headers if pair[0] in {b"authorization", b"cookie", b"host"})

    async def _huge_header(self, plain: Exchange) -> AsyncIterator[Probed]:
        """A header of many KiB, and a cookie."""
        for name, value in ((b"x-asgitest", b"a" * _HUGE), (b"cookie", b"asgitest=" + b"a" * 8000)):
            if any(name == header for header, _ in self.base.headers):
                continue
            if self.base.method != "GET":
                await self._restart()
            exchange = await self._send(_with(self.base, (name, value)))
            for probed in self._found(pairs.check_huge_header(plain, exchange), exchange, self.base):
                yield probed

    async def _location(self, plain: Exchange) -> AsyncIterator[Probed]:
        """Where a redirect or a creation leads."""
        exchange, visited = plain, [self.base]
        while exchange.response is not None and len(visited) <= _MOST_HOPS:
            location = exchange.response.header(b"location")
            if location is None or exchange.status not in {*_REDIRECTS, _CREATED}:
                return
            target = self._below_root(inside(visited[-1].target, location, self._hosts()))
            if target is None:
                return
            keeps = exchange.status in {307, 308}
            following = replace(
                self.base if keeps else replace(self.base, method="GET", body=b"", chunks=()), target=target
            )
            exchange = await self._send(following)
            if following in visited:
                cookies = exchange.response is not None and exchange.response.header(b"set-cookie") is not None
                if not cookies:
                    yield Probed(violation=loop(visited), exchange=exchange, requests=tuple(visited))
                return
            visited.append(following)
            if exchange.status == _NOT_FOUND:
                violation = unreachable(location, plain.status)
                yield Probed(violation=violation, exchange=exchange, requests=tuple(visited))

    def _below_root(self, target: bytes | None) -> bytes | None:
        """Take the root path off a target: the server puts it before every path."""
        root = self.observer.executor.root_path.encode()
        return target.removeprefix(root) or b"/" if target is not None and root else target

    def _hosts(self) -> frozenset[str]:
        named = [value.decode("latin-1") for name, value in self.base.headers if name == b"host"]
        return frozenset({*named, self.observer.executor.host})


async def probe_operation(
    observer: Observer,
    operation: Operation,
    others: Iterable[Operation],
    *,
    base: Request,
    schemes: Mapping[str, SecurityScheme] = MappingProxyType({}),
    lead: Sequence[Request] = (),
    bound: Play | None = None,
) -> list[Probed]:
    """Play all probes of an operation on fresh state.

    Args:
        observer: Sends and judges.
        operation: What is probed.
        others: All operations.
        base: A request that worked.
        schemes: Of security, by name.
        lead: What was sent before it, so that what it is about is there.
        bound: The same with the request itself, when identifiers have to be put in.
    """
    prober = _Prober(
        observer=observer,
        operation=operation,
        others=tuple(others),
        base=base,
        schemes=schemes,
        lead=tuple(lead),
        bound=bound,
    )
    return [probed async for probed in prober.all()]
