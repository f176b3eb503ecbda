"""Schemathesis, run in process against an app, with what it finds told as ours.

Only documented names of Schemathesis are used: its command, a hook, an event handler.

Source: Schemathesis 4, "Extending the CLI". Depends on: target and inventory, the models, reproductions.
"""

from __future__ import annotations

from asgitest.conformance.bridge.running import BridgeOptions, run_schemathesis

__all__ = ["BridgeOptions", "run_schemathesis"]
