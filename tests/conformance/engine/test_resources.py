"""Resources are inferred from paths."""

from __future__ import annotations

from asgitest.conformance.engine.resources import Resource, infer_resources, referred
from tests.conformance.checks.records import operation


def resources(*pairs: tuple[str, str]) -> dict[str, Resource]:
    """What is inferred from methods and paths."""
    given = [operation(method=method, path=path) for method, path in pairs]
    return {resource.label: resource for resource in infer_resources(given)}


def test_a_collection_with_post_and_one_parameter_more_is_a_resource() -> None:
    """With everything that belongs to it."""
    given = [
        operation(method=method, path=path)
        for method, path in (
            ("GET", "/items"),
            ("POST", "/items"),
            ("GET", "/items/{item_id}"),
            ("DELETE", "/items/{item_id}"),
            ("POST", "/items/{item_id}/close"),
            ("GET", "/health"),
        )
    ]

    (resource,) = infer_resources(given)

    assert resource.label == "STATE /items/{item_id}"
    assert resource.parameter == "item_id"
    assert set(resource.on_one) == {"GET", "DELETE"}
    assert [action.label for action in resource.actions] == ["POST /items/{item_id}/close"]


def test_a_put_with_a_name_of_the_client_makes_a_resource() -> None:
    """Where nothing else creates it, and it can be read or deleted."""
    found = resources(("PUT", "/switches/{name}"), ("GET", "/switches/{name}"), ("PUT", "/settings/{name}"))

    assert list(found) == ["STATE /switches/{name}"]
    assert found["STATE /switches/{name}"].named


def test_a_resource_may_be_below_another_one() -> None:
    """Its creation is an action of the other."""
    found = resources(
        ("POST", "/projects"),
        ("GET", "/projects/{p}"),
        ("POST", "/projects/{p}/tasks"),
        ("GET", "/projects/{p}/tasks/{t}"),
    )

    assert list(found) == ["STATE /projects/{p}", "STATE /projects/{p}/tasks/{t}"]
    assert found["STATE /projects/{p}/tasks/{t}"].collection == "/projects/{p}/tasks"


def test_properties_refer_to_resources_by_their_names() -> None:
    """In whatever spelling, singular or plural."""
    found = resources(("POST", "/api/categories"), ("GET", "/api/categories/{id}"))

    for name in ("category_id", "categoryId", "category", "category_slug"):
        resource = referred(found, name)
        assert resource is not None, name
    for name in ("id", "cat_id", "price"):
        assert referred(found, name) is None, name
