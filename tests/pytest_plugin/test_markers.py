"""Markers of the plugin are checked by their signatures before the first test runs."""

from __future__ import annotations

import pytest

from asgitest.pytest_plugin.markers import MARKERS


def test_every_marker_is_declared_with_its_signature_and_meaning(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess("--markers")

    result.stdout.fnmatch_lines([f"@pytest.mark.{name}(*): ?*" for name in MARKERS])


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("asgi_app()", "asgi_app(app), but asgi_app() missing 1 required positional argument: 'app'."),
        (
            "asgi_root_path('/v1', 2)",
            "asgi_root_path(root_path), but *takes 1 positional argument but 2 were given.",
        ),
        ("asgi_allow_leaks(kind=1)", "asgi_allow_leaks([*]kinds), but *unexpected keyword argument 'kind'."),
    ],
)
def test_a_marker_with_wrong_arguments_stops_the_run(pytester: pytest.Pytester, marker: str, message: str) -> None:
    pytester.makepyfile(f"import pytest\n@pytest.mark.{marker}\ndef test_never_runs(): raise SystemExit(3)")

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *::test_never_runs: the marker is {message}"])
