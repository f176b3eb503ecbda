"""Values for the start of a run, with the face of a frozen dataclass.

Depends on: the standard library, as far as pytest has loaded it already.
"""

from __future__ import annotations

from typing import Any, dataclass_transform

__all__ = ["Value"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Value:
    """A value whose fields are the annotations of its class, and their defaults the attributes of the class.

    To make a dataclass takes longer than to import a module, and every test run would pay for it.

    Raises:
        TypeError: If a field is given that the class does not have, or one without a default is not given.
    """

    def __init__(self, **given: Any) -> None:
        fields = type(self).__annotations__
        wrong = [name for name in given if name not in fields]
        wrong += [name for name in fields if name not in given and not hasattr(type(self), name)]
        if wrong:
            raise TypeError(f"{type(self).__name__}: unknown or missing: {', '.join(wrong)}")
        self.__dict__.update(given)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")
