"""Files are read with a sentence for what goes wrong, and written whole or not at all.

Depends on: the errors.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from asgitest.conformance.errors import UsageError

__all__ = ["read_text", "write_atomically"]


def read_text(path: Path, *, what: str, hint: str = "") -> str:
    """Read a file the user named.

    Args:
        path: Which.
        what: What it should be, for the message.
        hint: What to do when it is not there.

    Raises:
        UsageError: If it is not there or not UTF-8 text.
    """
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        raise UsageError(f"There is no {what} {str(path)!r}.", hint=hint) from None
    except OSError as error:
        raise UsageError(f"The {what} {str(path)!r} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"The {what} {str(path)!r} is not UTF-8 text.") from None


def write_atomically(path: Path, text: str) -> None:
    """Write a file through a temporary one beside it, so that a reader sees the old text or the new one.

    Lone surrogates are written as escapes; folders are made as needed.

    Raises:
        UsageError: If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written: {error.strerror or error}.") from None
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    """Read the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
