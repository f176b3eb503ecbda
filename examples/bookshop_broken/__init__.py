"""The bookshop as it might have been on its first day: each of its faults is of another kind.

``asgitest check examples.bookshop_broken:app`` finds them all; ``FAULTS`` in :mod:`~examples.bookshop_broken.faults`
lists them.
"""

from __future__ import annotations

from examples.bookshop_broken.application import app

__all__ = ["app"]
