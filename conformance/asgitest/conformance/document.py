"""OpenAPI documents: where one comes from, whether it can be read, which version it is.

Sources, in this order: what the framework generates; what the app serves; a file. What goes wrong becomes problems, so
that the families that need no schema still run; only a schema the user named himself is an error of the target.

Source: OpenAPI 3.0.4, 3.1.1 and 3.2.0, OpenAPI Object. Depends on: references, adapters, errors.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from asgitest.conformance.errors import TargetError, nearest
from asgitest.conformance.json_values import is_object
from asgitest.conformance.operation import Problem
from asgitest.conformance.references import References, parse_document
from asgitest.testclient.routes import unwrap_app

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from asgitest.conformance.adapters import Adapter
    from asgitest.testclient import TestClient

__all__ = ["SERVED_AT", "Document", "generated_document", "named_document", "served_at", "served_document"]

SERVED_AT = ("/openapi.json", "/schema/openapi.json", "/api/openapi.json", "/openapi.yaml", "/swagger.json", "/schema")
"""Where apps usually serve their schema."""

_OK, _SERVER_ERROR = 200, 500
_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """One OpenAPI document.

    Args:
        raw: As JSON values; empty when it could not be read.
        origin: Where it comes from.
        place: URL or file it was read from, or where the app serves what it generates; None when it does not.
        root_path: Template of the mounts above the app it describes.
        version: Of OpenAPI.
        problems: What is wrong with it so far.
        folder: Where files it refers to are looked for.
        app: The app it describes.
    """

    raw: Mapping[str, Any]
    origin: Literal["generated", "served", "file"]
    place: str | None = None
    root_path: str = ""
    version: tuple[int, int] = (3, 1)
    problems: tuple[Problem, ...] = ()
    folder: Path | None = None
    app: Any = field(default=None, repr=False)

    def references(self, *, allow_remote: bool = False) -> References:
        """What follows the references of this document."""
        return References(self.raw, folder=self.folder, allow_remote=allow_remote)


def generated_document(adapter: Adapter, app: Any, *, root_path: str = "") -> Document | None:
    """Ask the framework for its document.

    Returns:
        None when it generates none. A document without content but with a problem when generating it fails.
    """
    place = adapter.schema_url(app)
    try:
        raw = adapter.document(app)
    except Exception as error:  # noqa: BLE001  a framework may raise anything over a model it cannot describe
        message = f"Generating the schema failed: {type(error).__name__}: {' '.join(str(error).split())}"
        return _broken("generated", message, place=place, root_path=root_path)
    if raw is None:
        return None
    try:
        plain = json.loads(json.dumps(raw))
    except (TypeError, ValueError) as error:
        return _broken("generated", f"The schema holds what JSON cannot: {error}.", place=place, root_path=root_path)
    return _checked(plain, origin="generated", place=place, root_path=root_path, app=unwrap_app(app))


def served_document(app: Any, *, places: tuple[str, ...] = SERVED_AT, root_path: str = "") -> Document | None:
    """Ask the app itself, at the usual places.

    Returns:
        None when it serves none.
    """
    for place, content in _contents(app, places):
        try:
            parsed = parse_document(content)
        except ValueError as error:
            if place.endswith((".json", ".yaml")):
                return _broken(
                    "served", f"What {place} serves cannot be read: {error}.", place=place, root_path=root_path
                )
            continue
        if is_object(parsed) and ("openapi" in parsed or "swagger" in parsed):
            return _checked(parsed, origin="served", place=place, root_path=root_path, app=unwrap_app(app))
    return None


def named_document(app: Any, place: str, *, folder: Path) -> Document:
    """Read the document the user named: a path the app serves, or a file.

    Raises:
        TargetError: If it cannot be had or is no OpenAPI document.
    """
    file = folder / place
    if file.is_file():
        document = _from_file(file, place)
    elif place.startswith("/"):
        status, content = served_at(app, place)
        if status != _OK:
            raise TargetError(f"The app serves no schema at {place!r}.")
        document = _checked(_parsed(content, place), origin="served", place=place)
    else:
        known = [one.name for one in file.parent.glob("*")] if file.parent.is_dir() else []
        raise TargetError(f"There is no schema file {place!r}.", hint=nearest(file.name, known))
    if not document.raw:
        raise TargetError(f"The schema {place!r} cannot be used: {document.problems[0].message}")
    return document


def _from_file(file: Path, place: str) -> Document:
    """Read a file."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise TargetError(f"The schema file {place!r} cannot be read: {error.strerror}.") from error
    return _checked(_parsed(content, place), origin="file", place=place, folder=file.parent)


