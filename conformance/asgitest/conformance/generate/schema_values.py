"""Values of a schema: compiled once into functions, drawn often.

``allOf`` is merged, a choice is a choice of merged branches, a reference is a call, and depth chooses what ends. What
merging cannot say exactly is checked against the schema, and drawn again.

Source: JSON Schema 2020-12. Depends on: merging, scalars, containers; jsonschema-rs when something has to be checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from asgitest.conformance.dialect import UNRESOLVED
from asgitest.conformance.generate.containers import arrays, objects
from asgitest.conformance.generate.merging import INEXACT, NOTHING, kinds_of, merge, types_of
from asgitest.conformance.generate.scalars import integers, numbers, texts
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from random import Random

    from asgitest.conformance.generate.dictionary import Dictionary
    from asgitest.conformance.generate.scalars import Alphabet, Draw
    from asgitest.conformance.operation import Schema

__all__ = ["SchemaValues", "schema_value", "validator_of"]

_DEPTH = 4
_TRIES = 30
_ENDLESS = 10_000
_LEVELS = 60
_CHECKED = frozenset(
    [
        "not",
        "if",
        "then",
        "else",
        "oneOf",
        "dependentSchemas",
        "unevaluatedProperties",
        "unevaluatedItems",
        "maxContains",
        "contains",
        "propertyNames",
        "maxProperties",
        "patternProperties",
    ]
)
_ANNOTATIONS = frozenset(
    ["title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "discriminator"]
)
_CACHE: dict[tuple[int, str], tuple[Schema, SchemaValues]] = {}
_MOST_CACHED = 4096


def schema_value(schema: Schema, rng: Random, dictionary: Dictionary) -> Any:
    """Draw a value that is valid under *schema*; the schema is compiled on the first call."""
    return compiled(schema, "any").draw(rng, dictionary)


def compiled(schema: Schema, alphabet: Alphabet) -> SchemaValues:
    """Compile a schema once for each object it is."""
    held = _CACHE.get((id(schema), alphabet))
    if held is None:
        if len(_CACHE) >= _MOST_CACHED:
            _CACHE.clear()
        held = (schema, SchemaValues(schema, alphabet=alphabet))
        _CACHE[id(schema), alphabet] = held
    return held[1]


def validator_of(schema: Schema) -> Any:
    """Compile the validator of a schema; formats are checked.

    Raises:
        ValueError: If the schema is none.
    """
    import jsonschema_rs  # noqa: PLC0415  only when something has to be checked

    return jsonschema_rs.validator_for(schema, validate_formats=True)


class SchemaValues:
    """The values of one schema.

    Args:
        schema: Self-contained.
        alphabet: Where text will go.
    """

    def __init__(self, schema: Schema, *, alphabet: Alphabet = "any") -> None:
        self.schema = schema
        self.alphabet: Alphabet = alphabet
        self.exact = True
        self._definitions = cast("dict[str, Schema]", schema.get("$defs", {}))
        self._heights: dict[str, int] = {}
        self._draws: dict[str, Draw] = {}
        self._level = 0
        self._measure()
        endless = self.height(schema) >= _ENDLESS
        self._draw = None if endless else self.compile({key: value for key, value in schema.items() if key != "$defs"})
        self._validator: Any = None

    @property
    def satisfiable(self) -> bool:
        """Whether there is any value, as far as could be told."""
        return self._draw is not None

    def draw(self, rng: Random, dictionary: Dictionary) -> Any:
        """Draw one value; when none is found that is valid, the last one tried. None if there can be none."""
        if self._draw is None:
            return None
        value = self._draw(rng, dictionary, _DEPTH)
        if self.exact:
            return value
        for _ in range(_TRIES):
            if self.accepts(value):
                return value
            value = self._draw(rng, dictionary, _DEPTH)
        return value

    def accepts(self, value: Any) -> bool:
        """Whether a value is valid; bytes are taken for text."""
        if self._validator is None:
            try:
                self._validator = validator_of(self.schema)
            except ValueError:
                self._validator = False
        if self._validator is False:
            return True
        try:
            return bool(self._validator.is_valid(value))
        except (TypeError, ValueError):
            # Rarely there are bytes, or lone surrogates, which it refuses.
            return bool(self._validator.is_valid(_without_bytes(value)))

    def height(self, schema: Any) -> int:
        """How many references deep the shallowest value is."""
        if not is_object(schema):
            return 0
        given = schema
        own = 0
        if "$ref" in given:
            own = 1 + self._heights.get(_name(given), _ENDLESS)
        required = given.get("required", ())
        properties = given.get("properties", {})
        parts = [properties[name] for name in required if name in properties]
        parts += given.get("allOf", ())
        if given.get("minItems", 0) > 0:
            parts.append(given.get("items"))
            parts += given.get("prefixItems", ())
        own = max([own, *(self.height(part) for part in parts)])
        for key in ("anyOf", "oneOf"):
            if given.get(key):
                own = max(own, min(self.height(branch) for branch in given[key]))
        return min(own, _ENDLESS)

    def _measure(self) -> None:
        """Find the heights of all definitions: from endless downwards, until nothing changes."""
        for _ in range(len(self._definitions) + 1):
            heights = {name: self.height(schema) for name, schema in self._definitions.items()}
            if heights == self._heights:
                return
            self._heights = heights

    def compile(self, schema: Any) -> Draw | None:
        """Compile a subschema; None when no value is valid under it."""
        if isinstance(schema, bool):
            return self.compile({}) if schema else None
        given = cast("Schema", schema)
        if "$ref" in given and _ANNOTATIONS.issuperset(given.keys() - {"$ref"}):
            return self._reference(_name(given))
        self._level += 1
        try:
            return self._choice(self.flatten(given)) if self._level < _LEVELS else None
        finally:
            self._level -= 1

    def _reference(self, name: str) -> Draw | None:
        """Call a definition, which is compiled when it is first drawn from."""
        if name not in self._definitions:
            return self.compile({})
        if name not in self._draws:
            self._draws[name] = self._unfinished(name)
            draw = self.compile(self._definitions[name])
            if draw is None:
                return None
            self._draws[name] = draw
        table = self._draws
        return lambda rng, dictionary, depth: table[name](rng, dictionary, depth - 1)

    def _unfinished(self, name: str) -> Draw:
        """What stands for a definition while it is compiled."""
        table = self._draws

        def draw(rng: Random, dictionary: Dictionary, depth: int) -> Any:
            return None if table[name] is draw else table[name](rng, dictionary, depth)

        return draw

    def flatten(self, schema: Any, seen: int = 0) -> Schema:
        """Merge references and ``allOf`` at the top of a schema into it."""
        if isinstance(schema, bool):
            return {} if schema else NOTHING
        given = cast("Schema", schema)
        if seen > _LEVELS:
            return NOTHING
        if UNRESOLVED in given:
            self.exact = False
        if "$ref" not in given and "allOf" not in given:
            return given
        merged = {key: value for key, value in given.items() if key not in {"$ref", "allOf"}}
        if "$ref" in given:
            merged = merge(merged, self.flatten(self._definitions.get(_name(given), {}), seen + 1))
        for part in given.get("allOf", ()):
            merged = merge(merged, self.flatten(part, seen + 1))
        return self.flatten(merged, seen + 1)

    def _choice(self, schema: Schema) -> Draw | None:
        """Compile a flattened schema: constants, choices, then types."""
        if schema.get("not") == {}:
            return None
        if "const" in schema:
            return _constants([schema["const"]])
        if "enum" in schema:
            return self._enumerated(schema)
        for keyword in ("oneOf", "anyOf"):
            if schema.get(keyword):
                return self._branches(schema, keyword)
        if "if" in schema:
            return self._conditional(schema)
        self.exact = self.exact and not _CHECKED.intersection(schema) and INEXACT not in schema
        return self._typed(schema)

    def _enumerated(self, schema: Schema) -> Draw | None:
        """Choose one of the constants that fit the type."""
        names = types_of(schema)
        values = [value for value in schema["enum"] if not names or any(_has_type(value, name) for name in names)]
        self.exact = self.exact and schema.keys() <= {"enum", "type", *_ANNOTATIONS}
        return _constants(values) if values else None

    def _branches(self, schema: Schema, keyword: str) -> Draw | None:
        """Choose one of the branches, each with what holds for all; when depth is used up, the shallowest."""
        rest = {key: value for key, value in schema.items() if key not in {keyword, "discriminator"}}
        given = schema[keyword]
        values = schema.get("discriminator", {}).get("values", [])
        compiled: list[tuple[int, Draw]] = []
        for place, branch in enumerate(given):
            told = _told_apart(schema, values[place]) if place < len(values) else {}
            whole = {"allOf": [rest, branch, told]} if rest.keys() - _ANNOTATIONS or told else branch
            draw = self.compile(whole)
            if draw is not None:
                compiled.append((self.height(branch), draw))
        self.exact = self.exact and (keyword == "anyOf" or self._disjoint(given))
        if not compiled:
            return None
        lowest = min(height for height, _ in compiled)
        draws = [draw for _, draw in compiled]
        shallow = [draw for height, draw in compiled if height == lowest]
        return lambda rng, dictionary, depth: rng.choice(draws if depth > 0 else shallow)(rng, dictionary, depth)

    def _disjoint(self, branches: list[Any]) -> bool:
        """Whether no value can be valid under two branches: they differ in type."""
        names = [types_of(self.flatten(branch)) for branch in branches]
        told = [{"number" if name == "integer" else name for name in one} for one in names]
        together = {name for one in told for name in one}
        return all(told) and sum(len(one) for one in told) == len(together)

    def _conditional(self, schema: Schema) -> Draw | None:
        """Choose to meet the condition or not."""
        rest = {key: value for key, value in schema.items() if key not in {"if", "then", "else"}}
        self.exact = False
        met = self.compile({"allOf": [rest, schema["if"], schema.get("then", {})]})
        unmet = self.compile({"allOf": [rest, schema.get("else", {})]})
        draws = [draw for draw in (met, unmet) if draw is not None]
        return (lambda rng, dictionary, depth: rng.choice(draws)(rng, dictionary, depth)) if draws else None

    def _typed(self, schema: Schema) -> Draw | None:
        """Compile a schema that is neither constant nor choice."""
        kinds = kinds_of(schema)
        if not kinds:
            return _anything
        draws = [draw for kind in kinds if (draw := self._of_type(kind, schema)) is not None]
        if len(draws) < 2:  # noqa: PLR2004  one needs no choice
            return draws[0] if draws else None
        return lambda rng, dictionary, depth: rng.choice(draws)(rng, dictionary, depth)

    def _of_type(self, kind: str, schema: Schema) -> Draw | None:  # noqa: PLR0911  one line for each type
        """Compile values of one type."""
        match kind:
            case "object":
                return objects(schema, self)
            case "array":
                return arrays(schema, self)
            case "string":
                draw, exact = texts(schema, self.alphabet)
                self.exact = self.exact and exact
                return draw
            case "integer":
                return integers(schema)
            case "number":
                return numbers(schema)
            case "boolean":
                return lambda rng, _dictionary, _depth: rng.random() < 0.5  # noqa: PLR2004  a coin
            case _:
                return lambda _rng, _dictionary, _depth: None


def _constants(values: list[Any]) -> Draw:
    """Choose one of some values."""
    if len(values) == 1:
        return lambda _rng, _dictionary, _depth: values[0]
    return lambda rng, _dictionary, _depth: values[int(rng.random() * len(values))]


def _anything(rng: Random, dictionary: Dictionary, depth: int) -> Any:  # noqa: PLR0911  one line for each type
    """Draw any JSON value, mostly small."""
    kind = int(rng.random() * (8 if depth > 0 else 6))
    match kind:
        case 0:
            return rng.choice(dictionary.strings) if dictionary.strings else "a"
        case 1:
            return rng.randint(-100, 100)
        case 2:
            return rng.random() < 0.5  # noqa: PLR2004  a coin
        case 3:
            return "".join(rng.choices("abcdefgh", k=rng.randint(0, 6)))
        case 4:
            return round(rng.random() * 100, 2)
        case 5:
            return rng.randint(0, 10)
        case 6:
            return [_anything(rng, dictionary, depth - 1) for _ in range(rng.randint(0, 2))]
        case _:
            return {f"key{number}": _anything(rng, dictionary, depth - 1) for number in range(rng.randint(0, 2))}


def _told_apart(schema: Schema, value: str | None) -> Schema:
    """What a discriminator says about a branch."""
    name = schema["discriminator"].get("propertyName")
    return {"properties": {name: {"const": value}}, "required": [name]} if name and value else {}


def _has_type(value: Any, name: str) -> bool:
    """Whether a JSON value is of a type."""
    match name:
        case "integer":
            return not isinstance(value, bool) and (
                isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            )
        case "number":
            return not isinstance(value, bool) and isinstance(value, int | float)
        case "null":
            return value is None
        case _:
            return isinstance(value, {"object": dict, "array": list, "string": str, "boolean": bool}.get(name, object))


def _name(schema: Schema) -> str:
    """The definition a reference is to."""
    return str(schema["$ref"]).rpartition("/")[2]


def _without_bytes(value: Any) -> Any:
    """The value with text for bytes, as a validator takes it."""
    if is_array(value):
        return [_without_bytes(item) for item in value]
    if is_object(value):
        return {_plain_text(key): _without_bytes(item) for key, item in value.items()}
    if isinstance(value, str):
        return _plain_text(value)
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _plain_text(text: str) -> str:
    """Text without lone surrogates, which a validator does not take."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
