"""Following ``$ref``: in the document, in files beside it, and, when allowed, elsewhere.

What leads nowhere, leaves the document without permission, or only to itself, becomes a problem.

Source: OpenAPI 3.1.1, Reference Object; RFC 6901. Depends on: the standard library; PyYAML for YAML files.
"""

from __future__ import annotations

import difflib
import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from asgitest.conformance.json_values import is_array, is_object
from asgitest.conformance.operation import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Found", "References", "parse_document", "pointer_to"]

_REF_LIMIT = 100
_REMOTE_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a reference leads.

    Args:
        value: What stands there.
        base: URI of the document it stands in; empty for the document itself.
        pointer: JSON pointer, with ``#`` before it.
    """

    value: Any
    base: str
    pointer: str

    @property
    def key(self) -> str:
        """The absolute reference."""
        return self.base + self.pointer


class References:
    """Follows the references of one document.

    Args:
        root: The document.
        folder: Where files it refers to are looked for; None for a document that is no file.
        allow_remote: Whether other addresses are fetched.
    """

    def __init__(self, root: Mapping[str, Any], *, folder: Path | None = None, allow_remote: bool = False) -> None:
        self.problems: list[Problem] = []
        self._documents: dict[str, Any] = {"": root}
        self._folder = folder
        self._allow_remote = allow_remote
        self._told: set[tuple[str, str]] = set()

    def tell(self, check: str, pointer: str, message: str) -> None:
        """Note a problem, once for each message and check."""
        if (check, message) not in self._told:
            self._told.add((check, message))
            self.problems.append(Problem(check=check, pointer=pointer, message=message))

    def find(self, reference: Any, base: str, where: str) -> Found | None:
        """Follow one reference.

        Args:
            reference: Value of ``$ref``.
            base: URI of the document it stands in.
            where: JSON pointer to the place where it stands.

        Returns:
            None when it leads nowhere, after noting the problem.
        """
        if not isinstance(reference, str):
            self.tell("schema.ref-unresolved", where, f"A $ref is a string, but this is {type(reference).__name__}.")
            return None
        uri, _, fragment = reference.partition("#")
        target = urllib.parse.urljoin(base, uri) if uri else base
        if target not in self._documents:
            self._documents[target] = self._load(target, where)
        pointer = "#" + urllib.parse.unquote(fragment)
        value = self._documents[target]
        if value is None:
            return None
        try:
            return Found(value=_at(value, pointer), base=target, pointer=pointer)
        except LookupError as error:
            self.tell("schema.ref-unresolved", where, f"$ref {reference!r} leads nowhere{_near(error)}.")
            return None

    def follow(self, value: Any, base: str, where: str) -> Found | None:
        """Follow references until something else stands there.

        Returns:
            None when they lead nowhere or in a circle.
        """
        found = Found(value=value, base=base, pointer=where)
        seen: set[str] = set()
        while is_object(found.value) and "$ref" in found.value:
            following = self.find(found.value["$ref"], found.base, found.pointer)
            if following is None:
                return None
            if following.key in seen or len(seen) > _REF_LIMIT:
                self.tell("schema.ref-unresolved", where, f"$ref {following.pointer!r} leads only to itself.")
                return None
            seen.add(following.key)
            found = following
        return found

    def _load(self, uri: str, where: str) -> Any:
        """Read another document; None after noting why it cannot be had."""
        remote = urllib.parse.urlsplit(uri).scheme in {"http", "https"}
        if remote and not self._allow_remote:
            self.tell("schema.ref-unresolved", where, f"$ref to {uri!r} is remote and was not fetched.")
            return None
        if not remote and self._folder is None:
            self.tell(
                "schema.ref-unresolved", where, f"$ref to the file {uri!r} cannot be followed from a served document."
            )
            return None
        try:
            return parse_document(_fetch(uri) if remote else (cast("Path", self._folder) / uri).read_bytes())
        except (OSError, ValueError) as error:
            self.tell("schema.ref-unresolved", where, f"$ref to {uri!r} cannot be read: {error}.")
            return None


def parse_document(content: bytes) -> Any:
    """Parse JSON or YAML.

    Raises:
        ValueError: If it is neither, with one sentence.
    """
    try:
        return json.loads(content)
    except ValueError as error:
        if content.lstrip()[:1] in {b"{", b"["}:
            raise ValueError(f"it is no JSON ({error})") from error
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415  no types are published with it; only for YAML

    try:
        return _with_text_keys(yaml.load(content, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"it is neither JSON nor YAML ({' '.join(str(error).split())})") from error


def pointer_to(where: str, *parts: str | int) -> str:
    """Extend a JSON pointer."""
    return "/".join((where, *(str(part).replace("~", "~0").replace("/", "~1") for part in parts)))


def _with_text_keys(value: Any) -> Any:
    """Make what YAML read what JSON would have read: text keys (statuses), no dates."""
    if is_object(value):
        items = value.items()
        return {_key_text(key): _with_text_keys(item) for key, item in items}
    if is_array(value):
        return [_with_text_keys(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _key_text(key: Any) -> str:
    """YAML takes ``on`` and ``200`` for something else than text."""
    return key if isinstance(key, str) else json.dumps(key, default=str)


def _fetch(uri: str) -> bytes:
    """Fetch a remote document."""
    with urllib.request.urlopen(uri, timeout=_REMOTE_TIMEOUT) as response:  # noqa: S310  http or https only, allowed by the user
        return bytes(response.read())


def _at(document: Any, pointer: str) -> Any:
    """Evaluate a JSON pointer.

    Raises:
        LookupError: With the part that is not there and the nearest one that is.
    """
    value = document
    if pointer not in {"#", "#/"} and not pointer.startswith("#/"):
        return _anchored(document, pointer[1:])
    for raw in pointer.split("/")[1:]:
        part = raw.replace("~1", "/").replace("~0", "~")
        if is_object(value) and part in value:
            value = value[part]
        elif is_array(value) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            known = list(value) if is_object(value) else []
            raise LookupError(part, *difflib.get_close_matches(part, known, n=1))
    return value


def _anchored(document: Any, anchor: str) -> Any:
    """Find the schema with that ``$anchor``.

    Raises:
        LookupError: If there is none.
    """
    waiting = [document]
    while waiting:
        value: Any = waiting.pop()
        if is_object(value):
            table = value
            if anchor in {table.get("$anchor"), table.get("$dynamicAnchor")}:
                return table
            waiting.extend(table.values())
        elif is_array(value):
            waiting.extend(value)
    raise LookupError(anchor)


def _near(error: LookupError) -> str:
    """The nearest part that exists, for the sentence."""
    return f": there is no {error.args[0]!r}" + (f", did you mean {error.args[1]!r}?" if len(error.args) > 1 else "")
