"""Two contracts compared: paths, operations, parameters, bodies, responses, security.

Source: OpenAPI 3.1, Paths Object and below. Depends on: contracts, schemas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.drift.change import Change
from asgitest.conformance.drift.contract import shape
from asgitest.conformance.drift.schemas import Side, compare_schemas
from asgitest.conformance.drift.security import compare_security

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.drift.contract import Contract
    from asgitest.conformance.drift.schemas import Direction
    from asgitest.conformance.operation import Body, Content, Operation, Parameter, Response, Schema

__all__ = ["compare_contracts"]


def compare_contracts(before: Contract, after: Contract) -> Iterator[Change]:
    """Compare two contracts.

    Args:
        before: What clients rely on.
        after: What they will meet.
    """
    gone = before.paths - after.paths
    for key, operation in before.operations.items():
        new = after.operations.get(key)
        if new is not None:
            yield from _compare(operation, new)
        elif operation.deprecated:
            yield Change(check="drift.operation-removed-deprecated", operation=operation.label)
        elif key[1] in gone:
            yield Change(check="drift.path-removed", operation=operation.label, before=operation.path)
        else:
            yield Change(check="drift.operation-removed", operation=operation.label)
    for key, operation in after.operations.items():
        if key not in before.operations:
            yield Change(check="drift.operation-added", operation=operation.label)
    for name in sorted(before.webhooks ^ after.webhooks):
        what = "removed" if name in before.webhooks else "added"
        yield Change(check=f"drift.webhook-{what}", operation="SCHEMA", where=f"webhook {name}")
    yield from compare_security(before, after)


def _compare(old: Operation, new: Operation) -> Iterator[Change]:
    yield from _itself(old, new)
    yield from _parameters(old, new)
    yield from _bodies(old, new)
    yield from _responses(old, new)


def _itself(old: Operation, new: Operation) -> Iterator[Change]:
    label = old.label
    if new.deprecated and not old.deprecated:
        yield Change(check="drift.operation-deprecated", operation=label)
    if old.operation_id and old.operation_id != new.operation_id:
        yield Change(
            check="drift.operation-id-changed",
            operation=label,
            before=old.operation_id,
            after=new.operation_id or "none",
        )
    if set(old.tags) != set(new.tags):
        yield Change(
            check="drift.operation-tags-changed",
            operation=label,
            before=", ".join(old.tags),
            after=", ".join(new.tags),
        )
    if old.path != new.path and shape(old.path) == shape(new.path):
        yield Change(check="drift.path-parameter-renamed", operation=label, before=old.path, after=new.path)
    callbacks = {one.name for one in old.callbacks}, {one.name for one in new.callbacks}
    for name in sorted(callbacks[0] ^ callbacks[1]):
        what = "removed" if name in callbacks[0] else "added"
        yield Change(check=f"drift.callback-{what}", operation=label, where=f"callback {name}")


def _key(parameter: Parameter) -> str:
    return parameter.name.lower() if parameter.location == "header" else parameter.name


def _parameters(old: Operation, new: Operation) -> Iterator[Change]:
    """Compare parameters; those of the path are compared by their place, because names there do not travel."""
    olds = {(one.location, _key(one)): one for one in old.parameters if one.location != "path"}
    news = {(one.location, _key(one)): one for one in new.parameters if one.location != "path"}
    places = {name: location for location, name in news}
    for (location, name), parameter in olds.items():
        after = news.get((location, name))
        where = f"{location} {name}"
        if after is not None:
            yield from _parameter(old.label, parameter, after)
        elif name in places and (places[name], name) not in olds:
            yield Change(
                check="drift.parameter-moved", operation=old.label, where=where, before=location, after=places[name]
            )
        else:
            yield Change(check="drift.parameter-removed", operation=old.label, where=where)
    before = {name for _, name in olds}
    for (location, name), parameter in news.items():
        if (location, name) not in olds and (name not in before or (location, name) in olds):
            kind = "required" if parameter.required else "optional"
            yield Change(
                check=f"drift.parameter-added-{kind}", operation=old.label, where=f"{location} {name}", after="there"
            )
    for one, other in zip(old.parameters_in("path"), new.parameters_in("path"), strict=False):
        yield from _schemas(old.label, one.schema, other.schema, direction="request", where=f"path {one.name}")


def _parameter(label: str, old: Parameter, new: Parameter) -> Iterator[Change]:
    where = f"{old.location} {old.name}"
    if new.required and not old.required:
        yield Change(check="drift.parameter-became-required", operation=label, where=where)
    elif old.required and not new.required:
        yield Change(check="drift.parameter-became-optional", operation=label, where=where)
    if (old.style, old.explode, old.content_type) != (new.style, new.explode, new.content_type):
        yield Change(
            check="drift.parameter-style-changed",
            operation=label,
            where=where,
            before=old.content_type or f"{old.style}{', exploded' if old.explode else ''}",
            after=new.content_type or f"{new.style}{', exploded' if new.explode else ''}",
        )
    yield from _schemas(label, old.schema, new.schema, direction="request", where=where)


def _schemas(label: str, old: Schema, new: Schema, *, direction: Direction, where: str) -> Iterator[Change]:
    yield from compare_schemas(Side(old, old), Side(new, new), direction=direction, operation=label, where=where)


def _bodies(old: Operation, new: Operation) -> Iterator[Change]:
    olds = {body.media_type: body for body in old.bodies}
    news = {body.media_type: body for body in new.bodies}
    if not olds or not news:
        yield from _whole_body(old.label, old.bodies, new.bodies)
        return
    for media_type, body in olds.items():
        after = news.get(media_type)
        if after is None:
            yield Change(check="drift.request-media-type-removed", operation=old.label, where=f"body {media_type}")
        else:
            yield from _schemas(old.label, body.schema, after.schema, direction="request", where=f"body {media_type} ")
    for media_type in news:
        if media_type not in olds:
            yield Change(check="drift.request-media-type-added", operation=old.label, where=f"body {media_type}")
    required = old.bodies[0].required, new.bodies[0].required
    if required[0] != required[1]:
        what = "required" if required[1] else "optional"
        yield Change(check=f"drift.request-body-became-{what}", operation=old.label, where="body")


def _whole_body(label: str, old: tuple[Body, ...], new: tuple[Body, ...]) -> Iterator[Change]:
    if old:
        yield Change(check="drift.request-body-removed", operation=label, where="body")
    if new:
        kind = "required" if new[0].required else "optional"
        yield Change(check=f"drift.request-body-added-{kind}", operation=label, where="body")


def _responses(old: Operation, new: Operation) -> Iterator[Change]:
    for status, response in old.responses.items():
        after = new.responses.get(status)
        if after is not None:
            yield from _response(old.label, response, after)
            continue
        kind = "success" if status.startswith("2") else "error"
        yield Change(
            check=f"drift.response-{kind}-removed", operation=old.label, where=f"response {status}", before=status
        )
    for status in new.responses:
        if status not in old.responses:
            kind = "success" if status.startswith("2") else "error"
            yield Change(
                check=f"drift.response-{kind}-added", operation=old.label, where=f"response {status}", after=status
            )


def _response(label: str, old: Response, new: Response) -> Iterator[Change]:
    where = f"response {old.status}"
    yield from _headers(label, old, new)
    if old.content and not new.content:
        yield Change(check="drift.response-body-removed", operation=label, where=where, before=", ".join(old.content))
        return
    for media_type, content in old.content.items():
        after = new.content.get(media_type)
        if after is None:
            yield Change(check="drift.response-media-type-removed", operation=label, where=where, before=media_type)
        else:
            yield from _content(label, content, after, where=f"{where} {media_type} ")
    for media_type in new.content:
        if media_type not in old.content:
            yield Change(check="drift.response-media-type-added", operation=label, where=where, after=media_type)


def _content(label: str, old: Content, new: Content, *, where: str) -> Iterator[Change]:
    for before, after in ((old.schema, new.schema), (old.item_schema, new.item_schema)):
        if before is not None:
            yield from _schemas(label, before, after or {}, direction="response", where=where)


def _headers(label: str, old: Response, new: Response) -> Iterator[Change]:
    headers: Mapping[str, object] = old.headers
    for name, header in old.headers.items():
        where = f"response {old.status} header {name}"
        after = new.headers.get(name)
        if after is None:
            yield Change(check="drift.response-header-removed", operation=label, where=where)
            continue
        if header.required and not after.required:
            yield Change(check="drift.response-header-became-optional", operation=label, where=where)
        yield from _schemas(label, header.schema, after.schema, direction="response", where=where)
    for name in new.headers:
        if name not in headers:
            where = f"response {old.status} header {name}"
            yield Change(check="drift.response-header-added", operation=label, where=where)
