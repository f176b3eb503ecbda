"""Family ``schema``: what is wrong with an OpenAPI document, whatever the app does.

Source: OpenAPI 3.1, JSON Schema 2020-12. Depends on: the inventory, compiled validators.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from asgitest.conformance.checks.validators import validator_of
from asgitest.conformance.checks.violation import Violation
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.inventory import Inventory
    from asgitest.conformance.operation import Operation

__all__ = ["check_documents"]

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_REFERENCE = "$ref"


def check_documents(inventory: Inventory) -> Iterator[tuple[str, Violation]]:
    """Check all documents of an inventory.

    Yields:
        Pairs of subject (``SCHEMA`` or an operation) and violation.
    """
    for problem in inventory.problems:
        yield (
            "SCHEMA",
            Violation(check=problem.check, message=f"{problem.pointer}: {problem.message}", cause=(problem.pointer,)),
        )
    documented = [operation for operation in inventory.operations if operation.documented]
    yield from _operation_ids(documented)
    yield from _shapes(documented)
    for operation in documented:
        for violation in _check_operation(operation, inventory):
            yield operation.label, violation
    for document in inventory.documents:
        for violation in _unused_components(document.raw):
            yield "SCHEMA", violation


def _operation_ids(operations: list[Operation]) -> Iterator[tuple[str, Violation]]:
    by_id: defaultdict[tuple[str, str], list[Operation]] = defaultdict(list)
    for operation in operations:
        if operation.operation_id:
            by_id[operation.root_path, operation.operation_id].append(operation)
        else:
            violation = Violation(
                check="schema.operation-id-missing",
                message=f"{operation.label} has no operationId.",
                cause=("missing",),
            )
            yield operation.label, violation
    for (_, identifier), several in by_id.items():
        if len(several) > 1:
            labels = ", ".join(operation.label for operation in several)
            violation = Violation(
                check="schema.operation-id-unique",
                message=f"The operationId {identifier!r} is used by {labels}.",
                cause=(identifier,),
                expected="Every operationId is unique.",
                actual=labels,
            )
            yield several[-1].label, violation


def _shapes(operations: list[Operation]) -> Iterator[tuple[str, Violation]]:
    by_shape: defaultdict[tuple[str, str], dict[str, Operation]] = defaultdict(dict)
    for operation in operations:
        shape = _PLACEHOLDER.sub("{}", operation.document_path or operation.path)
        by_shape[operation.root_path, shape].setdefault(operation.document_path or operation.path, operation)
    for several in by_shape.values():
        if len(several) > 1:
            paths = " and ".join(several)
            violation = Violation(
                check="schema.duplicate-path-shape",
                message=f"{paths} differ only in the names of their parameters.",
                cause=tuple(several),
            )
            yield list(several.values())[-1].label, violation


def _check_operation(operation: Operation, inventory: Inventory) -> Iterator[Violation]:
    named = set(re.findall(r"\{([^{}:]+)", operation.document_path))
    for parameter in operation.parameters_in("path"):
        if not parameter.documented and parameter.name in named:
            yield Violation(
                check="schema.path-param-mismatch",
                message=f"The path has {{{parameter.name}}}, but no parameter describes it.",
                cause=(parameter.name,),
            )
    statuses = [status for status in operation.responses if status[:1] in {"2", "3", "1"} or status == "default"]
    if not statuses:
        known = ", ".join(operation.responses) or "nothing"
        yield Violation(check="schema.response-missing-2xx", message=f"Only {known} is documented.", cause=("2XX",))
    for alternative in operation.security:
        for name in alternative:
            if name not in inventory.security_schemes:
                yield Violation(
                    check="schema.security-undefined",
                    message=f"The security scheme {name!r} is not defined.",
                    cause=(name,),
                )
    yield from _check_examples(operation)
    yield from _check_patterns(operation)


def _check_examples(operation: Operation) -> Iterator[Violation]:
    holders: list[tuple[str, dict[str, Any], tuple[Any, ...]]] = [
        (f"parameter {parameter.name}", parameter.schema, parameter.examples) for parameter in operation.parameters
    ]
    holders += [(f"request body {body.media_type}", body.schema, body.examples) for body in operation.bodies]
    holders += [
        (f"response {response.status} {media_type}", content.schema or {}, content.examples)
        for response in operation.responses.values()
        for media_type, content in response.content.items()
    ]
    for place, schema, examples in holders:
        yield from _check_inner_examples(place, schema)
        validator = validator_of(schema)
        for example in examples:
            error = None if validator.is_valid(example) else validator.first_error(example)
            if error is not None:
                yield Violation(
                    check="schema.example-invalid",
                    message=f"An example of the {place} breaks its schema: {error[0]}",
                    cause=(place,),
                    actual=repr(example)[:200],
                )
                break


def _check_inner_examples(place: str, schema: Any) -> Iterator[Violation]:
    """Check the examples that properties have in their own schemas."""
    definitions: Any = schema.get("$defs", {}) if is_object(schema) else {}
    waiting: list[tuple[str, Any]] = [("", schema)]
    while waiting:
        name, value = waiting.pop()
        if not is_object(value):
            continue
        for table in (value.get("properties"), value.get("$defs")):
            waiting.extend(table.items() if is_object(table) else ())
        waiting.extend((name, value[key]) for key in ("items", "additionalProperties") if key in value)
        several = value.get("examples")
        if not name or not is_array(several) or not several:
            continue
        validator = validator_of({**value, "$defs": {**definitions, **value.get("$defs", {})}})
        broken = next((example for example in several if not validator.is_valid(example)), None)
        error = validator.first_error(broken) if broken is not None else None
        if error is not None:
            yield Violation(
                check="schema.example-invalid",
                message=f"An example of {name!r} in the {place} breaks its schema: {error[0]}",
                cause=(name,),
                actual=repr(broken)[:200],
            )


def _check_patterns(operation: Operation) -> Iterator[Violation]:
    for place, schema in _schemas(operation):
        for pattern in sorted(_patterns(schema)):
            try:
                jsonschema_rs.Draft202012Validator({"pattern": pattern})
            except Exception:  # noqa: BLE001  whatever the library raises for it
                yield Violation(
                    check="schema.pattern-invalid",
                    message=f"The pattern {pattern!r} of the {place} is no regular expression JSON Schema knows.",
                    cause=(pattern,),
                )


def _schemas(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    for parameter in operation.parameters:
        yield f"parameter {parameter.name}", parameter.schema
    for body in operation.bodies:
        yield f"request body {body.media_type}", body.schema


def _patterns(schema: Any) -> set[str]:
    """Collect the patterns of a schema."""
    found: set[str] = set()
    waiting: list[Any] = [schema]
    while waiting:
        value = waiting.pop()
        if is_object(value):
            pattern = value.get("pattern")
            if isinstance(pattern, str):
                found.add(pattern)
            waiting.extend(value.values())
        elif is_array(value):
            waiting.extend(value)
    return found


def _unused_components(raw: Any) -> Iterator[Violation]:
    components: Any = raw.get("components") if is_object(raw) else None
    if not is_object(components):
        return
    references = _references(raw)
    for kind, members in components.items():
        if kind == "securitySchemes" or not is_object(members):
            continue
        for name in members:
            if f"#/components/{kind}/{name}" not in references:
                yield Violation(
                    check="schema.unused-component",
                    message=f"#/components/{kind}/{name} is used nowhere.",
                    cause=(kind, str(name)),
                )


def _references(raw: Any) -> set[str]:
    """Collect all references and discriminator targets of a document."""
    found: set[str] = set()
    waiting: list[Any] = [raw]
    while waiting:
        value = waiting.pop()
        if is_object(value):
            if isinstance(value.get(_REFERENCE), str):
                found.add(value[_REFERENCE])
            mapping = value.get("mapping")
            if is_object(mapping):
                found.update(target for target in mapping.values() if isinstance(target, str))
            waiting.extend(value.values())
        elif is_array(value):
            waiting.extend(value)
    return found
