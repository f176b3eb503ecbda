"""Two documents of one app, compared: what changed, and whom it breaks.

Depends on: the operations of a document, the catalogue, the models.
"""

from __future__ import annotations

from asgitest.conformance.drift.change import Change
from asgitest.conformance.drift.contract import Contract, contract_of
from asgitest.conformance.drift.operations import compare_contracts

__all__ = ["Change", "Contract", "compare_contracts", "contract_of"]
