"""``python -m asgitest.conformance`` is the command ``asgitest``."""

from __future__ import annotations

import sys

from asgitest.conformance.cli import main

if __name__ == "__main__":
    sys.exit(main())