def _parsed(content: bytes, place: str) -> Any:
    """Parse what a user named."""
    try:
        return parse_document(content)
    except ValueError as error:
        raise TargetError(f"The schema {place!r} cannot be read: {error}.") from error


def _broken(origin: Literal["generated", "served"], message: str, *, place: str | None, root_path: str) -> Document:
    """A document of which only a problem is known."""
    problem = Problem(check="schema.parses", pointer="#", message=message)
    return Document(raw={}, origin=origin, place=place, root_path=root_path, problems=(problem,))


def _checked(
    raw: Any,
    *,
    origin: Literal["generated", "served", "file"],
    place: str | None,
    root_path: str = "",
    folder: Path | None = None,
    app: Any = None,
) -> Document:
    """Make a document of parsed JSON, and note what keeps it from being one."""
    problems, version = _shape_problems(raw)
    unusable = any(problem.check == "schema.parses" for problem in problems)
    return Document(
        raw={} if unusable else raw,
        origin=origin,
        place=place,
        root_path=root_path,
        version=version,
        problems=tuple(problems),
        folder=folder,
        app=app,
    )


def _shape_problems(raw: Any) -> tuple[list[Problem], tuple[int, int]]:
    """Look at the outermost fields only."""
    if not is_object(raw):
        return [
            _problem("schema.parses", "#", f"An OpenAPI document is an object, but this is {type(raw).__name__}.")
        ], (3, 1)
    table = raw
    declared = table.get("openapi")
    if not isinstance(declared, str):
        what = "This is Swagger 2.0, which is not supported" if "swagger" in table else "The field 'openapi' is missing"
        return [_problem("schema.parses", "#/openapi", f"{what}.")], (3, 1)
    problems: list[Problem] = []
    if not declared.startswith(("3.0", "3.1", "3.2")):
        message = f"OpenAPI {declared!r} is no version asgitest knows; it is read as 3.1."
        problems.append(_problem("schema.dialect-valid", "#/openapi", message))
    problems.extend(
        _problem(
            "schema.dialect-valid", f"#/{name}", f"{name!r} is an object, but this is {type(table[name]).__name__}."
        )
        for name in ("info", "paths", "components", "webhooks")
        if name in table and not is_object(table[name])
    )
    if not {"paths", "components", "webhooks"}.intersection(table):
        problems.append(_problem("schema.dialect-valid", "#", "There are neither paths nor components nor webhooks."))
    return problems, {"3.0": (3, 0), "3.2": (3, 2)}.get(declared[:3], (3, 1))


def _problem(check: str, pointer: str, message: str) -> Problem:
    """Make a problem."""
    return Problem(check=check, pointer=pointer, message=message)


def _contents(app: Any, places: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """What the app serves at some paths, each with its path; for those that fail the app is started, once."""
    client, failed = _client_of(app), list[str]()
    for place in places:
        status, content = _ask(client, place)
        if status == _OK:
            yield place, content
        elif _fails(status):
            failed.append(place)
    if failed:
        with contextlib.suppress(Exception), _client_of(app) as started:
            for place in failed:
                status, content = _ask(started, place)
                if status == _OK:
                    yield place, content


def served_at(app: Any, place: str) -> tuple[int, bytes]:
    """Get a path from the app, from the started app where it fails without; the status is 0 when it fails anyhow."""
    status, content = _ask(_client_of(app), place)
    if _fails(status):
        with contextlib.suppress(Exception), _client_of(app) as started:
            status, content = _ask(started, place)
    return status, content


def _client_of(app: Any) -> TestClient:
    from asgitest.testclient import TestClient  # noqa: PLC0415  only where a schema is not generated

    return TestClient(app, raise_server_exceptions=False, validate="off", timeout=_TIMEOUT_SECONDS)


def _ask(client: TestClient, place: str) -> tuple[int, bytes]:
    """Get a path; the status is 0 for an app that does anything else than answer: here it only has no schema."""
    try:
        response = client.get(place, follow_redirects=True)
    except Exception:  # noqa: BLE001  an app may do anything
        return 0, b""
    return response.status_code, bytes(response.content)


def _fails(status: int) -> bool:
    return status == 0 or status >= _SERVER_ERROR
