"""Header fields of responses, handshakes and trailers: their shape, their syntax, and which of them an app may set.

A pair of name and value that was found clean once is not looked at again.

Source: ASGI ``www``, Response Start; RFC 9110, sections 5 and 8.6; RFC 9113, section 8.2.
Depends on: findings, rules.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from asgitest.testclient.asgi.findings import Problem, show
from asgitest.testclient.asgi.kinds import class_of, is_dict
from asgitest.testclient.asgi.rules import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Fields", "check_announced", "check_fields", "check_trailer_fields", "content_length"]

Pair = tuple[bytes, bytes]

_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BREAKS = re.compile(rb"[\r\n\0]")
_CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UPPER = re.compile(rb"[A-Z]")
_DIGITS = re.compile(rb"[0-9]+")
_SPACES = frozenset({b" ", b"\t"})
_MAX_DIGITS = 19  # of 64 bits; no body is longer

CONNECTION_FIELDS = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"upgrade"})
SINGLETONS = frozenset(
    {
        b"access-control-allow-credentials",
        b"access-control-allow-origin",
        b"access-control-max-age",
        b"age",
        b"content-disposition",
        b"content-location",
        b"content-range",
        b"content-type",
        b"date",
        b"etag",
        b"expires",
        b"last-modified",
        b"location",
        b"retry-after",
        b"strict-transport-security",
    }
)
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_SPECIAL = SINGLETONS | CONNECTION_FIELDS | _FRAMING
_NOT_IN_TRAILERS = (
    _FRAMING
    | CONNECTION_FIELDS
    | frozenset(
        {
            b"age",
            b"authorization",
            b"cache-control",
            b"content-encoding",
            b"content-range",
            b"content-type",
            b"cookie",
            b"date",
            b"expires",
            b"host",
            b"location",
            b"max-forwards",
            b"proxy-authenticate",
            b"proxy-authorization",
            b"retry-after",
            b"set-cookie",
            b"te",
            b"trailer",
            b"vary",
            b"warning",
            b"www-authenticate",
        }
    )
)


class Verdict(NamedTuple):
    """What is known about one pair: its name in lower case, and what is wrong with it."""

    name: bytes
    problems: tuple[Problem, ...]


class Fields(NamedTuple):
    """Header fields after they were read: pairs of bytes, and those for whose names there are rules."""

    pairs: list[Pair]
    special: list[Pair]


# Pair -> None if there is nothing to say about it. Bounded: it is emptied when it is full.
_verdicts: dict[Any, Verdict | None] = {}
_MAX_VERDICTS = 4096
_MAX_REMEMBERED_BYTES = 256
_UNSEEN = Verdict(b"", ())


def check_fields(headers: Any, problems: list[Problem], *, multiplexed: bool = False) -> Fields:
    """Read header fields and judge each of them, and all of them together.

    Args:
        headers: What the app gave: any iterable of pairs, which is read once.
        problems: Where to add what is wrong.
        multiplexed: Whether the connection is HTTP/2 or HTTP/3, where some faults break the connection.

    Returns:
        The fields, repaired where that can be done.
    """
    pairs: list[Pair] = []
    special: list[Pair] = []
    known = _verdicts.get
    for given in _iterate(headers, problems):
        pair = given if class_of(given) is tuple else _as_pair(given)
        try:
            verdict = known(pair, _UNSEEN)
        except TypeError:
            verdict = _UNSEEN
        plain = verdict is _UNSEEN or (type(pair[0]) is bytes and type(pair[1]) is bytes)
        if verdict is None and plain:
            pairs.append(pair)
            continue
        if verdict is _UNSEEN or not plain:  # a memoryview is equal to its bytes
            pair, verdict = _judge(pair, problems)
            if pair is None:
                continue
        pairs.append(pair)
        if verdict is not None:
            if verdict.problems:
                problems += _sharpened(verdict.problems) if multiplexed else verdict.problems
            if verdict.name in _SPECIAL:
                special.append((verdict.name, pair[1]))
    if special:
        _check_together(special, problems, multiplexed=multiplexed)
    return Fields(pairs, special)


def _iterate(headers: Any, problems: list[Problem]) -> Iterable[Any]:
    kind = class_of(headers)
    if kind is list or kind is tuple:
        pairs: Iterable[Any] = headers
        return pairs
    if issubclass(kind, dict | str | bytes | bytearray) or not hasattr(headers, "__iter__"):
        given = "a dict" if kind is dict else show(headers)
        detail = f"headers are an iterable of (name, value) pairs, but these are {given}"
        problems.append(Problem("ASGI-HTTP-010", detail, "headers"))
        return list(headers.items()) if is_dict(headers) else ()
    if hasattr(headers, "__next__"):
        problems.append(
            Problem("ASGI-HTTP-023", "headers can be read only once, so no middleware can look at them", "headers")
        )
    return list(headers)


def _as_pair(given: Any) -> Any:
    """Make a tuple of a pair that is another kind of iterable; anything else stays what it is."""
    if issubclass(type(given), str | bytes | bytearray | dict):
        return given
    try:
        return tuple(given)
    except TypeError:
        return given


def _judge(pair: Any, problems: list[Problem]) -> tuple[Pair | None, Verdict | None]:
    """Judge a pair for the first time; one that is not two byte strings is repaired, or left out."""
    kind = class_of(pair)
    if kind is not tuple or len(pair) != 2:  # noqa: PLR2004 - a pair
        problems.append(
            Problem("ASGI-HTTP-010", f"a header is a (name, value) pair, but one is {show(pair)}", "headers")
        )
        return None, None
    name = _as_bytes(pair[0], _NAME, problems)
    value = _as_bytes(pair[1], _VALUE, problems)
    if name is None or value is None:
        return None, None
    if name is not pair[0] or value is not pair[1]:
        return (name, value), Verdict(name.lower(), ())
    found = _syntax(name, value)
    lower = name.lower()
    verdict = Verdict(lower, found) if found or lower in _SPECIAL else None
    if len(name) + len(value) <= _MAX_REMEMBERED_BYTES:
        if len(_verdicts) >= _MAX_VERDICTS:
            _verdicts.clear()
        _verdicts[name, value] = verdict
    return (name, value), verdict


_NAME = ("ASGI-HTTP-011", "name")
_VALUE = ("ASGI-HTTP-012", "value")


def _as_bytes(part: Any, rule: tuple[str, str], problems: list[Problem]) -> bytes | None:
    """Return *part* if it is bytes; else say so and encode it if that can be done."""
    if type(part) is bytes:
        return part
    if isinstance(part, bytes):
        return bytes(part)
    identifier, word = rule
    kind = class_of(part)
    detail = f"a header {word} is bytes, but {show(part)} is {_article(kind.__name__)}"
    problems.append(Problem(identifier, detail, word))
    if isinstance(part, str):
        return part.encode("latin-1", "replace")
    if kind in {bytearray, memoryview}:
        return bytes(part)
    return str(part).encode() if kind in {int, float, bool} else None


def _article(word: str) -> str:
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _syntax(name: bytes, value: bytes) -> tuple[Problem, ...]:
    """Judge the syntax of one field."""
    found: list[Problem] = []
    shown = show(name)
    if name.startswith(b":"):
        found.append(Problem("ASGI-HTTP-017", f"{shown} is a pseudo header, which only the server makes", "headers"))
    elif not _TOKEN.fullmatch(name):
        found.append(Problem("ASGI-HTTP-014", f"the header name {shown} is no token of RFC 9110", "headers"))
    elif _UPPER.search(name):
        found.append(Problem("ASGI-HTTP-013", f"the header name {shown} is not in lower case", "headers"))
    if _BREAKS.search(value):
        detail = f"the value of {shown} holds a line break or NUL: {show(value)}"
        found.append(Problem("ASGI-HTTP-015", detail, "headers"))
    elif _CONTROLS.search(value):
        detail = f"the value of {shown} holds a control character: {show(value)}"
        found.append(Problem("ASGI-HTTP-015", detail, "controls", Level.WARNING))
    elif value[:1] in _SPACES or value[-1:] in _SPACES:
        detail = f"the value of {shown} begins or ends with white space: {show(value)}"
        found.append(Problem("ASGI-HTTP-016", detail, "headers"))
    return tuple(found)


def _sharpened(found: tuple[Problem, ...]) -> Iterable[Problem]:
    """HTTP/2 refuses upper case (RFC 9113, section 8.2.1)."""
    return (problem._replace(level=Level.ERROR) if problem.rule_id == "ASGI-HTTP-013" else problem for problem in found)


def _check_together(special: list[Pair], problems: list[Problem], *, multiplexed: bool) -> None:
    """Judge what depends on more than one field, or on the connection."""
    if len(special) == 1 and special[0][0] in SINGLETONS:
        return
    names = [name for name, _ in special]
    for name, value in special:
        if name in CONNECTION_FIELDS and (multiplexed or name != b"connection" or value.strip().lower() != b"close"):
            level = Level.ERROR if multiplexed else None
            shown = f"{name.decode()}: {show(value)}"
            problems.append(
                Problem(
                    "ASGI-HTTP-019", f"{shown} is about the connection, which is the server's", name.decode(), level
                )
            )
        elif name == b"transfer-encoding":
            level = Level.ERROR if b"content-length" in names else None
            detail = "transfer-encoding is the server's to choose" + (
                ", and contradicts content-length" if level else ""
            )
            problems.append(Problem("ASGI-HTTP-018", detail, "transfer-encoding", level))
        elif name == b"content-length" and not _DIGITS.fullmatch(value.strip(b" \t")):
            problems.append(
                Problem(
                    "ASGI-HTTP-026",
                    f"content-length is a number in digits, but this is {show(value)}",
                    "content-length",
                )
            )
    if len(set(names)) != len(names):
        _check_repeated(names, problems)


def _check_repeated(names: list[bytes], problems: list[Problem]) -> None:
    for name in dict.fromkeys(names):
        times = names.count(name)
        if times > 1 and name == b"content-length":
            problems.append(
                Problem("ASGI-HTTP-026", f"content-length is given once, but here {times} times", "content-length")
            )
        elif times > 1 and name in SINGLETONS:
            problems.append(
                Problem("ASGI-HTTP-025", f"{name.decode()} is given once, but here {times} times", name.decode())
            )


def content_length(special: list[Pair]) -> int | None:
    """The declared length of a body; ``None`` if there is none, or none that can be meant."""
    values = {value for name, value in special if name == b"content-length"}
    if len(values) != 1:
        return None
    value = values.pop().strip(b" \t")
    if not _DIGITS.fullmatch(value):
        return None
    digits = value.lstrip(b"0")
    return int(digits or b"0") if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS


def check_trailer_fields(pairs: list[Pair], problems: list[Problem]) -> frozenset[str]:
    """Judge which fields may be trailers.

    Returns:
        The names of those that may not.

    Source: RFC 9110, section 6.5.1.
    """
    unfit = [name for name, _ in pairs if name.lower() in _NOT_IN_TRAILERS]
    for name in unfit:
        detail = f"{show(name)} is needed before the body, so it cannot be a trailer"
        problems.append(Problem("ASGI-EXT-010", detail, repr(name)))
    return frozenset(name.lower().decode("latin-1") for name in unfit)


def check_announced(trailers: list[Pair], headers: Sequence[Pair], problems: list[Problem]) -> None:
    """Judge whether the header fields of a response say which trailers will follow.

    Source: RFC 9110, section 6.6.2.
    """
    values = [value for name, value in headers if name.lower() == b"trailer"]
    announced = {word.strip().lower() for value in values for word in value.split(b",")}
    for name, _ in trailers:
        if name.lower() not in announced:
            detail = f"no trailer field among the headers announces {show(name)}, so clients may drop it"
            problems.append(Problem("ASGI-EXT-010", detail, "trailer", Level.INFO))
            return
