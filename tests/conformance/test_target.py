"""What is tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asgitest.conformance.target import TargetError, resolve_target, target_of

if TYPE_CHECKING:
    from tests.conformance.builders import Project

APPS = """
    from functools import partial
    from fastapi import FastAPI


    app = FastAPI()

    class Holder:
        inner = app

    def make():
        return FastAPI()

    def with_title(title):
        return FastAPI(title=title)

    titled = partial(with_title, "x")

    async def late():
        return app

    async def plain(scope, receive, send): ...

    text = "app"
"""


def module_of(project: Project) -> str:
    return project.app(APPS).partition(":")[0]


@pytest.mark.parametrize(
    ("attribute", "adapter"),
    [("app", "fastapi"), ("Holder.inner", "fastapi"), ("make", "fastapi"), ("titled", "fastapi"), ("plain", "generic")],
)
def test_attributes_factories_and_plain_functions_are_apps(project: Project, attribute: str, adapter: str) -> None:
    target = resolve_target(f"{module_of(project)}:{attribute}")

    assert target.adapter.name == adapter
    assert callable(target.app)


def test_a_factory_makes_a_fresh_app_each_time(project: Project) -> None:
    target = resolve_target(f"{module_of(project)}:make")

    assert target.load() is not target.load()
    assert resolve_target(f"{module_of(project)}:app").factory is None


def test_a_module_alone_or_a_file_is_searched_for_the_usual_names(project: Project) -> None:
    module = module_of(project)

    assert resolve_target(module).spec == f"{module}:app"
    assert resolve_target(f"{module}.py").spec == f"{module}:app"
    assert resolve_target(f"{module}.py:make").spec == f"{module}:make"


def test_the_line_that_makes_the_app_is_known(project: Project) -> None:
    target = resolve_target(f"{module_of(project)}:app")

    assert target.source is not None
    assert target.source[1] == 6


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("{module}:txt", "has no attribute 'txt'. Did you mean text?"),
        ("{module}:text", "is a str, not an ASGI app."),
        ("{module}:late", "is async; a factory returns the app itself."),
        ("{module}:Holder.iner", "has no attribute 'iner'. Did you mean inner?"),
        ("no such:app", "'no such:app' is no import string. Write module:attribute."),
        ("{module}:1", "names no attribute after the colon. Write module:attribute."),
        ("missing.py", "There is no file 'missing.py'."),
    ],
)
def test_what_cannot_be_had_is_told_in_one_sentence(project: Project, spec: str, sentence: str) -> None:
    with pytest.raises(TargetError) as caught:
        resolve_target(spec.format(module=module_of(project)))

    assert sentence in str(caught.value)


def test_a_module_that_misses_another_says_so(project: Project) -> None:
    module = project.app("import no_such_dependency\n").partition(":")[0]

    with pytest.raises(TargetError, match=rf"Importing '{module}' failed: ModuleNotFoundError: No module named"):
        resolve_target(module)


def test_an_app_at_hand_is_a_target() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    assert target_of(app, label="mine").label == "mine"
    with pytest.raises(TargetError, match="is an int, not an ASGI app"):
        target_of(3)
