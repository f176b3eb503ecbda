"""Operations of apps without a schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.operation import Handler, Operation
from asgitest.conformance.undescribed import guessed_operations, with_reads

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = (
    'async def add(request):\n    data = await request.json()\n    return data["text"], request.query_params["q"]\n'
)


def test_an_undocumented_operation_is_sent_what_its_handler_reads(tmp_path: Path) -> None:
    """A body only with a method that has one; a documented operation says itself what it takes."""
    file = tmp_path / "app.py"
    file.write_text(SOURCE)
    handler = Handler(file=str(file), line=1)

    post = with_reads(Operation(method="POST", path="/", handler=handler, documented=False))
    get = with_reads(Operation(method="GET", path="/", handler=handler, documented=False))
    told = Operation(method="POST", path="/", handler=handler)

    assert [parameter.name for parameter in post.parameters_in("query")] == ["q"]
    assert [(body.media_type, list(body.schema["properties"])) for body in post.bodies] == [
        ("application/json", ["text"])
    ]
    assert get.bodies == ()
    assert with_reads(told) is told


def test_an_app_without_routes_has_a_root_at_least() -> None:
    """Whatever its source says, and if there is none."""
    assert [operation.label for operation in guessed_operations(None)] == ["GET /"]
