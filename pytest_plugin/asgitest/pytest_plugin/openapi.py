"""``asgi_openapi`` and ``asgi_openapi_snapshot``: the app's document, and the one it had when it was last agreed on.

Depends on: pytest, ``options``, ``openapi_changes``; `asgitest.conformance` when a document is read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from asgitest.pytest_plugin.options import SETTINGS

if TYPE_CHECKING:
    from asgitest.pytest_plugin.openapi_changes import Change

__all__ = ["OpenAPISnapshot", "pytest_assertrepr_compare"]

_NONE = "the app has no OpenAPI document: its framework generates none, and none is served where it usually is"
_FILE = "openapi.snapshot.json"


def _document_of(app: Any, path: str | None, folder: Path) -> dict[str, Any]:
    """The OpenAPI document of *app*: served at *path*, or generated, or served at one of the usual places."""
    from asgitest.conformance.adapters import find_adapter  # noqa: PLC0415 - only who asks for a document loads it
    from asgitest.conformance.document import generated_document, named_document, served_document  # noqa: PLC0415
    from asgitest.conformance.errors import TargetError  # noqa: PLC0415

    try:
        if path is not None:
            return dict(named_document(app, path, folder=folder).raw)
        document = generated_document(find_adapter(app), app) or served_document(app)
    except TargetError as error:
        return pytest.fail(str(error), pytrace=False)
    if document is None:
        pytest.fail(f"{_NONE}\n  do:    say where, by asgi_openapi_path", pytrace=False)
    if document.problems:
        pytest.fail(document.problems[0].message, pytrace=False)
    return dict(document.raw)


@pytest.fixture(scope="session")
def asgi_openapi(asgi_app: Any, pytestconfig: pytest.Config) -> dict[str, Any]:
    """The OpenAPI document of the app, as JSON values. ``asgi_openapi_path`` says where if it is not found."""
    return _document_of(asgi_app, pytestconfig.stash[SETTINGS].openapi_path, pytestconfig.rootpath)


class OpenAPISnapshot:
    """An OpenAPI document in a file, equal to a document that says the same.

    Args:
        file: Where it is.
        update: Whether a document that differs is written there.
    """

    __hash__ = None  # type: ignore[assignment]  # it is equal to what has none

    def __init__(self, file: Path, *, update: bool) -> None:
        self.file = file
        self._update = update

    def __call__(self, name: str) -> OpenAPISnapshot:
        """Give the snapshot in another file, relative to the folder of the test module."""
        return OpenAPISnapshot(self.file.parent / name, update=self._update)

    def __eq__(self, document: object) -> bool:
        if self._read() == document:
            return True
        if self._update:
            text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
            self.file.write_text(text, encoding="utf-8")
        return self._update

    def __repr__(self) -> str:
        return f"<the OpenAPI document in {self.file.name}>"

    def _read(self) -> Any:
        try:
            return json.loads(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def changes(self, document: Any) -> list[Change]:
        """What changed from the snapshot to *document*, what breaks clients first."""
        from asgitest.pytest_plugin.openapi_changes import changes  # noqa: PLC0415 - only a difference needs it

        return changes(self._read() or {}, document)

    def explain(self, document: Any) -> list[str]:
        """Why *document* is not equal, and what to do."""
        if not self.file.exists():
            return [
                f"there is no {self.file.name} yet",
                "  do:    run pytest --asgi-snapshot-update, and commit the file",
            ]
        lines = [str(change) for change in self.changes(document)]
        return [
            f"the OpenAPI document is not the one in {self.file.name}",
            *(f"  {line}" for line in lines),
            "  do:    run pytest --asgi-snapshot-update if that is meant",
        ]


@pytest.fixture
def asgi_openapi_snapshot(request: pytest.FixtureRequest) -> OpenAPISnapshot:
    """The OpenAPI document as it was agreed on: ``assert asgi_openapi == asgi_openapi_snapshot``.

    It is in ``openapi.snapshot.json`` beside the test module, and written by ``pytest --asgi-snapshot-update``. A
    failure says what changed, and what of it breaks clients.
    """
    update = request.config.stash[SETTINGS].snapshot_update
    if update and hasattr(request.config, "workerinput"):
        pytest.fail("--asgi-snapshot-update writes files: run it without -n", pytrace=False)
    return OpenAPISnapshot(Path(request.path).parent / _FILE, update=update)


@pytest.hookimpl(tryfirst=True)
def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain why a document is not equal to a snapshot."""
    for snapshot, document in ((left, right), (right, left)):
        if isinstance(snapshot, OpenAPISnapshot) and op == "==":
            return snapshot.explain(document)
    return None
