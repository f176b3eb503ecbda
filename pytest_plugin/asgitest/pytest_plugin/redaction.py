"""Secrets do not go into the report of a failed test, which ends in the logs of CI.

Hidden are the values of headers, cookies, query parameters, form fields and JSON members whose names say so.

Depends on: the standard library.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["REDACTED", "Redaction"]

REDACTED = "<redacted>"

_HEADERS = ("authorization", "proxy-authorization", "cookie", "set-cookie")
_PARTS = (
    "password", "passwd", "passphrase", "secret", "token", "api[-_]?key", "credential", "session[-_]?id",
    "private[-_]?key",
)  # fmt: skip


class Redaction:
    """Knows which names are secret.

    Args:
        names: More of them, beside the usual ones; case does not count.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        whole = "|".join([*_HEADERS, *(re.escape(name) for name in names)])
        name = rf"(?:{whole}|[\w.-]*(?:{'|'.join(_PARTS)})[\w.-]*)"
        self._name = re.compile(name, re.IGNORECASE)
        self._json = re.compile(rf'("{name}"\s*:\s*)("(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)', re.IGNORECASE)
        self._pair = re.compile(rf"((?:^|[?&;\s]){name}=)[^&#;\s'\"]+", re.IGNORECASE)

    def is_secret(self, name: str) -> bool:
        """Whether the value that goes by *name* is hidden."""
        return self._name.fullmatch(name) is not None

    def value(self, name: str, value: str) -> str:
        """The value of a header, or what stands for it."""
        return REDACTED if self.is_secret(name) else self.text(value)

    def text(self, text: str) -> str:
        """Hide the members and fields of a text whose names are secret."""
        text = self._json.sub(rf'\1"{REDACTED}"', text)
        return self._pair.sub(rf"\1{REDACTED}", text)

    def difference(self, line: str) -> str:
        """A line that begins with a JSON pointer, without the values of a member whose name is secret."""
        pointer, _, rest = line.partition(": ")
        secret = any(self.is_secret(name) for name in pointer.split("/"))
        return f"{pointer}: {REDACTED}" if secret and rest else line
