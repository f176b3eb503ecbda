"""What changed paths, operations, parameters, bodies and responses mean."""

from __future__ import annotations

from typing import Any

import pytest

from asgitest.conformance.catalogue import CHECKS
from tests.conformance.drift import test_schemas, test_security
from tests.conformance.drift.contracts import changes, document, names

OK = {"responses": {"200": {"description": "ok"}}}
TEXT = {"type": "string"}


def parameters(*given: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": [{"in": "query", "name": "q", "schema": TEXT} | one for one in given]}


def body(*media_types: str, required: bool = False) -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": {name: {"schema": {}} for name in media_types}}}


def responses(**by_status: dict[str, Any]) -> dict[str, Any]:
    return {"responses": {status.removeprefix("s"): {"description": "x"} | one for status, one in by_status.items()}}


def content(*media_types: str) -> dict[str, Any]:
    return {"content": {name: {"schema": TEXT} for name in media_types}}


def headers(**by_name: bool) -> dict[str, Any]:
    return {"headers": {name: {"required": required, "schema": TEXT} for name, required in by_name.items()}}


JSON, CSV = "application/json", "text/csv"
# Name of the change, operation before, operation after.
OPERATIONS: list[tuple[str, Any, Any]] = [
    ("operation-deprecated", {}, {"deprecated": True}),
    ("operation-id-changed", {"operationId": "a"}, {"operationId": "b"}),
    ("operation-tags-changed", {"tags": ["a"]}, {"tags": ["b"]}),
    ("callback-removed", {"callbacks": {"done": {"{$request.body#/url}": {"post": OK}}}}, {}),
    ("callback-added", {}, {"callbacks": {"done": {"{$request.body#/url}": {"post": OK}}}}),
    ("parameter-removed", parameters({}), {}),
    ("parameter-added-required", {}, parameters({"required": True})),
    ("parameter-added-optional", {}, parameters({})),
    ("parameter-became-required", parameters({}), parameters({"required": True})),
    ("parameter-became-optional", parameters({"required": True}), parameters({})),
    ("parameter-moved", parameters({}), parameters({"in": "header"})),
    ("parameter-style-changed", parameters({}), parameters({"explode": False})),
    ("request-max-length-lowered", parameters({}), parameters({"schema": {"type": "string", "maxLength": 3}})),
    ("request-body-added-required", {}, body(JSON, required=True)),
    ("request-body-added-optional", {}, body(JSON)),
    ("request-body-removed", body(JSON), {}),
    ("request-body-became-required", body(JSON), body(JSON, required=True)),
    ("request-body-became-optional", body(JSON, required=True), body(JSON)),
    ("request-media-type-removed", body(JSON, CSV), body(JSON)),
    ("request-media-type-added", body(JSON), body(JSON, CSV)),
    ("response-success-removed", responses(s200={}, s201={}), responses(s200={})),
    ("response-success-added", responses(s200={}), responses(s200={}, s201={})),
    ("response-error-removed", responses(s200={}, s404={}), responses(s200={})),
    ("response-error-added", responses(s200={}), responses(s200={}, s404={})),
    ("response-body-removed", responses(s200=content(JSON)), responses(s200={})),
    ("response-media-type-removed", responses(s200=content(JSON, CSV)), responses(s200=content(JSON))),
    ("response-media-type-added", responses(s200=content(JSON)), responses(s200=content(JSON, CSV))),
    ("response-header-removed", responses(s200=headers(ETag=True)), responses(s200={})),
    ("response-header-added", responses(s200={}), responses(s200=headers(ETag=True))),
    ("response-header-became-optional", responses(s200=headers(ETag=True)), responses(s200=headers(ETag=False))),
]
DOCUMENTS: list[tuple[str, Any, Any]] = [
    ("path-removed", {"paths": {"/a": {"get": OK}}}, {"paths": {}}),
    ("operation-removed", {"paths": {"/a": {"get": OK, "put": OK}}}, {"paths": {"/a": {"get": OK}}}),
    ("operation-removed-deprecated", {"paths": {"/a": {"get": {**OK, "deprecated": True}}}}, {"paths": {}}),
    ("operation-added", {"paths": {"/a": {"get": OK}}}, {"paths": {"/a": {"get": OK, "put": OK}}}),
    ("path-parameter-renamed", {"paths": {"/a/{id}": {"get": OK}}}, {"paths": {"/a/{key}": {"get": OK}}}),
    ("webhook-removed", {"paths": {}, "webhooks": {"new": {"post": OK}}}, {"paths": {}}),
    ("webhook-added", {"paths": {}}, {"paths": {}, "webhooks": {"new": {"post": OK}}}),
]


@pytest.mark.parametrize(("name", "before", "after"), OPERATIONS)
def test_a_change_of_an_operation_is_named_and_nothing_else_is(name: str, before: Any, after: Any) -> None:
    assert names(document(before), document(after)) == [name]


@pytest.mark.parametrize(("name", "before", "after"), DOCUMENTS)
def test_a_change_of_paths_is_named_and_nothing_else_is(name: str, before: Any, after: Any) -> None:
    assert names(document(**before), document(**after)) == [name]


def test_every_check_of_the_family_is_produced_by_one_of_the_tables() -> None:
    """A check of the catalogue that nothing can report would be a promise nobody keeps."""
    produced = {
        name
        for table in (OPERATIONS, DOCUMENTS, test_schemas.REQUESTS, test_schemas.RESPONSES, test_security.CHANGES)
        for name, _, _ in table
    }

    assert {id_.removeprefix("drift.") for id_ in CHECKS if id_.startswith("drift.")} == produced


def test_a_document_compared_with_itself_has_not_changed() -> None:
    for _, before, after in OPERATIONS:
        assert names(document(before), document(before)) == []
        assert names(document(after), document(after)) == []


def test_header_parameters_are_compared_without_case() -> None:
    before = parameters({"in": "header", "name": "X-Key"})

    assert names(document(before), document(parameters({"in": "header", "name": "x-key"}))) == []


def test_parameters_of_the_path_are_compared_by_their_place() -> None:
    def read(name: str, schema: Any) -> Any:
        parameter = {"in": "path", "name": name, "required": True, "schema": schema}
        return document(paths={f"/a/{{{name}}}": {"get": {**OK, "parameters": [parameter]}}})

    found = changes(read("id", {}), read("key", {"type": "integer"}))

    assert [change.check for change in found] == [
        "drift.path-parameter-renamed",
        "drift.request-type-narrowed",
        "drift.request-not-nullable",
    ]
