"""Dependency overrides that cannot fail silently: layers of replacements over an app, of whichever framework.

::

    layer         what a test, a module, a session or a client wants; set by value, call, error, wrap
    adapter       one framework: its graph of dependencies, where it looks them up, what it must be given
    point         one place of lookup: which layers count there, and putting back what was there before
    graph         the dependencies of an app, with the routes that use them
    suggestions   why an override would reach nothing, and what is meant instead
    following     functions that do what another one does, of the same kind
    client_app    an app as one client sees it
"""

from __future__ import annotations

from asgitest.testclient.overrides.client_app import OverriddenApp, with_overrides
from asgitest.testclient.overrides.layer import Layer
from asgitest.testclient.overrides.replacement import Replacement, call, error, value, wrap

__all__ = ["Layer", "OverriddenApp", "Replacement", "call", "error", "value", "with_overrides", "wrap"]
