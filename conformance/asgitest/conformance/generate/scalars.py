"""Numbers and text of a schema: compiled once, drawn often.

Half of what is drawn is small and plain, the rest lies at the edges of what is allowed, or comes from the dictionary.

Source: JSON Schema 2020-12 Validation 6.2 and 6.3. Depends on: patterns, formats.
"""

from __future__ import annotations

import math
import string
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, cast

from asgitest.conformance.generate.formats import FORMATS
from asgitest.conformance.generate.patterns import PatternError, compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from asgitest.conformance.generate.dictionary import Dictionary
    from asgitest.conformance.operation import Schema

__all__ = ["Alphabet", "Draw", "integers", "is_binary", "numbers", "texts"]

Alphabet = Literal["any", "path", "header", "cookie", "form"]
"""Where text goes decides what can be in it."""

_SAFE = string.ascii_letters + string.digits + "-_"
_ASCII = "".join(chr(code) for code in range(32, 127))
_UNICODE = (
    "äßéñøŁžЖλאبहไ中文字日本語\u200d\u0301\u202e\u00a0\u2028\ufeffİ\u0131\u017f\U0001f600\U0001f468\u200d\U0001f469"
)
_HARD = (
    "", " ", "  a ", "0", "-1", "null", "None", "true", "undefined", "NaN", "\t", "\n", "a\nb", "'", '"',
    "\\", "%", "%00", "{}", "[]", "<b>", "../..", "é", "\u0130", "ß", "\U0001f600", "a" * 256,
)  # fmt: skip
_LIMITS = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
_LONGEST = 64


def is_binary(schema: Schema) -> bool:
    """Whether a string schema stands for bytes."""
    return schema.get("format") == "binary" or (
        "contentMediaType" in schema
        and "contentEncoding" not in schema
        and schema["contentMediaType"] != "application/json"
    )


