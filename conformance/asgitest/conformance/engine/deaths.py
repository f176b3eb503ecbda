"""Findings about processes that ended: what was being sent is all that is left of them.

Depends on: findings, messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.checks import Violation
from asgitest.conformance.engine.findings import Findings, step_of, step_of_socket
from asgitest.conformance.engine.messages import Candidate
from asgitest.conformance.model import HTTPStep, LifespanStep
from asgitest.conformance.records import Exchange, Request, SocketRequest

if TYPE_CHECKING:
    from asgitest.conformance.engine.messages import Died, Ready, Task
    from asgitest.conformance.model import Step
    from asgitest.conformance.options import RunOptions
    from asgitest.conformance.selection import Selection

__all__ = ["candidate_of_death", "is_expected_death"]

_OF_HANGS = {
    "http": "http.hangs",
    "state": "http.hangs",
    "websocket": "websocket.hangs",
    "lifespan": "lifespan.hangs-startup",
}
_MOST_LINES = 30
_WALK = "STATE walk"


def candidate_of_death(
    task: Task, died: Died, *, options: RunOptions, selection: Selection, ready: Ready | None
) -> Candidate | None:
    """Make a candidate of the case a process ended in; None when it was in none, or the check is not selected."""
    if task.kind not in _OF_HANGS or task.subject.startswith(_WALK):
        return None  # what one request of a walk does to the process is found where it is sent alone
    check = _OF_HANGS[task.kind] if died.hung else "http.process-killed"
    seconds = selection.timeout(task.subject)
    message = (
        f"The process was blocked for more than {seconds:g} s and was ended."
        if died.hung
        else f"The process ended: {died.reason}."
    )
    violation = Violation(
        check=check,
        message=message,
        cause=(died.reason,),
        expected=f"A response within {seconds:g} s." if died.hung else "The process goes on.",
        actual="None." if died.hung else died.reason,
    )
    steps: list[Step] = _steps(died)
    if not steps and task.kind == "lifespan":
        steps = [LifespanStep()]
    findings = Findings(options=options, selection=selection, roots=(), target=ready.target if ready else "")
    seen = Exchange(request=died.case, response=None, hung=died.hung) if isinstance(died.case, Request) else None
    subject = task.subject
    if task.kind == "state" and isinstance(died.case, Request):
        subject = f"{died.case.method} {died.case.target.decode('latin-1').partition('?')[0]}"
    finding = findings.build(violation, subject, seen=seen)
    if finding is None:
        return None
    if died.stack and finding.evidence:
        notes = tuple(died.stack.splitlines()[:_MOST_LINES])
        finding = finding.model_copy(
            update={"evidence": (finding.evidence[0].model_copy(update={"notes": notes}), *finding.evidence[1:])}
        )
    scenario = findings.scenario(steps) if steps else None
    return Candidate(finding=finding, scenario=scenario, fixed=scenario is None)


def _steps(died: Died) -> list[Step]:
    if isinstance(died.case, Request):
        step: HTTPStep = step_of(died.case)
        return [step]
    if isinstance(died.case, SocketRequest):
        return [step_of_socket(died.case)]
    return []


def is_expected_death(candidate: Candidate, died: Died) -> bool:
    """Tell whether a death during confirmation is what was to be confirmed."""
    check = candidate.finding.check
    if check == "http.process-killed":
        return not died.hung
    return died.hung and check in _OF_HANGS.values()
