"""What a document promises."""

from __future__ import annotations

import dataclasses

from asgitest.conformance.drift.contract import contract_of, shape
from tests.conformance.drift.contracts import document

OK = {"responses": {"200": {"description": "ok"}}}


def test_the_names_of_path_parameters_are_no_part_of_an_operation() -> None:
    contract = contract_of([document(paths={"/a/{id}": {"get": OK}}, webhooks={"new": {"post": OK}})])

    assert {*contract.operations} == {("GET", "/a/{}")}
    assert contract.paths == {"/a/{}"}
    assert contract.webhooks == {"new POST"}
    assert shape("/a/{id}/b/{c}") == "/a/{}/b/{}"


def test_mounted_documents_stand_under_their_path() -> None:
    mounted = dataclasses.replace(document(paths={"/stock": {"get": OK}}), root_path="/partners")

    assert contract_of([document(paths={}), mounted]).paths == {"/partners/stock"}
