"""Text from an app under test, made safe to show: no control characters, bounded in length.

Depends on: the standard library.
"""

from __future__ import annotations

import re
from urllib.parse import quote

__all__ = ["clip", "one_line", "plural", "printable", "relative_uri", "xml_text"]

_BIDI = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSAFE = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff{_BIDI}]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    r"""Show control characters, lone surrogates and direction marks as escapes, so that none of them acts.

    >>> print(printable("a\x1b[31mb"))
    a\x1b[31mb
    """
    return _UNSAFE.sub(lambda match: _escape(match[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004  where two digits end


def one_line(text: str) -> str:
    """Show text in one line: line breaks as spaces, no other control characters."""
    return printable(" ".join(text.split()))


def clip(text: str, length: int) -> str:
    """Cut text to at most *length* characters, the last of them an ellipsis."""
    return text if len(text) <= length else text[: max(0, length - 1)] + "…"


def plural(count: int, word: str) -> str:
    """Write a count with its noun: ``1 case``, ``1,204 cases``."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def relative_uri(file: str) -> str:
    """Write a file's path as a relative URI with forward slashes."""
    return quote(printable(file.replace("\\", "/")), safe="/:.-_~")


def xml_text(text: str) -> str:
    """Drop what XML 1.0 cannot carry, after showing it as escapes."""
    return _NOT_XML.sub("�", printable(text))
