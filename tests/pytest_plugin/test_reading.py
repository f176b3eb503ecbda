"""Settings of the plugin: where they are read, which one counts, and what a wrong one gets."""

from __future__ import annotations

import pytest

from asgitest.pytest_plugin.options import SETTINGS, Settings

READ = """
from asgitest.pytest_plugin.options import SETTINGS

def test_settings(pytestconfig):
    settings = pytestconfig.stash[SETTINGS]
    assert settings.{name} == {value!r}
    assert settings.sources.get({name!r}) == {source!r}
"""


@pytest.mark.parametrize(
    ("name", "value", "source", "file", "arguments"),
    [
        ("lifespan_scope", "session", None, "[tool.pytest]\n", []),
        ("lifespan_scope", "module", "ini", '[tool.pytest]\nasgi_lifespan_scope = "module"', []),
        ("lifespan_scope", "class", "pyproject", '[tool.asgitest]\nlifespan-scope = "class"', []),
        ("lifespan_scope", "class", "pyproject", '[tool.asgitest]\nlifespan_scope = "class"', []),
        (
            "lifespan_scope",
            "module",
            "ini",
            '[tool.pytest]\nasgi_lifespan_scope = "module"\n[tool.asgitest]\nlifespan_scope = "class"',
            [],
        ),
        (
            "lifespan_scope",
            "package",
            "command line",
            '[tool.pytest]\nasgi_lifespan_scope = "module"',
            ["--asgi-lifespan-scope=package"],
        ),
        ("fixture_aliases", ("c=asgi_client",), "ini", '[tool.pytest]\nasgi_fixture_aliases = ["c=asgi_client"]', []),
        ("fixture_aliases", ("c=asgi_client",), "pyproject", '[tool.asgitest]\nfixture-aliases = "c=asgi_client"', []),
        (
            "fixture_aliases",
            ("c=asgi_client", "a=asgi_app"),
            "command line",
            "",
            ["--asgi-fixture-aliases=c=asgi_client", "--asgi-fixture-aliases=a=asgi_app"],
        ),
        ("snapshot_update", True, "command line", "", ["--asgi-snapshot-update"]),
        (
            "app",
            "main:app",
            "pyproject",
            '[tool.asgitest]\napp = "main:app"\n[tool.asgitest.conformance]\ncases = 3',
            [],
        ),
    ],
)
def test_a_setting_is_read_from_the_first_place_that_has_it(
    pytester: pytest.Pytester, name, value, source, file, arguments
) -> None:
    pytester.makepyprojecttoml(file)
    pytester.makepyfile(READ.format(name=name, value=value, source=source))

    result = pytester.runpytest_inprocess(*arguments)

    result.assert_outcomes(passed=1)


def test_an_ini_file_and_the_table_of_pyproject_are_read_together(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nasgi_leaks = off")
    pytester.makepyprojecttoml('[tool.asgitest]\napp = "main:app"')
    pytester.makepyfile(READ.format(name="app", value="main:app", source="pyproject"))

    result = pytester.runpytest_inprocess()

    result.stdout.fnmatch_lines(["asgitest: app=main:app (pyproject), lifespan=session, overrides=strict"])
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("file", "arguments", "message"),
    [
        (
            '[tool.pytest]\nasgi_lifespan_scope = "sesion"',
            [],
            "asgi_lifespan_scope = 'sesion' does not exist; *, class, function. Did you mean 'session'?",
        ),
        (
            "",
            ["--asgi-leaks=warm"],
            "--asgi-leaks = 'warm' does not exist; choose one of warn, error, off. Did you mean 'warn'?",
        ),
        (
            '[tool.asgitest]\nlifespan-scop = "class"',
            [],
            "pyproject.toml [tool.asgitest]: there is no key 'lifespan_scop'. Did you mean 'lifespan_scope'?",
        ),
        ("[tool.asgitest]\napp = 3", [], "pyproject.toml [tool.asgitest]: app = 3 is no text."),
        (
            "[tool.asgitest]\ntestclient = 'yes'",
            [],
            "pyproject.toml [tool.asgitest]: testclient = 'yes' is neither true nor false.",
        ),
        (
            "[tool.asgitest]\nfixture-aliases = 3",
            [],
            "pyproject.toml [tool.asgitest]: fixture_aliases = 3 is no list of texts.",
        ),
        (
            "[tool.asgitest]\nfixture-aliases = [3]",
            [],
            "pyproject.toml [tool.asgitest]: fixture_aliases = [3] is no list of texts.",
        ),
        (
            '[tool.pytest]\nasgi_lifspan_scope = "class"',
            [],
            "there is no setting 'asgi_lifspan_scope'. Did you mean 'asgi_lifespan_scope'?",
        ),
        ("[tool.pytest]\nasgi_app = 3", [], "*config option 'asgi_app' expects a string, got int: 3"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_nearest(pytester: pytest.Pytester, file, arguments, message) -> None:
    pytester.makepyprojecttoml(file)

    result = pytester.runpytest_inprocess(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message.replace('[', '[[]')}"])


def test_a_setting_of_another_plugin_may_have_a_name_like_ours(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_addoption(parser): parser.addini('asgi_colour', 'Not ours.')")
    pytester.makepyprojecttoml("[tool.pytest]\nasgi_colour = 'red'")

    result = pytester.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_a_pyproject_that_is_not_toml_is_an_error_only_for_who_uses_it(pytester: pytest.Pytester) -> None:
    pytester.makefile(".ini", other="[pytest]")
    pytester.makefile(".toml", pyproject="[tool.asgitest]\napp = ")

    result = pytester.runpytest_inprocess("-c", "other.ini")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: pyproject.toml: *"])


def test_the_settings_of_this_run_are_in_the_stash(pytestconfig: pytest.Config) -> None:
    assert isinstance(pytestconfig.stash[SETTINGS], Settings)
