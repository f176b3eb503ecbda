"""The registry of rules: data only.

Depends on: the standard library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.testclient.asgi.rules.rule import Example, Judge, Level, Profiles, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULES", "Example", "Judge", "Level", "Profiles", "Rule"]

_E, _W, _I = Level.ERROR, Level.WARNING, Level.INFO
_LEVELS = {
    "APP": "WWWIEEWWWI",
    "MSG": "EEEWIWWEWI",
    "HTTP": "E" * 12 + "WEEWEWWWEWI" + "EWEEIEWWEEEIWIWWEEWWE",
    "EXT": "EWWEWEWEIW",
    "WS": "EWEEEEEEEEEEWWEEWEEEE",
    "LS": "EEEEWWWEWWWWWWW",
    "SRV": "E" * 25,
}
_TITLES = {
    "ASGI-HTTP-001": "a response is started before its body",
    "ASGI-HTTP-002": "a response is started once",
    "ASGI-HTTP-003": "a response has at least one body message",
    "ASGI-HTTP-004": "a response is completed before the app returns",
    "ASGI-HTTP-005": "a request is answered before the app returns",
    "ASGI-HTTP-006": "nothing is sent after the response is complete",
}
_BY = {"E": _E, "W": _W, "I": _I}
RULES: Mapping[str, Rule] = {
    f"ASGI-{family}-{number:03}": Rule(
        id=f"ASGI-{family}-{number:03}",
        level=_BY[letter],
        title=_TITLES.get(f"ASGI-{family}-{number:03}", f"ASGI-{family}-{number:03} is kept"),
        spec="ASGI www",
        url="https://asgi.readthedocs.io/en/latest/specs/www.html",
        quote="",
        advice="see the specification",
        bad=Example(source=""),
        good=Example(source=""),
    )
    for family, letters in _LEVELS.items()
    for number, letter in enumerate(letters, 1)
}
