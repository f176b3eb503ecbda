"""One driving request for each fault of the family `schema`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "operation-id-twice": lambda h: (
        h.schema()["paths"]["/v1/documents"]["get"]["operationId"]
        == h.schema()["paths"]["/v2/documents"]["get"]["operationId"]
    ),
    "ref-to-nothing": lambda h: (
        h.schema()["paths"]["/shapes"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        == {"$ref": "#/components/schemas/Shape"}
    ),
    "example-breaks-maximum": lambda h: (
        h.post("/measures", json=h.schema()["components"]["schemas"]["Measure"]["examples"][0]).status_code == 422
    ),
    "parameter-example-invalid": lambda h: (
        h.get(
            "/levels",
            params={"level": h.schema()["paths"]["/levels"]["get"]["parameters"][0]["examples"]["usual"]["value"]},
        ).status_code
        == 422
    ),
    "default-above-maximum": lambda h: (
        h.get(f"/pages?size={h.schema()['paths']['/pages']['get']['parameters'][0]['schema']['default']}").status_code
        == 422
    ),
    "required-and-undefined": lambda h: (
        "email" in h.schema()["components"]["schemas"]["Author"]["required"] and "email" not in h.get("/authors").json()
    ),
    "security-undefined": lambda h: (
        "security" in h.schema()["paths"]["/admin"]["get"]
        and "oauth" not in h.schema()["components"].get("securitySchemes", {})
    ),
    "pattern-no-regex": lambda h: (
        h.schema()["paths"]["/codes/{code}"]["get"]["parameters"][0]["schema"]["pattern"] == "^[A-Z]{3}($"
    ),
    "path-parameter-undeclared": lambda h: h.schema()["paths"]["/rooms/{room}"]["get"].get("parameters", []) == [],
    "no-success-documented": lambda h: set(h.schema()["paths"]["/jobs"]["post"]["responses"]) == {"503"},
    "parameter-without-place": lambda h: h.schema()["paths"]["/floors"]["get"].get("parameters") == [{"name": "wing"}],
    "same-shape-twice": lambda h: {"/doors/{door}", "/doors/{number}"} <= set(h.schema()["paths"]),
    "schema-answers-500": lambda h: h.get("/openapi.json").status_code == 500,
    "served-schema-stale": lambda h: "/authors" not in h.schema()["paths"],
}
