"""The registry: every rule, as data.

It feeds the exchanges, the reports, and the page of each rule in ``docs/rules``. A test walks it and executes its
examples.

Depends on: the standard library.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from asgitest.testclient.asgi.rules.application import APP_RULES
from asgitest.testclient.asgi.rules.extension import EXTENSION_RULES
from asgitest.testclient.asgi.rules.http_fields import FIELD_RULES
from asgitest.testclient.asgi.rules.http_order import ORDER_RULES
from asgitest.testclient.asgi.rules.http_probed import PROBED_RULES
from asgitest.testclient.asgi.rules.lifespan import LIFESPAN_RULES
from asgitest.testclient.asgi.rules.rule import Example, Judge, Level, Profiles, Rule
from asgitest.testclient.asgi.rules.server import SERVER_RULES
from asgitest.testclient.asgi.rules.websocket import SOCKET_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RULES", "Example", "Judge", "Level", "Profiles", "Rule"]

_HTTP_RULES = sorted((*ORDER_RULES, *FIELD_RULES, *PROBED_RULES), key=lambda rule: rule.id)
_ALL = (*APP_RULES, *_HTTP_RULES, *EXTENSION_RULES, *SOCKET_RULES, *LIFESPAN_RULES, *SERVER_RULES)

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _ALL})
"""Rule id to rule, in the order of the catalogue."""
