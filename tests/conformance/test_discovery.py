"""Where an app is found when nobody says where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgitest.conformance.discovery import discover, locate
from asgitest.conformance.errors import TargetError

if TYPE_CHECKING:
    from tests.conformance.builders import Project


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("main.py", "app = 1", "main.py:app"),
        ("app.py", "api = 1", "app.py:api"),
        ("src/app/main.py", "from x import app", "src/app/main.py:app"),
        ("api.py", "def create_app(): ...", "api.py:create_app"),
        ("shop/asgi.py", "application = 1", "shop/asgi.py:application"),
    ],
)
def test_the_usual_files_and_names_are_looked_at(project: Project, file: str, text: str, found: str) -> None:
    project.write(file, text)

    assert discover(project.folder) == found


def test_main_comes_first_and_files_without_an_app_are_passed_over(project: Project) -> None:
    project.write("main.py", "x = 1")
    project.write("app.py", "app = 1")
    assert discover(project.folder) == "app.py:app"

    project.write("main.py", "app = 1")
    assert discover(project.folder) == "main.py:app"


def test_what_the_project_says_to_fastapi_counts(project: Project) -> None:
    project.write("main.py", "app = 1")
    project.write("pyproject.toml", '[tool.fastapi]\nentrypoint = "shop.main:app"\n')

    assert discover(project.folder) == "shop.main:app"


def test_a_file_that_is_no_python_is_passed_over(project: Project) -> None:
    project.write("main.py", "app = (")

    with pytest.raises(TargetError, match="No app found in "):
        discover(project.folder)


def test_a_file_is_imported_under_the_packages_it_stands_in(project: Project) -> None:
    project.write("src/shop/__init__.py", "")
    project.write("src/shop/main.py", "app = 1")

    assert locate("src/shop/main.py:app", project.folder) == ("shop.main", "app", project.folder.resolve() / "src")
    assert locate("src/shop", project.folder)[0] == "shop"
    assert locate("shop.main:app", project.folder) == ("shop.main", "app", project.folder)
