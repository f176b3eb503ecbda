"""Credentials for an app whose users nobody told us: words of its source, tried as tokens, keys and passwords.

Small apps and examples hold what they compare with. What opens an operation becomes an identity; where nothing does,
the run says so.

Depends on: generators, execution, the session's operations.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.identifiers import json_of
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.values import with_identity
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import EMPTY, generate_valid
from asgitest.conformance.json_values import is_object
from asgitest.conformance.options import Identity, SubjectOverride
from asgitest.conformance.serialise import is_form, is_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asgitest.conformance.execute import Executor
    from asgitest.conformance.operation import Operation, SecurityScheme
    from asgitest.conformance.records import Request

__all__ = ["Credentials", "find_credentials"]

_MADE_UP = "asgitest-made-up"
_REFUSED = frozenset({401, 403})
_SUCCESS = range(200, 300)
_SERVER_ERROR = 500
_MOST_WORDS = 300
_MOST_PAIRS = 24
_MOST_IDENTITIES = 3
_MOST_OPERATIONS = 80
_SECONDS = 3.0
"""Of CPU time, so that a busy machine tries as much as an idle one."""
_LOGIN = re.compile(r"log-?in|token|sign-?in|authenticate|sessions?$|auth$", re.IGNORECASE)
_USER = re.compile(r"user|email|login|name", re.IGNORECASE)
_PASSWORD = re.compile(r"passw|secret|pin", re.IGNORECASE)
_TOKEN = re.compile(r"token|jwt|key", re.IGNORECASE)
_WORD = re.compile(r"[!-~]{2,120}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What was found. Can be pickled.

    Args:
        identities: Who was let in, each for the schemes it satisfies.
        overrides: Which of them an operation needs, where that is not the first.
        closed: Labels of operations that let nobody in.
    """

    identities: tuple[Identity, ...] = ()
    overrides: tuple[SubjectOverride, ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Search:
    """The search on its way.

    Args:
        executor: Sends.
        schemes: Those of the document.
        words: Of the source, those to be tried first at the beginning.
        ends: At which CPU time of this process it is given up.
    """

    executor: Executor
    schemes: Mapping[str, SecurityScheme]
    words: Sequence[str]
    ends: float
    identities: list[Identity] = field(default_factory=list["Identity"])

    def status(self, operation: Operation, identity: Identity | None = None) -> int:
        """Send a valid request."""
        request = _valid(operation)
        if request is None:
            return 0
        if identity is not None:
            request = with_identity(request, identity)
        exchange = self.executor.run(self.executor.http(request))
        if exchange.hung:
            self.ends = 0.0
        return exchange.status

    def open(self, names: frozenset[str], operations: Sequence[Operation], logins: Sequence[Operation]) -> None:
        """Find identities for a set of schemes, with the operations that need them."""
        probe = min(operations, key=lambda one: (one.method != "GET", one.path.count("{"), len(one.parameters)))
        if self.status(probe) not in _REFUSED:
            return
        refusal = {self.status(probe, self._identity(names, _MADE_UP, "0")), *_REFUSED}
        found = 0
        for number, word in enumerate(self._tried(names, logins)):
            if time.process_time() > self.ends or found >= _MOST_IDENTITIES:
                return
            identity = self._identity(names, word, f"{'-'.join(sorted(names))}-{number}")
            status = self.status(probe, identity)
            if 0 < status < _SERVER_ERROR and status not in refusal:
                self.identities.append(identity)
                found += 1

    def _tried(self, names: frozenset[str], logins: Sequence[Operation]) -> Iterator[str]:
        """What is tried: words, pairs of a name and a password, and what a login gives for such pairs."""
        kinds = [self.schemes[name] for name in names if name in self.schemes]
        pairs = [pair for pair in itertools.product(self.words[:_MOST_PAIRS], repeat=2) if pair[0] != pair[1]]
        if any(one.type == "http" and one.scheme == "basic" for one in kinds):
            yield from (f"{user}:{password}" for user, password in pairs)
            return
        yield from self.words
        for login in logins:
            for user, password in [*pairs, *((word, word) for word in self.words[:_MOST_PAIRS])]:
                if time.process_time() > self.ends:
                    return
                token = self._logged_in(login, user, password)
                if token:
                    yield token

    def _logged_in(self, login: Operation, user: str, password: str) -> str:
        """Log in; returns the token, or nothing."""
        request = _login_request(login, user, password)
        exchange = self.executor.run(self.executor.http(request)) if request is not None else None
        answer = json_of(exchange) if exchange is not None and exchange.status in _SUCCESS else None
        if not is_object(answer):
            return ""
        return next((str(value) for name, value in answer.items() if _TOKEN.search(name) and _is_word(value)), "")

    def _identity(self, names: frozenset[str], word: str, number: str) -> Identity:
        """Somebody who has a word for each scheme."""
        headers: dict[str, str] = {}
        cookies: dict[str, str] = {}
        query: dict[str, str] = {}
        for scheme in (self.schemes[name] for name in sorted(names) if name in self.schemes):
            if scheme.type == "apiKey":
                {"header": headers, "cookie": cookies}.get(scheme.location, query)[scheme.parameter] = word
            elif scheme.scheme == "basic":
                headers["Authorization"] = "Basic " + base64.b64encode(word.encode()).decode()
            else:
                headers["Authorization"] = f"Bearer {word}"
        return Identity(
            name=f"source-{number}", headers=headers, cookies=cookies, query=query, schemes=tuple(sorted(names))
        )


def find_credentials(
    executor: Executor,
    operations: Iterable[Operation],
    *,
    schemes: Mapping[str, SecurityScheme],
    literals: Iterable[Any],
) -> Credentials:
    """Find who may come in.

    Args:
        executor: Of an app that is started; what is sent may change it.
        operations: All of them.
        schemes: Those of the document, by name.
        literals: Constants of the app's source.
    """
    words = [word for word in dict.fromkeys(literals) if _is_word(word)][:_MOST_WORDS]
    given = [one for one in operations if one.method != "DELETE" or one.security]
    secured = [one for one in given if one.security and all(one.security)]
    logins = [one for one in given if one.method == "POST" and not one.security and _LOGIN.search(one.path)]
    search = _Search(executor=executor, schemes=schemes, words=words, ends=time.process_time() + _SECONDS)
    groups: dict[frozenset[str], list[Operation]] = {}
    for operation in secured:
        groups.setdefault(frozenset(operation.security[0]), []).append(operation)
    for names, members in groups.items():
        search.open(names, members, logins)
    return _assigned(search, groups)


def _assigned(search: _Search, groups: Mapping[frozenset[str], Sequence[Operation]]) -> Credentials:
    """Give each operation the first identity that it lets in."""
    overrides: list[SubjectOverride] = []
    closed: list[str] = []
    for names, members in groups.items():
        known = [one for one in search.identities if frozenset(one.schemes) == names]
        for operation in members[:_MOST_OPERATIONS]:
            statuses = [search.status(operation, identity) for identity in known]
            place = next((number for number, status in enumerate(statuses) if status not in _REFUSED), None)
            if place:
                overrides.append(SubjectOverride(match=operation.label, identity=known[place].name))
            elif place is None and (known or search.status(operation) in _REFUSED):
                closed.append(operation.label)
    return Credentials(identities=tuple(search.identities), overrides=tuple(overrides), closed=tuple(closed))


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and _WORD.fullmatch(value) is not None and not value.startswith("/")


def _valid(operation: Operation) -> Request | None:
    """A valid request, always the same."""
    try:
        return request_of(generate_valid(operation, keyed_random(0, "credentials", operation.label), EMPTY))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def _login_request(login: Operation, user: str, password: str) -> Request | None:
    """A request to log in with a name and a password; None when it takes none."""
    case = generate_valid(login, keyed_random(0, "credentials", login.label), EMPTY)
    if not is_object(case.body) or not case.media_type:
        return None
    body = dict(case.body)
    for name in body:
        if _PASSWORD.search(name):
            body[name] = password
        elif _USER.search(name):
            body[name] = user
        elif name == "grant_type":
            body[name] = "password"
    if password not in body.values() or not (is_json(case.media_type) or is_form(case.media_type)):
        return None
    try:
        json.dumps(body)
        return request_of(replace(case, body=body))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
