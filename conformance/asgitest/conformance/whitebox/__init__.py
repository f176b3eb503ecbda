"""The white box: what the app's own code does while a case runs, and what to try next because of it.

Depends on: the standard library.
"""

from __future__ import annotations

from asgitest.conformance.whitebox.feedback import Leaf, Proposal, distance, propose
from asgitest.conformance.whitebox.importing import InstrumentingFinder, is_own_file, literals_of_file
from asgitest.conformance.whitebox.monitoring import LineMonitor, monitoring_available
from asgitest.conformance.whitebox.recorder import RECORDER, Comparison, Observation, Recorder

__all__ = [
    "RECORDER",
    "Comparison",
    "InstrumentingFinder",
    "Leaf",
    "LineMonitor",
    "Observation",
    "Proposal",
    "Recorder",
    "distance",
    "is_own_file",
    "literals_of_file",
    "monitoring_available",
    "propose",
]
