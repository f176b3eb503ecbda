"""What was sent before a case."""

from __future__ import annotations

from asgitest.conformance.engine.history import History
from tests.conformance.checks.records import exchange


def test_only_what_may_have_changed_something_is_kept() -> None:
    """Creations again after each restart; the whole history has what was before it, too."""
    created, changed = exchange(201, method="POST"), exchange(200, method="PUT")
    history = History()

    history.begin([created.request])
    history.add(changed.request, changed)
    history.add(exchange(200).request, exchange(200))
    history.add(changed.request, exchange(404, method="PUT"))
    history.begin([created.request])

    assert history.lead() == (
        (created.request,),
        (created.request, changed.request, created.request),
    )
