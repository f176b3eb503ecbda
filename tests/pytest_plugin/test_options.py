"""Settings of the plugin: where they are read, which one counts, and what a wrong one gets."""

from __future__ import annotations

import pytest

from asgitest.pytest_plugin.options import OPTIONS, SETTINGS, Option, Settings

READ = """
from asgitest.pytest_plugin.options import SETTINGS

def test_settings(pytestconfig):
    settings = pytestconfig.stash[SETTINGS]
    assert settings.{name} == {value!r}
    assert settings.sources.get({name!r}) == {source!r}
"""


def test_every_option_is_a_field_and_every_field_an_option() -> None:
    """Two tables that say the same have to be compared."""
    fields = Settings.__annotations__.keys() - {"sources"}

    assert {option.name for option in OPTIONS} == fields


@pytest.mark.parametrize(
    "wrong", [lambda: Settings(lifspan_scope="session"), lambda: Option(name="app"), lambda: Option(help="App.")]
)
def test_a_value_is_made_of_its_fields_and_no_others(wrong) -> None:
    with pytest.raises(TypeError, match=r"unknown or missing: (lifspan_scope|help|name)"):
        wrong()


def test_a_value_does_not_change() -> None:
    settings = Settings(app="main:app")

    with pytest.raises(AttributeError, match=r"Settings\.app cannot be changed"):
        settings.app = "other:app"


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_the_default_of_a_choice_is_one_of_them(option) -> None:
    default = getattr(Settings(), option.name)

    assert option.kind != "choice" or default is None or default in option.choices


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
        ("[tool.pytest]\nasgi_app = 3", [], "*config option 'asgi_app' expects a string, got int: 3"),
    ],
)
def test_a_wrong_value_is_an_error_that_names_the_nearest(pytester: pytest.Pytester, file, arguments, message) -> None:
    pytester.makepyprojecttoml(file)

    result = pytester.runpytest_inprocess(*arguments)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message.replace('[', '[[]')}"])


def test_the_header_names_what_was_chosen_and_where(pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml('[tool.pytest]\nasgi_app = "main:app"\nasgi_strict_overrides = "off"')

    result = pytester.runpytest_inprocess("--asgi-lifespan-scope=function")

    result.stdout.fnmatch_lines(["asgitest: app=main:app (ini), lifespan=function (command line), overrides=off (ini)"])


def test_a_pyproject_that_is_not_toml_is_an_error_only_for_who_uses_it(pytester: pytest.Pytester) -> None:
    pytester.makefile(".ini", other="[pytest]")
    pytester.makefile(".toml", pyproject="[tool.asgitest]\napp = ")

    result = pytester.runpytest_inprocess("-c", "other.ini")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: pyproject.toml: *"])


def test_the_settings_of_this_run_are_in_the_stash(pytestconfig: pytest.Config) -> None:
    assert isinstance(pytestconfig.stash[SETTINGS], Settings)
