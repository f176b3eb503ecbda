"""A bookshop: one FastAPI app that uses every chapter of the Advanced User Guide.

``app`` is what a server or ``asgitest check examples.bookshop:app`` runs; ``create_app`` builds one for other settings.
"""

from __future__ import annotations

from examples.bookshop.application import create_app
from examples.bookshop.settings import Settings

__all__ = ["Settings", "app", "create_app"]

app = create_app()
