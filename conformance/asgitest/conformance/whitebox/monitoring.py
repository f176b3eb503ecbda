"""Watches lines instead of rewriting modules: ``sys.monitoring`` of Python 3.12 and later (PEP 669).

Each line of the app's own files is told once and then costs nothing, because the callback disables it. Comparisons
are not seen this way. Used where modules cannot be rewritten: they were imported before, or the user asked for it.

Depends on: the recorder.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

from asgitest.conformance.whitebox.importing import is_own_file
from asgitest.conformance.whitebox.recorder import RECORDER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import CodeType

__all__ = ["LineMonitor", "monitoring_available"]

_FIRST_SITE = 1 << 24
"""Lines are numbered from here, so that they never meet a rewritten module's numbers."""
_TOOLS = (4, 3, 5, 2, 1, 0)
"""Identifiers to try; coverage.py takes 1, debuggers 0, profilers 2."""


def monitoring_available() -> bool:
    """Tell whether this Python can watch lines cheaply."""
    return hasattr(sys, "monitoring")


class LineMonitor:
    """Tells the recorder of each line the first time it runs; a context manager.

    Args:
        roots: Folders of the app's own code.
    """

    def __init__(self, roots: Iterable[Path]) -> None:
        self._roots = tuple(root.resolve() for root in roots)
        self._sites: dict[tuple[CodeType, int], int] = {}
        self._own: dict[str, bool] = {}
        self._tool: int | None = None
        self._monitoring: Any = getattr(sys, "monitoring", None)

    def __enter__(self) -> Self:
        monitoring = self._monitoring
        if monitoring is None:
            return self
        self._tool = next((tool for tool in _TOOLS if monitoring.get_tool(tool) is None), None)
        if self._tool is not None:
            monitoring.use_tool_id(self._tool, "asgitest")
            monitoring.register_callback(self._tool, monitoring.events.LINE, self._line)
            monitoring.set_events(self._tool, monitoring.events.LINE)
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._tool is not None:
            self._monitoring.set_events(self._tool, 0)
            self._monitoring.register_callback(self._tool, self._monitoring.events.LINE, None)
            self._monitoring.free_tool_id(self._tool)
            self._tool = None

    def _line(self, code: CodeType, line: int) -> Any:
        """Note a line of the app's own code, and never be called for it again."""
        file = code.co_filename
        own = self._own.get(file)
        if own is None:
            own = self._own[file] = is_own_file(file, self._roots)
        if own:
            site = self._sites.setdefault((code, line), _FIRST_SITE + len(self._sites))
            RECORDER.reach(site)
        return self._monitoring.DISABLE
