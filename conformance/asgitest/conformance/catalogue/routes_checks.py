"""Family ``routes``: the routing table against the OpenAPI document.

Source: OpenAPI 3.1, RFC 9110. Depends on: the shape of a check.
"""

from __future__ import annotations

from asgitest.conformance.catalogue.check import Check
from asgitest.conformance.catalogue.documents import openapi, rfc

__all__ = ["ROUTES_CHECKS"]

_PATHS = openapi("Paths Object", "paths-object")

ROUTES_CHECKS: tuple[Check, ...] = (
    Check(
        id="routes.undocumented",
        title="A route is not in the schema",
        severity="info",
        confidence="firm",
        wfc="F210",
        meaning="Nobody reading the docs knows it is there, and contract tests do not reach it.",
        advice="Document it, or hide it on purpose with include_in_schema=False.",
        spec=(_PATHS,),
        bad="app.add_route('/metrics', metrics)",
        good="@app.get('/metrics')",
    ),
    Check(
        id="routes.documented-but-missing",
        title="A documented operation does not exist",
        severity="error",
        meaning="The schema promises an operation the router does not know: it answers 404 or 405.",
        advice="Remove it from the schema, or add the route.",
        spec=(_PATHS,),
        bad="paths: {/items: {get: ..., delete: ...}}  # the app has only GET",
        good="paths: {/items: {get: ...}}",
    ),
    Check(
        id="routes.shadowed",
        title="A route can never be reached",
        severity="error",
        meaning="A route registered earlier matches all its paths, so its handler is dead code.",
        advice="Register the more specific route first.",
        spec=(openapi("Path Templating Matching", "path-templating-matching"),),
        bad="@app.get('/users/{id}')\n...\n@app.get('/users/me')",
        good="@app.get('/users/me')\n...\n@app.get('/users/{id}')",
    ),
    Check(
        id="routes.trailing-slash-redirect",
        title="A documented path is answered with a redirect to its twin with or without slash",
        severity="warning",
        confidence="firm",
        meaning="Every call takes two round trips, and clients that do not follow redirects for POST fail.",
        advice="Document and call the path exactly as it is registered.",
        spec=(rfc(9110, "15.4"),),
        bad="servers: [{url: /api/}] with paths /items, registered as /items/",
        good="@app.get('/items')",
    ),
    Check(
        id="routes.method-set-differs",
        title="A path answers methods its schema does not have",
        severity="warning",
        confidence="firm",
        meaning="The extra methods are reachable, and no one documents or tests them.",
        advice="Document the methods, or narrow the route to the documented ones.",
        spec=(openapi("Path Item Object", "path-item-object"),),
        bad="@app.api_route('/items', methods=['GET', 'PUT'], include_in_schema=...)",
        good="@app.get('/items')",
    ),
    Check(
        id="routes.mounted-app-undocumented",
        title="A mounted app appears in no schema",
        severity="info",
        confidence="firm",
        meaning="Its operations are served and documented nowhere.",
        advice="Give it a schema of its own, or document it with the parent.",
        spec=(_PATHS,),
        bad="app.mount('/admin', admin)  # admin has openapi_url=None",
        good="admin = FastAPI()  # served at /admin/openapi.json",
    ),
)
