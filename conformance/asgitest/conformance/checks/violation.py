"""What a check returns: one thing that is wrong, before anybody has looked whether it can be seen again.

Depends on: the words of the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgitest.conformance.catalogue import Confidence, Origin, Severity

__all__ = ["Violation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One thing that is wrong.

    Args:
        check: Id of the check.
        message: What is wrong, with the values of this case.
        cause: What names the cause, without the subject and without values of a single case.
        expected: What should have been seen.
        actual: What was.
        title: In place of the check's, where it can say more.
        severity: In place of the check's.
        confidence: In place of the check's.
        origin: In place of the check's.
        quirk: Id of the framework trait this is.
        rule: Id of the ASGI rule that was broken.
        exception: What the app raised.
        assertion: A Python statement about ``response`` that fails while the fault is there; empty when the app raises.
        keyword_path: In a schema, to the broken keyword.
        instance_path: In a body, to the value.
        app_wide: Whether the subject is no part of the cause.
    """

    check: str
    message: str
    cause: tuple[str, ...] = ()
    expected: str = ""
    actual: str = ""
    title: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None
    origin: Origin | None = None
    quirk: str | None = None
    rule: str | None = None
    exception: BaseException | None = None
    assertion: str = ""
    keyword_path: tuple[str | int, ...] = ()
    instance_path: tuple[str | int, ...] = ()
    app_wide: bool = False
