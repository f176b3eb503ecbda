"""The identity of a fault: what stays the same when lines move, values change, or another operation shows it.

A message is never part of it. Three kinds of cause:

- an exception: its type and the innermost frame of the app's own code (file's module, function, source line without
  indentation), so that one bug behind five operations is one finding;
- a broken schema: the keyword's path in the schema and the instance path with its indices wildcarded;
- anything else: the check, the subject, and whatever names the detail (a header, a rule, a parameter).

Depends on: the standard library.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgitest.conformance.model import ExceptionRecord, Frame

__all__ = ["fingerprint", "fingerprint_of_exception", "fingerprint_of_schema", "innermost_app_frame", "wildcard"]

_SPACES = re.compile(r"\s+")


def fingerprint(check: str, *parts: str) -> str:
    """Hash a cause into 32 hexadecimal digits.

    Args:
        check: Id of the check.
        parts: What names the cause: usually the subject and a detail. No values of a single case.
    """
    text = "\x1f".join((check, *parts))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def innermost_app_frame(exception: ExceptionRecord) -> Frame | None:
    """Find the frame to blame: the app's innermost, else the innermost of all, None without frames."""
    own = [frame for frame in exception.frames if frame.app]
    frames = own or list(exception.frames)
    return frames[-1] if frames else None


def fingerprint_of_exception(check: str, exception: ExceptionRecord, *, fallback: str = "") -> str:
    """Hash an exception by its type and the app's innermost frame, without line numbers.

    Args:
        check: Id of the check.
        exception: What escaped.
        fallback: The subject, used when there are no frames.
    """
    frame = innermost_app_frame(exception)
    if frame is None:
        return fingerprint(check, exception.type, fallback)
    source = _SPACES.sub(" ", frame.source).strip()
    return fingerprint(check, exception.type, frame.file, frame.qualname, source)


def wildcard(path: Iterable[str | int]) -> str:
    """Write an instance path with its indices replaced, as in ``/items/*/price``."""
    return "".join(f"/{'*' if isinstance(part, int) or part.isdigit() else part}" for part in path)


def fingerprint_of_schema(
    check: str, subject: str, *, keyword_path: Iterable[str | int], instance_path: Iterable[str | int]
) -> str:
    """Hash a broken schema by where the broken keyword stands and where in the instance it was broken.

    Args:
        check: Id of the check.
        subject: The operation.
        keyword_path: From the root of the response's schema to the keyword.
        instance_path: From the root of the body to the value.
    """
    keyword = "".join(f"/{part}" for part in keyword_path)
    return fingerprint(check, subject, keyword, wildcard(instance_path))
