"""What is sent: cases as documented, at the edges, at random, and from Hypothesis.

Each generator makes :class:`~asgitest.conformance.case.Case`; the same seed gives the same cases, whatever else runs.

Depends on: cases, plans. Hypothesis and Schemathesis are imported by :func:`hypothesis_cases` only.
"""

from __future__ import annotations

from asgitest.conformance.generate.boundary import boundary_cases, fullest_case
from asgitest.conformance.generate.dictionary import EMPTY, Dictionary
from asgitest.conformance.generate.examples import example_cases
from asgitest.conformance.generate.extremes import extreme_cases
from asgitest.conformance.generate.judge import judged
from asgitest.conformance.generate.random_cases import mutated_case, random_cases
from asgitest.conformance.generate.schema_values import SchemaValues, schema_value
from asgitest.conformance.generate.strategies import hypothesis_cases
from asgitest.conformance.generate.valid import generate_valid

__all__ = [
    "EMPTY",
    "Dictionary",
    "SchemaValues",
    "boundary_cases",
    "example_cases",
    "extreme_cases",
    "fullest_case",
    "generate_valid",
    "hypothesis_cases",
    "judged",
    "mutated_case",
    "random_cases",
    "schema_value",
]
