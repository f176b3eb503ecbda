"""The engine: from options to findings.

Depends on: everything else in conformance but reports and commands.
"""

from __future__ import annotations

from asgitest.conformance.engine.orchestrate import run
from asgitest.conformance.engine.pool import EngineError

__all__ = ["EngineError", "run"]
