"""Everything a test author can catch, in three families by who is wrong.

::

    the app      ProtocolViolation(AssertionError)     the app broke a rule of the ASGI specification
                 LifespanFailed(RuntimeError)          startup or shutdown failed
    the test     MisuseError(RuntimeError)             the client was used in a way that cannot work
                     OverrideError                     an override of a dependency would not do what it says
    the world    DeadlineExceeded(TimeoutError)        a wait took longer than its timeout
                     DeadlockDetected                  nothing could ever have ended the wait

    into the app ClientDisconnected(OSError)           what ``send()`` raises once the client has left

    warnings     AsgitestWarning(UserWarning)
                     ProtocolWarning                   the app broke a SHOULD rule
                     LifespanWarning                   the lifespan of the app never ran
                     DisconnectWarning                 the app went on although the client had left
                     DriverWarning                     the driver had to fall back to another one
                     LeakWarning                       something was left open or running
                     OverrideWarning                   overrides were changed behind our back, or never used

An exception of the app reaches the test as the same object; what we know about it is added as a note.

Depends on: ``asgitest.testclient.asgi``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgitest.testclient.asgi import Finding, Trace

__all__ = [
    "AsgitestWarning",
    "ClientDisconnected",
    "DeadlineExceeded",
    "DeadlockDetected",
    "DisconnectWarning",
    "DriverWarning",
    "LeakWarning",
    "LifespanFailed",
    "LifespanWarning",
    "MisuseError",
    "OverrideError",
    "OverrideWarning",
    "ProtocolViolation",
    "ProtocolWarning",
    "explain",
    "timeout_class",
]


class ProtocolViolation(AssertionError):
    """The app broke a MUST rule of the ASGI specification.

    Raised inside the app at the faulty ``send()``, and in the test as well when the app swallowed it there.

    Args:
        finding: Which rule, and how it was broken.
        trace: The conversation so far.
        sentence: What Starlette's client says in this case, for tests that match its text.
    """

    def __init__(self, finding: Finding, trace: Trace, sentence: str = "") -> None:
        super().__init__(explain(finding, trace, sentence=sentence))
        self.finding = finding
        self.trace = trace

    def __reduce__(self) -> tuple[type[AssertionError], tuple[str]]:
        """Pickle as the plain assertion it is, for runners that send exceptions between processes."""
        return (AssertionError, (str(self),))


def explain(finding: Finding, trace: Trace, *, last: int = 6, sentence: str = "") -> str:
    """Say what happened, what to do, which sentence says so, and where in the conversation.

    Args:
        finding: The broken rule.
        trace: The conversation it was broken in.
        last: How many messages to show at most.
        sentence: What to add to the first line.

    Returns:
        Several lines, without a final newline.
    """
    rule = finding.rule
    lines = [
        f"{rule.id}: {finding.detail}" + (f" ({sentence})" if sentence else ""),
        f"  do:    {rule.advice}",
        f"  spec:  {rule.spec}",
    ]
    conversation = trace.render(last=last, broken=finding.index)
    if conversation:
        lines.append(conversation)
    return "\n".join(lines)


class LifespanFailed(RuntimeError):
    """The app said that its startup or shutdown failed, or ended its lifespan in a way that no server accepts.

    Args:
        phase: ``"startup"`` or ``"shutdown"``.
        message: What the app said about it; empty if it said nothing.
    """

    def __init__(self, phase: str, message: str) -> None:
        super().__init__(f"the app's {phase} failed: {message or 'it gave no message'}")
        self.phase = phase
        self.message = message


class MisuseError(RuntimeError):
    """The client was used in a way that cannot work; the message says what to do instead."""


class OverrideError(MisuseError):
    """An override of a dependency would reach nothing, or do something else than it says."""


class DeadlineExceeded(TimeoutError):
    """The client waited longer than its timeout.

    Args:
        waiting_for: What the client waited for, as a noun phrase.
        timeout: How long it waited, in seconds.
        report: Where the app is stuck: its await chain, worker threads and the last messages.
    """

    def __init__(self, waiting_for: str, timeout: float | None, report: str) -> None:
        super().__init__(self._sentence(waiting_for, timeout) + (f"\n{report}" if report else ""))
        self.waiting_for = waiting_for
        self.timeout = timeout
        self.report = report

    @staticmethod
    def _sentence(waiting_for: str, timeout: float | None) -> str:
        return (
            f"waited {timeout:g} s for {waiting_for}\n"
            "  do:    look at where the app is stuck below; pass timeout= (or None) if it needs longer"
        )


class DeadlockDetected(DeadlineExceeded):
    """Nothing can ever end this wait: no callback is ready, no timer set, no file watched, no worker thread busy."""

    @staticmethod
    def _sentence(waiting_for: str, timeout: float | None) -> str:  # noqa: ARG004 - the signature is the base's
        return (
            f"would wait forever for {waiting_for}: nothing in the app is ready, timed, or working\n"
            "  do:    look at where the app is stuck below; it waits for something that the test never sends or sets"
        )


_timeout_classes: dict[tuple[type, ...], type[DeadlineExceeded]] = {}


def timeout_class(kind: type[DeadlineExceeded]) -> type[DeadlineExceeded]:
    """Return *kind* joined with the ``ReadTimeout`` of each HTTP library that is loaded, for ``except`` clauses.

    Args:
        kind: `DeadlineExceeded` or `DeadlockDetected`.
    """
    modules = (sys.modules.get(name) for name in ("httpx2", "httpx"))
    bases = (kind, *dict.fromkeys(module.ReadTimeout for module in modules if module is not None))
    if len(bases) == 1:
        return kind
    if bases not in _timeout_classes:
        namespace = {"__module__": kind.__module__, "__doc__": kind.__doc__, "_request": None}
        _timeout_classes[bases] = type(kind.__name__, bases, namespace)
    return _timeout_classes[bases]


class ClientDisconnected(OSError):
    """The client has left; what is sent from here on reaches nobody.

    Source: ASGI ``www``, "send(): ... raise an OSError subclass if the client has disconnected" (spec version 2.4).
    """


class AsgitestWarning(UserWarning):
    """Base of all warnings of asgitest, for ``filterwarnings``."""


class ProtocolWarning(AsgitestWarning):
    """The app broke a SHOULD rule: some servers will mind."""


class LifespanWarning(AsgitestWarning):
    """A request reached an app whose lifespan never ran."""


class DisconnectWarning(AsgitestWarning):
    """The app went on although the client had left, and had to be cancelled."""


class DriverWarning(AsgitestWarning):
    """The driver that was asked for does not work here; another one took over."""


class LeakWarning(AsgitestWarning):
    """Something of the app was still open or running when its client was closed."""


class OverrideWarning(AsgitestWarning):
    """Overrides of dependencies were changed behind the back of who set them, or never used."""