def integers(schema: Schema) -> Draw | None:
    """Compile an integer; None when there is none."""
    low, high = _LIMITS.get(schema.get("format", ""), (None, None))
    for bound, step in (("minimum", 0), ("exclusiveMinimum", 1)):
        if _is_number(schema.get(bound)):
            value = math.floor(schema[bound]) + 1 if step else math.ceil(schema[bound])
            low = value if low is None else max(low, value)
    for bound, step in (("maximum", 0), ("exclusiveMaximum", 1)):
        if _is_number(schema.get(bound)):
            value = math.ceil(schema[bound]) - 1 if step else math.floor(schema[bound])
            high = value if high is None else min(high, value)
    multiple = schema.get("multipleOf", 1)
    factor = int(multiple) if multiple >= 1 and float(multiple).is_integer() else 1
    if factor > 1:
        low = None if low is None else -(-low // factor)
        high = None if high is None else high // factor
    if low is not None and high is not None and low > high:
        return None
    return _integer_draw(low, high, factor)


def _integer_draw(low: int | None, high: int | None, factor: int) -> Draw:
    """Draw between two bounds, multiplied."""
    least = low if low is not None else min(-1000, (high or 0) - 1000)
    most = high if high is not None else max(1000, least + 1000)
    wide_low = low if low is not None else -(2**31)
    wide_high = high if high is not None else max(2**31 - 1, least)
    edges = [
        edge
        for edge in (least if low is not None else 0, most if high is not None else 0, 0, 1, -1, least + 1, most - 1)
        if (low is None or edge >= low) and (high is None or edge <= high)
    ]
    small_high = min(most, least + 20) if low is not None else min(most, 20)
    small_low = least if low is not None else max(least, small_high - 25)

    def draw(rng: Random, dictionary: Dictionary, _depth: int) -> int:
        kind = rng.random()
        if kind < 0.5:  # noqa: PLR2004  half are small
            return (small_low + int(rng.random() * (small_high - small_low + 1))) * factor
        if kind < 0.7:  # noqa: PLR2004  one in five is at an edge
            return rng.choice(edges) * factor if edges else least * factor
        if kind < 0.8 and dictionary.integers:  # noqa: PLR2004  one in ten was named
            value = rng.choice(dictionary.integers)
            if (
                value % factor == 0
                and (low is None or value >= low * factor)
                and (high is None or value <= high * factor)
            ):
                return value
        if kind < 0.9:  # noqa: PLR2004  one in ten is any
            return rng.randint(least, most) * factor
        return rng.randint(wide_low, wide_high) * factor

    return draw


def numbers(schema: Schema) -> Draw | None:
    """Compile a number; None when there is none."""
    low = _tightest(schema, "minimum", "exclusiveMinimum", choose=max)
    high = _tightest(schema, "maximum", "exclusiveMaximum", choose=min)
    open_low = low is not None and schema.get("exclusiveMinimum") == low
    open_high = high is not None and schema.get("exclusiveMaximum") == high
    if low is not None and high is not None and (low > high or (low == high and (open_low or open_high))):
        return None
    if "multipleOf" in schema:
        return _multiples(schema)
    least = low if low is not None else min(-1000.0, (high or 0.0) - 1000.0)
    most = high if high is not None else max(1000.0, least + 1000.0)
    span = most - least

    def fits(value: float) -> bool:
        return (low is None or value > low or (value == low and not open_low)) and (
            high is None or value < high or (value == high and not open_high)
        )

    edges = [edge for edge in (least, most, 0.0, 1.0, -1.0, 0.5, least + span / 1000, most - span / 1000) if fits(edge)]

    def draw(rng: Random, dictionary: Dictionary, _depth: int) -> float:
        kind = rng.random()
        if kind < 0.25 and edges:  # noqa: PLR2004  one in four is at an edge
            return rng.choice(edges)
        if kind < 0.3 and dictionary.numbers:  # noqa: PLR2004  one in twenty was named
            value = rng.choice(dictionary.numbers)
            if fits(value):
                return value
        value = least + rng.random() * span
        if kind < 0.8 and fits(rounded := round(value, 2)):  # noqa: PLR2004  half are short
            return rounded
        return value if fits(value) else least + span / 2

    return draw


def _multiples(schema: Schema) -> Draw | None:
    """Draw multiples without what binary fractions do to them."""
    step = Decimal(str(schema["multipleOf"]))
    if step <= 0:
        return None
    bounds: dict[str, int] = {}
    for key in ("minimum", "maximum"):
        if _is_number(schema.get(key)):
            scaled = Decimal(str(schema[key])) / step
            bounds[key] = math.ceil(scaled) if key == "minimum" else math.floor(scaled)
    for key, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if _is_number(schema.get(key)):
            scaled = Decimal(str(schema[key])) / step
            value = math.floor(scaled) + 1 if bound == "minimum" else math.ceil(scaled) - 1
            bounds[bound] = (
                max(bounds.get(bound, value), value) if bound == "minimum" else min(bounds.get(bound, value), value)
            )
    inner = integers(cast("Schema", bounds))
    if inner is None:
        return None

    def draw(rng: Random, dictionary: Dictionary, depth: int) -> float:
        value = step * inner(rng, dictionary, depth)
        return int(value) if value == value.to_integral_value() else float(value)

    return draw


def texts(schema: Schema, alphabet: Alphabet) -> tuple[Draw | None, bool]:
    """Compile text.

    Returns:
        What draws it (None when there is none), and whether all it draws is valid.
    """
    least = int(schema.get("minLength", 0))
    most = int(schema["maxLength"]) if _is_number(schema.get("maxLength")) else None
    if most is not None and least > most:
        return None, True
    if is_binary(schema):
        return _binary(least, most), True
    if schema.get("contentMediaType") == "application/json":
        return _formatted("json-string", least, most), True
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        return _patterned(pattern, least, most)
    known = schema.get("format") or schema.get("contentEncoding")
    if known in FORMATS:
        return _formatted(str(known), least, most), least == 0 and most is None
    return _plain(least, most, alphabet), True


def _plain(least: int, most: int | None, alphabet: Alphabet) -> Draw:
    """Draw text of no particular form."""
    least = max(least, 1) if alphabet in {"path", "form"} and most != 0 else least
    top = min(least + 12, most) if most is not None else least + 12
    simple, wide = {
        "any": (string.ascii_lowercase, _ASCII),
        "path": (_SAFE, _SAFE + "~!@ =+éж中"),
        "header": (_SAFE, _SAFE + "/:;=()"),
        "cookie": (_SAFE, _SAFE),
        "form": (string.ascii_lowercase, _ASCII),
    }[alphabet]
    free = alphabet in {"any", "form"}
    hard = [text for text in _HARD if least <= len(text) and (most is None or len(text) <= most)] if free else []
    named_ok: Callable[[str], bool] = (lambda _text: True) if free else _is_safe

    def draw(rng: Random, dictionary: Dictionary, _depth: int) -> str:
        kind = rng.random()
        if kind < 0.12 and dictionary.strings:  # noqa: PLR2004  one in eight was named
            value = rng.choice(dictionary.strings)
            if least <= len(value) and (most is None or len(value) <= most) and named_ok(value):
                return value
        if kind < 0.2 and hard:  # noqa: PLR2004  one in twelve is known to be hard
            return rng.choice(hard)
        length = least + int(rng.random() * (top - least + 1))
        if kind < 0.7:  # noqa: PLR2004  half is plain
            return "".join(rng.choices(simple, k=length))
        if kind < 0.74 and most is not None and most <= 4 * _LONGEST:  # noqa: PLR2004  one in 25 is as long as can be
            return "".join(rng.choices(simple, k=most))
        return "".join(rng.choices(_UNICODE if kind > 0.9 and free else wide, k=length))  # noqa: PLR2004  one in ten is no ASCII

    if alphabet == "path":
        return lambda rng, dictionary, depth: _segment(draw(rng, dictionary, depth))
    return draw


def _segment(text: str) -> str:
    """Keep spaces off the ends of a path segment: some servers strip them."""
    return text if text == text.strip() else text.replace(" ", "_")


def _is_safe(text: str) -> bool:
    """Whether text can stand in a path, a header, or a cookie."""
    return bool(text) and all(character in _SAFE for character in text)


def _patterned(pattern: str, least: int, most: int | None) -> tuple[Draw | None, bool]:
    """Draw text of a pattern."""
    try:
        compiled = compile_pattern(pattern)
    except PatternError:
        return _plain(least, most, "any"), False

    def draw(rng: Random, dictionary: Dictionary, _depth: int) -> str:
        del dictionary
        text = compiled.draw(rng, least=least, most=most)
        return text if text is not None else "".join(rng.choices(_SAFE, k=least or 1))

    return draw, compiled.exact


def _formatted(name: str, least: int, most: int | None) -> Draw:
    """Draw text of a format, of a fitting length when that is found soon."""
    write = FORMATS[name]

    def draw(rng: Random, dictionary: Dictionary, _depth: int) -> str:
        del dictionary
        text = write(rng)
        for _ in range(20):
            if len(text) >= least and (most is None or len(text) <= most):
                break
            text = write(rng)
        return text

    return draw


def _binary(least: int, most: int | None) -> Draw:
    """Draw bytes."""
    top = max(least, min(_LONGEST, most if most is not None else _LONGEST))

    def draw(rng: Random, dictionary: Dictionary, _depth: int) -> bytes:
        del dictionary
        return rng.randbytes(rng.randint(least, top))

    return draw


def _tightest(
    schema: Schema, inclusive: str, exclusive: str, *, choose: Callable[[list[float]], float]
) -> float | None:
    """The tighter of two bounds."""
    given = [float(schema[key]) for key in (inclusive, exclusive) if _is_number(schema.get(key))]
    return choose(given) if given else None


def _is_number(value: Any) -> bool:
    """Whether a bound is one."""
    return isinstance(value, int | float) and not isinstance(value, bool)


if TYPE_CHECKING:
    Draw = Callable[[Random, Dictionary, int], Any]
