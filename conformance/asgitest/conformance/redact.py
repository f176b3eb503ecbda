"""Secrets do not leave the process: every report passes through here first.

Two things are secret: the values of configured identities, wherever they turn up, and whatever the app itself puts
under a name that says so (``authorization``, ``cookie``, ``password``, ``api_key``, ``token`` ...) in headers, queries,
forms and JSON. What a request carries was either configured, and so is known, or made up by a generator, and is needed
to see the finding again; there only the credentials of a shown request are hidden by name.

A configured value becomes ``[redacted NAME]``, so that a replay with the same configuration can put it back; anything
else becomes ``[redacted]``.

Depends on: the models and the options.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, Literal, cast

from asgitest.conformance.model import Finding, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asgitest.conformance.options import Identity

__all__ = ["REDACTED", "Redactor", "restore", "restored_text"]

REDACTED = "[redacted]"

_NAMES = (
    r"(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key|"
    r"[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|credential|session[-_]?id|private[-_]?key)[\w.-]*)"
)
_NAME = re.compile(_NAMES, re.IGNORECASE)
_JSON_PAIR = re.compile(rf'("{_NAMES}"\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)', re.IGNORECASE)
_FORM_PAIR = re.compile(rf"((?:^|[?&])(?:{_NAMES})=)([^&#\s'\"]+)", re.IGNORECASE)
_HEADER_LINE = re.compile(rf"""((?:^|['"\s])(?:{_NAMES})\s*:\s+)([^'"\r\n]+)""", re.IGNORECASE)
_TUPLE_PAIR = re.compile(rf"""((['"]){_NAMES}\2\s*[,:]\s*)(b?['"])((?:[^'"\\]|\\.)*)(['"])""", re.IGNORECASE)
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie"})
_SHORTEST_SECRET = 4

_Kind = Literal["seen", "sent", "again"]
_KINDS: dict[str, _Kind] = {"request": "sent", "reproduction": "again"}


class Redactor:
    """Hides secrets in findings and runs.

    Args:
        identities: Whose header, cookie and query values are secret.
    """

    def __init__(self, identities: Iterable[Identity] = ()) -> None:
        pairs = [
            (value, f"[redacted {identity.name}]")
            for identity in identities
            for values in (identity.headers, identity.cookies, identity.query)
            for value in values.values()
            if len(value) >= _SHORTEST_SECRET
        ]
        self._known = sorted(pairs, key=lambda pair: -len(pair[0]))

    def learn(self, value: str, identity: str) -> None:
        """Keep a value secret that was learned during the run, such as the token a login returned."""
        if len(value) >= _SHORTEST_SECRET:
            self._known = sorted([*self._known, (value, f"[redacted {identity}]")], key=lambda pair: -len(pair[0]))

    def known(self, text: str) -> str:
        """Hide only values that are known to be secret."""
        for value, mark in self._known:
            text = text.replace(value, mark)
        return text

    def text(self, text: str) -> str:
        """Hide secrets in free text: known values, header lines, JSON members and form fields with secret names."""
        text = self.known(text)
        text = _JSON_PAIR.sub(_keep_marks(rf'"{REDACTED}"'), text)
        text = _FORM_PAIR.sub(_keep_marks(REDACTED), text)
        text = _TUPLE_PAIR.sub(lambda m: m[0] if "[redacted" in m[4] else f"{m[1]}{m[3]}{REDACTED}{m[5]}", text)
        return _HEADER_LINE.sub(_keep_marks(REDACTED), text)

    def finding(self, finding: Finding) -> Finding:
        """Hide secrets in everything a finding carries."""
        return Finding.model_validate(self._value(finding.model_dump(mode="json")))

    def run(self, run: Run) -> Run:
        """Hide secrets in all findings of a run."""
        return run.model_copy(
            update={
                "findings": tuple(self.finding(finding) for finding in run.findings),
                "notes": tuple(self.text(note) for note in run.notes),
                "internal_errors": tuple(self.text(error) for error in run.internal_errors),
            }
        )

    def _value(self, value: Any, key: str = "", *, kind: _Kind = "seen") -> Any:
        """Hide secrets in a JSON value: one that was seen, one that was sent, or one needed to do it again."""
        hide = self.text if kind == "seen" else self.known
        if isinstance(value, str):
            return _encoded(value, hide) if key in {"base64", "body", "data"} else hide(value)
        if isinstance(value, list):
            items = cast("Sequence[Any]", value)
            if _is_pair(items):
                return self._pair(items[0], items[1], kind=kind)
            return [self._value(item, kind=kind) for item in items]
        if isinstance(value, dict):
            members = cast("dict[str, Any]", value)
            return {name: self._value(item, name, kind=_KINDS.get(name, kind)) for name, item in members.items()}
        return value

    def _pair(self, name: str, value: str, *, kind: _Kind) -> list[str]:
        """Hide the value of a header."""
        hidden = self.text(value) if kind == "seen" else self.known(value)
        secret = (kind == "seen" and _NAME.fullmatch(name)) or (kind == "sent" and name.lower() in _CREDENTIALS)
        return [name, REDACTED if secret and hidden == value else hidden]


def _encoded(value: str, hide: Callable[[str], str]) -> str:
    """Hide secrets in bytes that a report carries as base64."""
    try:
        text = base64.urlsafe_b64decode(value).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return value
    hidden = hide(text)
    return value if hidden == text else base64.urlsafe_b64encode(hidden.encode()).decode("ascii")


def _keep_marks(mark: str) -> Callable[[re.Match[str]], str]:
    """Replace the second group unless it was redacted already."""
    return lambda match: match[0] if "[redacted" in match[2] else f"{match[1]}{mark}"


def _is_pair(items: Sequence[Any]) -> bool:
    return len(items) == 2 and all(isinstance(item, str) for item in items)  # noqa: PLR2004  a pair has two


def restore(text: str, identities: Iterable[Identity], *, name: str) -> str:
    """Put a configured secret back where a report has ``[redacted NAME]``.

    Args:
        text: A header's or parameter's value from a report.
        identities: The configured ones.
        name: The header, cookie or parameter it is the value of.
    """
    for identity in identities:
        mark = f"[redacted {identity.name}]"
        if mark in text:
            values = {**identity.query, **identity.cookies, **identity.headers}
            folded = {key.lower(): value for key, value in values.items()}
            text = text.replace(mark, folded.get(name.lower(), next(iter(values.values()), "")))
    return text


def _after_its_name(value: str) -> Callable[[re.Match[str]], str]:
    """Make what writes *value* behind the name that a match has found."""
    return lambda match: match[1] + value


def restored_text(text: str, identities: Iterable[Identity]) -> str:
    """Put configured secrets back into a snippet, where a value with its name stands before it if possible.

    Args:
        text: Python source or a command from a report.
        identities: The configured ones.
    """
    for identity in identities:
        mark = f"[redacted {identity.name}]"
        values = {**identity.query, **identity.cookies, **identity.headers}
        for name, value in values.items():
            pair = re.compile(rf"({re.escape(name)}['\"]?\s*[:=,]\s*b?['\"]?){re.escape(mark)}", re.IGNORECASE)
            text = pair.sub(_after_its_name(value), text)
        text = text.replace(mark, next(iter(values.values()), ""))
    return text
