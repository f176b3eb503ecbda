"""The hooks that features and users take part by."""

from __future__ import annotations

import contextlib

import pytest


def test_the_first_who_runs_the_app_decides(pytestconfig: pytest.Config) -> None:
    """In this run as in others the live server is the last that is asked."""
    mine = contextlib.nullcontext()

    class First:
        @staticmethod
        @pytest.hookimpl(tryfirst=True)
        def pytest_asgitest_serve(app: object) -> object:
            return mine if app == "mine" else None

    plugin = First()
    pytestconfig.pluginmanager.register(plugin)
    try:
        served = [pytestconfig.hook.pytest_asgitest_serve(config=pytestconfig, app=app) for app in ("mine", "other")]
    finally:
        pytestconfig.pluginmanager.unregister(plugin)

    assert served[0] is mine
    assert served[1] is not mine


def test_a_hook_with_a_parameter_that_does_not_exist_is_refused(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_asgitest_serve(aplication): ...")

    result = pytester.runpytest_inprocess()

    assert result.ret != pytest.ExitCode.OK
    assert any("aplication" in line for line in [*result.stderr.lines, *result.stdout.lines])
