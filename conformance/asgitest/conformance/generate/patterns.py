"""Text that a regular expression matches.

The dialect is that of ECMA-262 as JSON Schema uses it, with what Python adds (named groups, anchors in capitals). What
looks around is skipped, and the result checked: see :attr:`Pattern.exact`.

Source: ECMA-262, RegExp; JSON Schema 2020-12 Core 6.4. Depends on: the standard library.
"""

from __future__ import annotations

import functools
import re
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

__all__ = ["Pattern", "PatternError", "compile_pattern"]

_DIGITS = string.digits
_WORD = string.ascii_letters + string.digits + "_"
_SPACE = " "
_PRINTABLE = "".join(chr(code) for code in range(32, 127))
_MORE = "éßñждλ中文\U0001f600"
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "a": "\a", "e": "\x1b"}
_PROPERTIES = {
    "Lu": string.ascii_uppercase + "ÉЖ",
    "Ll": string.ascii_lowercase + "éж",
    "L": string.ascii_letters + "éЖ中",
    "N": _DIGITS,
    "Nd": _DIGITS,
    "P": "!,.-?",
    "S": "$+<=>",
    "Z": " ",
}
_NO_END = -1
_MOST_REPEATS = 1000


@dataclass(slots=True, kw_only=True)
class _Writing:
    """A text that is being written.

    Args:
        rng: The only source of chance.
        out: Its pieces so far.
        stretch: How many repetitions more than usual; negative for as few as possible.
        groups: What groups have written.
    """

    rng: Random
    out: list[str]
    stretch: int
    groups: dict[str, str] = field(default_factory=dict[str, str])


class PatternError(ValueError):
    """A pattern that cannot be read."""


class Pattern:
    """A compiled pattern.

    Args:
        text: The regular expression.

    Raises:
        PatternError: If it cannot be read.
    """

    def __init__(self, text: str) -> None:
        parser = _Parser(text)
        self._write = parser.alternation()
        if parser.rest:
            raise PatternError(f"unexpected {parser.rest[0]!r} in the pattern {text!r}")
        self.open_start = not text.startswith(("^", "\\A", "(^", "(?:^"))
        self.open_end = not text.endswith(("$", "\\Z", "\\z", "$)"))
        self.exact = parser.exact
        self._check = _compiled(text)

    def draw(self, rng: Random, *, least: int = 0, most: int | None = None) -> str | None:
        """Write a text that matches, between *least* and *most* characters long; None when that was not found."""
        stretch = 0
        for attempt in range(40):
            out: list[str] = []
            self._write(_Writing(rng=rng, out=out, stretch=stretch))
            text = "".join(out)
            if len(text) < least:
                if self.open_end or self.open_start:
                    filling = "".join(rng.choices(_WORD, k=least - len(text)))
                    text = text + filling if self.open_end else filling + text
                else:
                    stretch = max(stretch, least - len(text)) if attempt % 2 else stretch + 1
                    continue
            if most is not None and len(text) > most:
                stretch = -1
                continue
            if self._check is None or self._check.search(text) is not None:
                return text
        return None


def _compiled(text: str) -> re.Pattern[str] | None:
    """The pattern as Python reads it; None when Python does not."""
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return None


@functools.lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """Compile a pattern once.

    Raises:
        PatternError: If it cannot be read.
    """
    try:
        return Pattern(text)
    except (IndexError, OverflowError, RecursionError) as error:
        raise PatternError(f"the pattern {text!r} ends too early") from error


