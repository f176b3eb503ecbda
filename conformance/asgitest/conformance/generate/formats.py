"""Text of the formats JSON Schema, OpenAPI and pydantic name.

Source: JSON Schema 2020-12 Validation 7.3; OpenAPI Format Registry; pydantic's JSON Schema.
Depends on: the standard library.
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import string
import uuid
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

__all__ = ["CHECKED_FORMATS", "FORMATS", "WRONG_TEXT"]

_LABEL = string.ascii_lowercase + string.digits
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECONDS = 4_000_000_000

CHECKED_FORMATS = frozenset(
    [
        "date",
        "date-time",
        "time",
        "duration",
        "uuid",
        "uuid1",
        "uuid3",
        "uuid4",
        "uuid5",
        "email",
        "ipv4",
        "ipv6",
        "uri",
        "ipv4network",
        "ipv6network",
        "ipv4interface",
        "ipv6interface",
        "ipvanyaddress",
        "ipvanynetwork",
        "json-string",
    ]
)
"""Formats that an app that declares them checks: :data:`WRONG_TEXT` is none of them."""

WRONG_TEXT = "\u2603 not one"


def _text(rng: Random, alphabet: str, *, least: int, most: int) -> str:
    return "".join(rng.choices(alphabet, k=rng.randint(least, most)))


def _moment(rng: Random) -> dt.datetime:
    kind = rng.random()
    if kind < 0.1:  # noqa: PLR2004  one in ten is at an edge
        return rng.choice(
            (
                _EPOCH,
                dt.datetime(2000, 2, 29, 23, 59, 59, tzinfo=dt.UTC),
                dt.datetime(2038, 1, 19, 3, 14, 8, tzinfo=dt.UTC),
            )
        )
    return _EPOCH + dt.timedelta(seconds=rng.randrange(_SECONDS), milliseconds=rng.choice((0, 0, rng.randrange(1000))))


def _date(rng: Random) -> str:
    if rng.random() < 0.05:  # noqa: PLR2004  one in twenty is at an edge
        return rng.choice(("0001-01-01", "9999-12-31", "2024-02-29", "1900-02-28"))
    return _moment(rng).date().isoformat()


def _date_time(rng: Random) -> str:
    text = _moment(rng).isoformat().replace("+00:00", "")
    return text + rng.choice(("Z", "Z", "+00:00", "+05:30", "-11:00"))


def _time(rng: Random) -> str:
    return _moment(rng).time().isoformat() + rng.choice(("Z", "+00:00", "+02:00"))


def _duration(rng: Random) -> str:
    return rng.choice(
        (
            f"P{rng.randint(0, 400)}D",
            f"PT{rng.randint(0, 90)}S",
            f"P{rng.randint(1, 9)}DT{rng.randint(0, 23)}H{rng.randint(0, 59)}M",
        )
    )


def _label(rng: Random) -> str:
    return rng.choice(string.ascii_lowercase) + _text(rng, _LABEL, least=1, most=8)


def _hostname(rng: Random) -> str:
    return f"{_label(rng)}.{rng.choice(('com', 'org', 'net', 'io'))}"


def _email(rng: Random) -> str:
    local = _label(rng) + rng.choice(("", "", f".{_label(rng)}", f"+{_label(rng)}"))
    return f"{local}@{_hostname(rng)}"


def _uri(rng: Random) -> str:
    tail = rng.choice(("", "/", f"/{_label(rng)}", f"/{_label(rng)}?{_label(rng)}={rng.randint(0, 99)}"))
    return f"{rng.choice(('https', 'http'))}://{_hostname(rng)}{tail}"


def _ipv4(rng: Random) -> str:
    return str(ipaddress.IPv4Address(rng.choice((rng.getrandbits(32), 0x7F000001, 0xC0A80001))))


def _ipv6(rng: Random) -> str:
    return str(ipaddress.IPv6Address(rng.choice((rng.getrandbits(128), 1, 0x20010DB8 << 96))))


def _uuid(rng: Random, version: int = 4) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=version))


def _base64(rng: Random) -> str:
    return base64.b64encode(rng.randbytes(rng.randint(0, 24))).decode()


def _pointer(rng: Random) -> str:
    return "".join(f"/{_label(rng)}" for _ in range(rng.randint(0, 3)))


def _word(rng: Random) -> str:
    return _text(rng, string.ascii_letters + string.digits, least=1, most=12)


def _json(rng: Random) -> str:
    return rng.choice(("{}", "[]", "null", "1", '"a"', f'{{"{_label(rng)}": {rng.randint(0, 9)}}}'))


FORMATS: Mapping[str, Callable[[Random], str]] = {
    "date": _date,
    "date-time": _date_time,
    "time": _time,
    "duration": _duration,
    "email": _email,
    "idn-email": _email,
    "name-email": _email,
    "hostname": _hostname,
    "idn-hostname": _hostname,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "ipvanyaddress": lambda rng: rng.choice((_ipv4, _ipv6))(rng),
    "ipv4network": lambda rng: f"10.{rng.randint(0, 255)}.0.0/16",
    "ipv6network": lambda _rng: "2001:db8::/32",
    "ipvanynetwork": lambda rng: f"10.{rng.randint(0, 255)}.0.0/16",
    "ipv4interface": lambda rng: f"{_ipv4(rng)}/24",
    "ipv6interface": lambda rng: f"{_ipv6(rng)}/64",
    "ipvanyinterface": lambda rng: f"{_ipv4(rng)}/24",
    "uri": _uri,
    "url": _uri,
    "iri": _uri,
    "uri-reference": lambda rng: rng.choice((_uri(rng), f"/{_label(rng)}", f"#{_label(rng)}")),
    "iri-reference": lambda rng: rng.choice((_uri(rng), f"/{_label(rng)}")),
    "uri-template": lambda rng: f"/{_label(rng)}/{{{_label(rng)}}}",
    "uuid": _uuid,
    "uuid1": lambda rng: _uuid(rng, 1),
    "uuid3": lambda rng: _uuid(rng, 3),
    "uuid4": _uuid,
    "uuid5": lambda rng: _uuid(rng, 5),
    "json-pointer": _pointer,
    "relative-json-pointer": lambda rng: f"{rng.randint(0, 3)}{_pointer(rng)}",
    "regex": lambda rng: rng.choice(("^a+$", "[0-9]{2}", _label(rng))),
    "byte": _base64,
    "base64": _base64,
    "base64url": lambda rng: _base64(rng).replace("+", "-").replace("/", "_"),
    "password": _word,
    "decimal": lambda rng: f"{rng.randint(-9999, 9999)}.{rng.randint(0, 99):02}",
    "color": lambda rng: f"#{rng.getrandbits(24):06x}",
    "json-string": _json,
}
"""By name of the format: what writes one."""
