"""The operations of a document, read into values.

Whatever is not as OpenAPI says is left out after a problem was noted; reading never raises.

Source: OpenAPI 3.0.4, 3.1.1 and 3.2.0, Paths Object and below. Depends on: references, dialect.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asgitest.conformance.dialect import SchemaReader
from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import (
    Body,
    Callback,
    Content,
    Encoding,
    Header,
    Operation,
    Parameter,
    Response,
    SecurityScheme,
)
from asgitest.conformance.references import pointer_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgitest.conformance.document import Document
    from asgitest.conformance.operation import Schema
    from asgitest.conformance.references import References

__all__ = ["DocumentReader", "names_in"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_LOCATIONS = ("path", "query", "header", "cookie", "querystring")
_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
_STYLES = {"path": "simple", "header": "simple", "query": "form", "cookie": "form", "querystring": "form"}
_NAME = re.compile(r"\{([^{}]+)\}")

Table = dict[str, Any]


def names_in(template: str) -> list[str]:
    """The names in a path template, in order."""
    return [name.partition(":")[0] for name in _NAME.findall(template)]


class DocumentReader:
    """Reads one document.

    Args:
        document: What is read.
        references: What follows its references, and collects the problems.
    """

    def __init__(self, document: Document, references: References) -> None:
        self._document = document
        self._references = references
        self._requests = SchemaReader(references, version=document.version, direction="request")
        self._responses = SchemaReader(references, version=document.version, direction="response")

    def operations(self) -> Iterator[Operation]:
        """All operations below ``paths``, in order."""
        for path, item in _table(self._document.raw.get("paths")).items():
            if not path.startswith("/"):
                if not path.startswith("x-"):
                    where = pointer_to("#/paths", path)
                    self._references.tell(
                        "schema.dialect-valid", where, f"The path {path!r} does not begin with a slash."
                    )
                continue
            for method, shared, given, base, where in self._of_item(item, pointer_to("#/paths", path)):
                yield self._operation(method, path, shared=shared, given=given, base=base, where=where)

    def webhooks(self) -> Iterator[Callback]:
        """All webhooks."""
        for name, item in _table(self._document.raw.get("webhooks")).items():
            yield from self._sent(name, "", item, base="", where=pointer_to("#/webhooks", name))

    def security_schemes(self) -> Iterator[SecurityScheme]:
        """All security schemes."""
        components = _table(self._document.raw.get("components"))
        for name, given in _table(components.get("securitySchemes")).items():
            scheme, _, _ = self._follow(given, "", pointer_to("#/components/securitySchemes", name))
            flows = _table(scheme.get("flows")).values()
            yield SecurityScheme(
                name=name,
                type=str(scheme.get("type", "")),
                location=str(scheme.get("in", "")),
                parameter=str(scheme.get("name", "")),
                scheme=str(scheme.get("scheme", "")).lower(),
                scopes=tuple(dict.fromkeys(scope for flow in flows for scope in _table(_table(flow).get("scopes")))),
                root_path=self._document.root_path,
            )

    def _follow(self, value: Any, base: str, where: str) -> tuple[Table, str, str]:
        """Follow references to an object; an empty one when there is none."""
        found = self._references.follow(value, base, where)
        if found is None:
            return {}, base, where
        if not is_object(found.value):
            message = f"{found.pointer} is an object, but this is {type(found.value).__name__}."
            self._references.tell("schema.dialect-valid", where, message)
            return {}, base, where
        return found.value, found.base, found.pointer

    def _of_item(self, item: Any, where: str, base: str = "") -> Iterator[tuple[str, list[Any], Table, str, str]]:
        """The operations of a path item: method, shared parameters, operation, base, pointer."""
        table, base, where = self._follow(item, base, where)
        shared = _array(table.get("parameters"))
        declared = {method: (table[method], pointer_to(where, method)) for method in METHODS if method in table}
        for method, given in _table(table.get("additionalOperations")).items():
            declared[method] = (given, pointer_to(where, "additionalOperations", method))
        for method, (given, place) in declared.items():
            if is_object(given):
                yield method.upper(), shared, given, base, place
            else:
                self._references.tell("schema.dialect-valid", place, f"{place} is no operation.")

    def _operation(
        self, method: str, path: str, *, shared: list[Any], given: Table, base: str, where: str
    ) -> Operation:
        """Read one operation."""
        raw = self._document.raw
        servers = _array(given.get("servers")) or _array(raw.get("servers"))
        return Operation(
            method=method,
            path=self._document.root_path + path,
            operation_id=given.get("operationId"),
            tags=tuple(str(tag) for tag in _array(given.get("tags"))),
            parameters=self._parameters([*shared, *_array(given.get("parameters"))], base, where, path=path),
            bodies=self._bodies(given.get("requestBody"), base, pointer_to(where, "requestBody")),
            responses=self._responses_of(given.get("responses"), base, pointer_to(where, "responses")),
            security=_security(given.get("security", raw.get("security"))),
            callbacks=tuple(self._callbacks(given.get("callbacks"), base, pointer_to(where, "callbacks"))),
            servers=tuple(str(_table(server).get("url", "")) for server in servers),
            deprecated=given.get("deprecated") is True,
            root_path=self._document.root_path,
            document_path=path,
            pointer=where,
        )

    def _parameters(self, given: list[Any], base: str, where: str, *, path: str) -> tuple[Parameter, ...]:
        """Read parameters; a later one of the same name and place wins, names in the path get one in any case."""
        read: dict[tuple[str, str], Parameter] = {}
        for number, one in enumerate(given):
            parameter = self._parameter(one, base, pointer_to(where, "parameters", number))
            if parameter is not None:
                read[parameter.location, parameter.name] = parameter
        names = names_in(self._document.root_path + path)
        for name in names:
            if ("path", name) not in read:
                read["path", name] = _placeholder(name)
        return tuple(one for key, one in read.items() if key[0] != "path" or key[1] in names)

    def _parameter(self, given: Any, base: str, where: str) -> Parameter | None:
        """Read one parameter; None for what is none."""
        table, base, where = self._follow(given, base, where)
        name, location = table.get("name"), table.get("in")
        if not table:
            return None
        if not isinstance(name, str) or location not in _LOCATIONS:
            message = f"A parameter has a name and a place, but {where} has {name!r} in {location!r}."
            self._references.tell("schema.dialect-valid", where, message)
            return None
        if location == "header" and name.lower() in _IGNORED_HEADERS:
            return None
        style = str(table.get("style") or _STYLES[location])
        content = _table(table.get("content"))
        content_type = next(iter(content), None)
        schema = _table(content[content_type]).get("schema", {}) if content_type else table.get("schema", {})
        return Parameter(
            name=name,
            location=location,
            required=table.get("required") is True or location == "path",
            schema=self._requests.read(schema, base, pointer_to(where, "schema")),
            style=style,
            explode=bool(table.get("explode", style in {"form", "cookie"})),
            allow_reserved=table.get("allowReserved") is True,
            content_type=content_type,
            examples=self._examples(table, schema, base=base, where=where),
        )

    def _examples(self, holder: Table, schema: Any, *, base: str, where: str) -> tuple[Any, ...]:
        """All examples of a parameter or media type, and of its schema."""
        values: list[Any] = [holder["example"]] if "example" in holder else []
        for name, one in _table(holder.get("examples")).items():
            example, _, _ = self._follow(one, base, pointer_to(where, "examples", name))
            values.extend(example[key] for key in ("dataValue", "value") if key in example)
        values.extend(self._schema_examples(schema, base, where))
        return tuple(values)

    def _schema_examples(self, schema: Any, base: str, where: str) -> list[Any]:
        """The examples a schema has itself."""
        table, _, _ = self._follow(schema, base, where) if is_object(schema) else ({}, "", "")
        several = table.get("examples")
        values = list(several) if is_array(several) else []
        return [table["example"], *values] if "example" in table else values

    def _bodies(self, given: Any, base: str, where: str) -> tuple[Body, ...]:
        """Read the media types of a request body."""
        if given is None:
            return ()
        table, base, where = self._follow(given, base, where)
        required = table.get("required") is True
        return tuple(
            self._body(media_type, media, base=base, where=pointer_to(where, "content", media_type), required=required)
            for media_type, media in _table(table.get("content")).items()
        )

    def _body(self, media_type: str, media: Any, *, base: str, where: str, required: bool) -> Body:
        """Read one media type of a request body."""
        table, base, where = self._follow(media, base, where)
        schema = table.get("schema", {})
        item_schema = table.get("itemSchema")
        return Body(
            media_type=media_type,
            schema=self._requests.read(schema, base, pointer_to(where, "schema")),
            item_schema=None
            if item_schema is None
            else self._requests.read(item_schema, base, pointer_to(where, "itemSchema")),
            required=required,
            encoding={name: _encoding(_table(one)) for name, one in _table(table.get("encoding")).items()},
            examples=self._examples(table, schema, base=base, where=where),
        )

    def _responses_of(self, given: Any, base: str, where: str) -> Mapping[str, Response]:
        """Read all responses."""
        return {
            str(status): self._response(str(status), one, base=base, where=pointer_to(where, str(status)))
            for status, one in _table(given).items()
            if not str(status).startswith("x-")
        }

    def _response(self, status: str, given: Any, *, base: str, where: str) -> Response:
        """Read one response."""
        table, base, where = self._follow(given, base, where)
        return Response(
            status=status.upper() if status.lower() != "default" else "default",
            description=str(table.get("description", "")),
            content={
                media_type: self._content(media, base, pointer_to(where, "content", media_type))
                for media_type, media in _table(table.get("content")).items()
            },
            headers={
                name.lower(): self._header(name, one, base=base, where=pointer_to(where, "headers", name))
                for name, one in _table(table.get("headers")).items()
            },
            links=_table(table.get("links")),
        )

    def _content(self, media: Any, base: str, where: str) -> Content:
        """Read one media type of a response."""
        table, base, where = self._follow(media, base, where)

        def read(key: str) -> Schema | None:
            given = table.get(key)
            return None if given is None else self._responses.read(given, base, pointer_to(where, key))

        examples = self._examples(table, table.get("schema", {}), base=base, where=where)
        return Content(schema=read("schema"), item_schema=read("itemSchema"), examples=examples)

    def _header(self, name: str, given: Any, *, base: str, where: str) -> Header:
        """Read one response header."""
        table, base, where = self._follow(given, base, where)
        schema = self._responses.read(table.get("schema", {}), base, pointer_to(where, "schema"))
        return Header(name=name.lower(), required=table.get("required") is True, schema=schema)

    def _callbacks(self, given: Any, base: str, where: str) -> Iterator[Callback]:
        """Read the callbacks of an operation."""
        for name, one in _table(given).items():
            table, inner, place = self._follow(one, base, pointer_to(where, name))
            for expression, item in table.items():
                if not expression.startswith("x-"):
                    yield from self._sent(name, expression, item, base=inner, where=pointer_to(place, expression))

    def _sent(self, name: str, expression: str, item: Any, *, base: str, where: str) -> Iterator[Callback]:
        """Read the requests of a path item the app sends."""
        for method, _, given, inner, place in self._of_item(item, where, base):
            yield Callback(
                name=name,
                expression=expression,
                method=method,
                bodies=self._bodies(given.get("requestBody"), inner, pointer_to(place, "requestBody")),
                responses=self._responses_of(given.get("responses"), inner, pointer_to(place, "responses")),
                pointer=place,
            )


def _placeholder(name: str) -> Parameter:
    """The parameter for a name in a path that nobody described."""
    schema: Schema = {"type": "string", "minLength": 1}
    return Parameter(name=name, location="path", required=True, schema=schema, documented=False)


def _encoding(given: Table) -> Encoding:
    """Read the encoding of one property of a form."""
    content_type = given.get("contentType")
    style = str(given.get("style") or "form")
    return Encoding(
        content_type=str(content_type).partition(",")[0].strip() if content_type else None,
        style=style,
        explode=bool(given.get("explode", style == "form")),
    )


def _security(given: Any) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """Read security requirements."""
    alternatives = _array(given)
    return tuple(
        {name: tuple(str(scope) for scope in _array(scopes)) for name, scopes in _table(one).items()}
        for one in alternatives
    )


def _table(value: Any) -> Table:
    """The value if it is an object, else an empty one."""
    return value if is_object(value) else {}


def _array(value: Any) -> list[Any]:
    """The value if it is an array, else an empty one."""
    return value if is_array(value) else []
