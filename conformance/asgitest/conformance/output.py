"""What the command writes to its two streams.

Depends on: the standard library.
"""

from __future__ import annotations

import sys

__all__ = ["complain", "say", "write"]


def say(*lines: str) -> None:
    """Write lines to standard output."""
    write("".join(f"{line}\n" for line in lines))


def complain(sentence: str) -> None:
    """Write a sentence to standard error, with control characters shown as escapes."""
    shown = "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in sentence)
    sys.stderr.write(f"asgitest: {shown}\n")


def write(text: str) -> None:
    """Write text to standard output, characters its encoding lacks as escapes."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
