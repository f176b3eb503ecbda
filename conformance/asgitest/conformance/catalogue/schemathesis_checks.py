"""Family ``schemathesis``: what Schemathesis reports and no check of ours looks for.

The family is run by ``asgitest schemathesis``, not by ``asgitest check``.

Source: the failure codes of Schemathesis 4. Depends on: the shape of a check.
"""

from __future__ import annotations

from asgitest.conformance.catalogue.check import Check, SpecLink

__all__ = ["SCHEMATHESIS_CHECKS"]

_DOCS = SpecLink(document="Schemathesis", section="Checks", url="https://schemathesis.readthedocs.io/en/stable/")

SCHEMATHESIS_CHECKS: tuple[Check, ...] = (
    Check(
        id="schemathesis.graphql",
        title="A GraphQL operation did not answer as its schema says",
        severity="error",
        confidence="firm",
        meaning="Schemathesis tests GraphQL as well; asgitest itself does not.",
        advice="Read what Schemathesis says: st explain with the code of the finding.",
        schemathesis=("ST113", "ST114", "ST115", "ST206"),
        spec=(_DOCS,),
    ),
    Check(
        id="schemathesis.slow",
        title="A response took longer than max-response-time",
        severity="warning",
        confidence="tentative",
        meaning="Elapsed time depends on the machine; asgitest counts CPU time instead (http.slow).",
        advice="Measure again on an idle machine before changing the app.",
        schemathesis=("ST112",),
        spec=(_DOCS,),
    ),
    Check(
        id="schemathesis.object-level",
        title="An identity reached what belongs to another",
        severity="error",
        confidence="firm",
        meaning="Who may log in may not therefore read everything.",
        advice="Compare the owner of the resource with the identity of the request.",
        schemathesis=("ST402",),
        spec=(_DOCS,),
    ),
    Check(
        id="schemathesis.other",
        title="A check of Schemathesis failed that asgitest does not know",
        severity="error",
        confidence="firm",
        meaning="A check of your own, or one of a newer Schemathesis.",
        advice="Read what Schemathesis says: st explain with the code of the finding.",
        schemathesis=("ST901",),
        spec=(_DOCS,),
    ),
)
