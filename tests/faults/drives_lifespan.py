"""One driving request for each fault of the family `lifespan`: true where the app misbehaves.

Depends on: driving.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.driving import Hand

DRIVES: dict[str, Callable[[Hand], bool]] = {
    "lifespan-answered-with-http": lambda h: h.lifespan()[0] == "http.response.start",
    "shutdown-never-answered": lambda h: h.lifespan() == ["lifespan.startup.complete", "returns"],
    "startup-answered-twice": lambda h: h.lifespan()[:2] == ["lifespan.startup.complete"] * 2,
    "startup-raises-without-answer": lambda h: h.lifespan()[0] == "raises",
    "failed-start-leaves-task": lambda h: h.tasks_after_lifespan() > 0,
    "startup-waits-forever": lambda h: h.lifespan() == ["hangs"],
    "task-left-behind": lambda h: h.tasks_after_lifespan() > 0,
    "startup-key-error": lambda h: h.lifespan()[:1] == ["lifespan.startup.failed"],
    "second-start-fails": lambda h: (
        h.lifespan()[0] == "lifespan.startup.complete" and h.lifespan()[0] == "lifespan.startup.failed"
    ),
    "request-before-startup": lambda h: h.without_lifespan("GET", "/prices") == 500,
    "state-leaks": lambda h: h.get("/basket").json() != h.get("/basket").json(),
    "shutdown-waits-forever": lambda h: h.lifespan() == ["lifespan.startup.complete", "hangs"],
    "shutdown-raises": lambda h: h.lifespan()[-1] == "lifespan.shutdown.failed",
}
