"""The fixture ``asgi_conformance``: the checks of the command, in a test of one's own.

Depends on: pytest, ``options``; `asgitest.conformance` when something is checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgitest.conformance.model import Finding

__all__ = ["Conformance"]


class Conformance:
    """Checks an app, and fails the test when something is wrong.

    Args:
        request: Of the test; gives the app when none is named.
    """

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    def check(
        self,
        app: Any = None,
        *,
        include: Sequence[str] = (),
        select: Sequence[str] = (),
        ignore: Sequence[str] = (),
        profile: str = "quick",
        **settings: Any,
    ) -> tuple[Finding, ...]:
        """Check an app.

        Args:
            app: Which; the fixture ``asgi_app`` if not given.
            include: Subjects as on the command line: ``GET /items/*``, ``WS /chat``, ``LIFESPAN``; none means all.
            select: Checks, or the beginnings of their ids; none means all.
            ignore: Checks that are not run.
            profile: ``quick``, ``default`` or ``thorough``.
            settings: Anything else that ``[tool.asgitest.conformance]`` may hold: ``cases=50``, ``fail_on="warning"``.

        Returns:
            What was found and does not fail the test.
        """
        __tracebackhide__ = True
        from asgitest.conformance.embedding import failing, findings_text, suite_of  # noqa: PLC0415
        from asgitest.conformance.errors import UsageError  # noqa: PLC0415

        if app is None:
            app = self._request.getfixturevalue("asgi_app")
        given: dict[str, Any] = {
            "include": include or None,
            "select": select or None,
            "ignore": ignore or None,
            **settings,
        }
        try:
            suite = suite_of(directory=self._request.config.rootpath, app=app, profile=profile, **given)
            findings = suite.check_all()
        except UsageError as error:
            pytest.fail(f"asgi_conformance: {error}", pytrace=False)
        wrong = failing(findings, suite)
        if wrong:
            pytest.fail(findings_text(wrong), pytrace=False)
        return findings


@pytest.fixture
def asgi_conformance(request: pytest.FixtureRequest) -> Conformance:
    """Check an app as ``asgitest check`` does: ``asgi_conformance.check(include=["GET /items/*"])``."""
    return Conformance(request)
