"""The commands of ``asgitest``, a module each, imported when it runs: ``run(arguments) -> exit code``."""

from __future__ import annotations

__all__: list[str] = []