class _Parser:
    """Reads a pattern from left to right into functions that write text."""

    def __init__(self, text: str) -> None:
        self.rest = text
        self.exact = True
        self._groups = 0

    def alternation(self) -> Write:
        """Read alternatives up to a closing parenthesis or the end."""
        branches = [self._sequence()]
        while self.rest.startswith("|"):
            self._take()
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]

        def write(to: _Writing) -> None:
            to.rng.choice(branches)(to)

        return write

    def _take(self, count: int = 1) -> str:
        """Take characters off the front."""
        if len(self.rest) < count:
            raise IndexError
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def _until(self, end: str) -> str:
        """Take characters up to and with *end*."""
        taken, found, self.rest = self.rest.partition(end)
        if not found:
            raise IndexError
        return taken

    def _sequence(self) -> Write:
        """Read what follows each other."""
        parts: list[Write] = []
        while self.rest and self.rest[0] not in "|)":
            part = self._atom()
            if part is not None:
                parts.append(self._quantified(part))
        if len(parts) == 1:
            return parts[0]

        def write(to: _Writing) -> None:
            for part in parts:
                part(to)

        return write

    def _atom(self) -> Write | None:
        """Read one thing that can be repeated; None for what matches no character."""
        first = self._take()
        match first:
            case "(":
                return self._group()
            case "[":
                return _one_of(self._class())
            case ".":
                return _one_of(_PRINTABLE)
            case "^" | "$":
                return None
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise PatternError(f"nothing to repeat before {first!r}")
            case _:
                return _one_of(first)

    def _group(self) -> Write | None:
        """Read what stands in parentheses, after the opening one."""
        name, captures = "", True
        if self.rest.startswith("?"):
            kind = re.match(
                r"\?(?:P?<(?P<name>\w+)>|P=(?P<back>\w+)|(?P<look><?[=!])|(?P<flags>[a-zA-Z-]*)(?P<end>[:)]))",
                self.rest,
            )
            if kind is None:
                raise PatternError(f"unknown group {self.rest[:3]!r}")
            self._take(kind.end())
            if kind["look"]:
                self.alternation()
                self._take()
                self.exact = False
                return None
            if kind["back"] or kind["end"] == ")":
                if kind["back"]:
                    self._take()
                return _back(kind["back"]) if kind["back"] else None
            name = kind["name"] or ""
            captures = bool(name)
        self._groups += captures
        number = str(self._groups) if captures else ""
        inner = self.alternation()
        if self._take() != ")":
            raise PatternError("a group is not closed")

        def write(to: _Writing) -> None:
            start = len(to.out)
            inner(to)
            to.groups[number] = "".join(to.out[start:])
            if name:
                to.groups[name] = to.groups[number]

        return write

    def _escape(self) -> Write | None:
        """Read what follows a backslash, outside a class."""
        if self.rest[:1] in {"b", "B", "A", "Z", "z"}:
            self.exact = self.exact and self._take() not in {"b", "B"}
            return None
        if self.rest[:1] in set("123456789"):
            return _back(self._take())
        if self.rest.startswith("k<"):
            self._take(2)
            return _back(self._until(">"))
        return _one_of(self._escaped_characters())

    def _escaped_characters(self) -> str:  # noqa: PLR0911  one line for each escape
        """The characters an escape stands for."""
        kind = self._take()
        match kind:
            case "d":
                return _DIGITS
            case "w":
                return _WORD
            case "s":
                return _SPACE
            case "D" | "W" | "S":
                unwanted = {"D": _DIGITS, "W": _WORD, "S": " \t\n"}[kind]
                return _without(unwanted)
            case "x":
                return chr(int(self._take(2), 16))
            case "u":
                return chr(int(self._braced() if self.rest.startswith("{") else self._take(4), 16))
            case "p" | "P":
                name = self._braced() if self.rest.startswith("{") else self._take()
                known = _PROPERTIES.get(name.rpartition("=")[2], _PROPERTIES.get(name[:1], string.ascii_letters))
                return known if kind == "p" else _without(known)
            case "c":
                return chr(ord(self._take().upper()) & 31)
            case _:
                return _ESCAPED.get(kind, kind)

    def _braced(self) -> str:
        """Take what stands in braces."""
        self._take()
        return self._until("}")

    def _class(self) -> str:
        """Read a character class, after the opening bracket."""
        negated = self.rest.startswith("^")
        if negated:
            self._take()
        characters: list[str] = []
        first = True
        while first or not self.rest.startswith("]"):
            characters.append(self._class_item())
            first = False
        self._take()
        found = "".join(dict.fromkeys("".join(characters)))
        return _without(found) if negated else found

    def _class_item(self) -> str:
        """Read one character, escape or range of a class."""
        start = self._class_character()
        if len(start) != 1 or not self.rest.startswith("-") or self.rest.startswith("-]"):
            return start
        self._take()
        end = self._class_character()
        if len(end) != 1:
            return start + "-" + end
        last = min(ord(end), ord(start) + 2000)
        return "".join(chr(code) for code in range(ord(start), last + 1) if not 0xD800 <= code <= 0xDFFF)  # noqa: PLR2004  surrogates

    def _class_character(self) -> str:
        """Read one character or escape in a class."""
        character = self._take()
        if character != "\\":
            return character
        if self.rest.startswith("b"):
            self._take()
            return "\b"
        return self._escaped_characters()

    def _quantified(self, part: Write) -> Write:
        """Read a quantifier, if there is one."""
        found = re.match(r"(?:[*+?]|\{(\d+)(,?)(\d*)\})[?+]?", self.rest)
        if found is None:
            return part
        quantifier = self._take(found.end())
        match quantifier[0]:
            case "*":
                least, most = 0, _NO_END
            case "+":
                least, most = 1, _NO_END
            case "?":
                least, most = 0, 1
            case _:
                least = int(found[1])
                most = int(found[3]) if found[3] else _NO_END if found[2] else least
        return _repeated(part, min(least, _MOST_REPEATS), most)


def _repeated(part: Write, least: int, most: int) -> Write:
    """Write a part several times; *stretch* asks for more, or (negative) for as little as possible."""

    def write(to: _Writing) -> None:
        top = least + 4 if most == _NO_END else min(most, least + 8)
        count = least if to.stretch < 0 else to.rng.randint(least, top) + to.stretch
        if most != _NO_END:
            count = min(count, most)
        for _ in range(count):
            part(to)

    return write


def _one_of(characters: str) -> Write:
    """Write one of some characters."""
    if not characters:
        raise PatternError("a character class is empty")
    if len(characters) == 1:
        return lambda to: to.out.append(characters)
    return lambda to: to.out.append(characters[int(to.rng.random() * len(characters))])


def _back(name: str) -> Write:
    """Write again what a group wrote."""
    return lambda to: to.out.append(to.groups.get(name, ""))


def _without(unwanted: str) -> str:
    """Common characters but some."""
    return "".join(character for character in _PRINTABLE + _MORE if character not in unwanted)


if TYPE_CHECKING:
    Write = Callable[[_Writing], None]
