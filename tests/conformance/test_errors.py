"""One sentence, the nearest match."""

from __future__ import annotations

import pytest

from asgitest.conformance.errors import ConformanceError, TargetError, UsageError, nearest


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("chekc", "Did you mean check?"), ("HTTP", "Did you mean http?"), ("zzz", ""), ("", "")],
)
def test_the_nearest_name_is_a_sentence_or_nothing(name: str, sentence: str) -> None:
    assert nearest(name, ["check", "http"]) == sentence


def test_an_error_is_its_sentence_with_the_hint() -> None:
    error = TargetError("There is no module 'x'.", hint="Did you mean y?")

    assert str(error) == "There is no module 'x'. Did you mean y?"
    assert (error.sentence, error.hint, error.exit_code) == ("There is no module 'x'.", "Did you mean y?", 2)
    assert isinstance(error, UsageError)
    assert isinstance(error, ConformanceError)
    assert str(UsageError("Alone.")) == "Alone."
