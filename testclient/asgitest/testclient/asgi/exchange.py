"""What the three exchanges share: the scope, the trace, the way of a message through its checks, and the findings made.

Depends on: findings, profiles, rules, shapes, tables, trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from asgitest.testclient.asgi.findings import Finding, Problem, show
from asgitest.testclient.asgi.keeping import Keeping
from asgitest.testclient.asgi.profiles import UVICORN
from asgitest.testclient.asgi.rules import RULES, Level
from asgitest.testclient.asgi.shapes import check_offered, read_message
from asgitest.testclient.asgi.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asgitest.testclient.asgi.profiles import Profile
    from asgitest.testclient.asgi.tables import Step
    from asgitest.testclient.asgi.trace import Message

__all__ = ["Exchange", "is_error"]

# What ends an app from outside; the last is how the drivers of the client do it.
_CANCELLATIONS = frozenset({"CancelledError", "Cancelled", "GeneratorExit", "LoopBlocked"})


class Exchange:
    """One conversation between a server and an app.

    Args:
        scope: What the app is called with.
        profile: The server to be.
        checks: Whether messages are checked for more than is needed to keep the state right.
    """

    protocol: ClassVar[str]
    noun: ClassVar[str]
    table: ClassVar[Mapping[tuple[Any, Any], Step]]
    readers: ClassVar[Mapping[str, Callable[[Any, Message, list[Problem]], None]]]

    # What a conversation begins with stands in the class: most of it stays so to the end.
    state: Any = None
    _seen: dict[tuple[str, str], Finding] | None = None
    _counts: dict[tuple[str, str], int]
    _pending: Sequence[Problem] = ()
    _lent: Sequence[Any] = ()
    """What the app has given the server to read from, and is to close itself."""
    _refused = False
    _ended = False
    _doubted: Any = None

    def __init__(self, scope: dict[str, Any], *, profile: Profile = UVICORN, checks: bool = True) -> None:
        self.scope = scope
        self.profile = profile
        self.checks = checks
        self.findings: list[Finding] = []
        self.trace = Trace(scope)
        self._keeping = Keeping(scope) if checks else None
        self._offered: Mapping[str, Any] = scope.get("extensions") or {}

    @property
    def counts(self) -> dict[Finding, int]:
        """How often each finding was made."""
        return {finding: self._counts[key] for key, finding in (self._seen or {}).items()}

    # A conversation that somebody else leads --------------------------------------------------------------------------

    def app_asked(self) -> Sequence[Finding]:
        """Record that the app called ``receive``, where a real server answers it.

        Returns:
            What is wrong with that; empty if nothing is.
        """
        return self.app_asked_late() if self._ended else ()

    def app_received(self, message: Message) -> None:
        """Record what a real server gave the app.

        Args:
            message: As the server made it.
        """
        self.trace.add("->", message.copy())
        self._received(message)

    def _received(self, message: Message) -> None:
        """Move on because of a message of the server."""
        raise NotImplementedError

    # A message of the app -----------------------------------------------------------------------------------------

    def app_sent(self, message: Any) -> Sequence[Finding]:
        """Take a message of the app: record it, judge it, and move on.

        Args:
            message: Whatever the app sent.

        Returns:
            What is wrong with it; empty if nothing is.
        """
        return self._take(message)

    def app_misused(self, what: str, rule_id: str, detail: str) -> Sequence[Finding]:
        """Record that the app called ``send`` or ``receive`` in a way that no server expects.

        Args:
            what: ``"send"`` or ``"receive"``.
            rule_id: Which rule that breaks.
            detail: What happened, as a sentence without a final stop.
        """
        self.trace.add("--", f"the app misuses {what}")
        return self._place([Problem(rule_id, detail, what)], self.trace.count)

    def app_sent_oddly(self, positional: int, names: Iterable[str] = ()) -> Sequence[Finding]:
        """Record that the app called ``send`` with other arguments than one message.

        Args:
            positional: How many arguments had no name.
            names: Of those that had one.
        """
        given = ", ".join(["..."] * positional + [f"{name}=..." for name in names])
        detail = f"the app called send({given}); servers name that one parameter as they like"
        return self.app_misused("send", "ASGI-MSG-009", detail)

    def app_is_not(self, what: str) -> Sequence[Finding]:
        """Record that the app is another kind of callable than one async callable.

        Args:
            what: What it is, as the rest of the sentence "an app is one async callable, but this is".
        """
        detail = f"{RULES['ASGI-APP-001'].title}, but this is {what}"
        return self._place([Problem("ASGI-APP-001", detail, "app")], None)

    def app_asked_late(self) -> Sequence[Finding]:
        """Record that the app called ``receive`` after it had returned."""
        return self.app_misused("receive", "ASGI-APP-005", "receive is not used after the app has returned, but it was")

    def _take(self, given: Any) -> Sequence[Finding]:
        """Take a message the thorough way."""
        problems: list[Problem] = []
        index = self.trace.count + 1
        try:
            message = read_message(given, self.protocol, problems)
            self.trace.add("<-", given if message is None else message.copy())
            if message is not None:
                self._read(message, problems)
        except Exception as error:  # noqa: BLE001 - values of the app may do anything when they are looked at
            if self.trace.count < index:
                self.trace.add("<-", show(given))
            detail = f"the message cannot be read: looking at it raises {type(error).__name__}"
            problems.append(Problem("ASGI-MSG-004", detail, "message"))
        return self._conclude(problems, index)

    def _read(self, message: Message, problems: list[Problem]) -> None:
        """Read one message by its type."""
        if self._ended:
            late = f"message {self.trace.count} is {show(message['type'])}"
            detail = f"send is not used after the app has returned, but {late}"
            problems.append(Problem("ASGI-APP-005", detail, "send"))
            return
        kind = message["type"]
        if check_offered(kind, self._offered, problems):
            self.readers[kind](self, message, problems)

    def _conclude(self, problems: list[Problem], index: int) -> Sequence[Finding]:
        """Make findings of the problems of one message, and of those that waited for it."""
        if self._pending:
            problems = [*self._pending, *problems]
            self._pending = ()
        if not problems:
            return ()
        if any(is_error(problem) for problem in problems):
            self._refused = True
        return self._place(problems, index)

    def _move(self, item: Any, message: Message, problems: list[Problem]) -> bool:
        """Look up where a message leads and go there.

        A message of a wrong shape may count or not, as the server likes: what follows it is judged by the reading in
        which it is legal.

        Returns:
            Whether the message was taken.
        """
        step = self.table[self.state, item]
        if step.rule is not None and self._doubted is not None and self.table[self._doubted, item].rule is None:
            step = self.table[self._doubted, item]
        self._doubted = None
        if step.rule is not None:
            problems.append(self._out_of_order(step.rule, message))
            if RULES[step.rule].level is Level.ERROR:
                return False
        before, self.state = self.state, step.state
        if problems and any(is_error(problem) for problem in problems):
            self._doubted = before
        return True

    def _out_of_order(self, rule_id: str, message: Message) -> Problem:
        kind = message["type"]
        detail = f"{RULES[rule_id].title}, but message {self.trace.count} is {kind} while {self.noun} is {self.state}"
        return Problem(rule_id, detail, kind)

    def _place(self, problems: Sequence[Problem], index: int | None) -> Sequence[Finding]:
        """Make findings of problems: one for each subject of a rule, which is returned again each time."""
        placed: list[Finding] = []
        if self._seen is None:
            self._seen, self._counts = {}, {}
        for problem in problems:
            rule = RULES[problem.rule_id]
            key = (problem.rule_id, problem.subject)
            level = problem.level or rule.level
            finding = self._seen.get(key)
            if finding is None:
                self._seen[key] = finding = Finding(
                    rule=rule, detail=problem.detail, level=level, index=index, subject=problem.subject
                )
                self._counts[key] = 1
                self.findings.append(finding)
            else:
                self._counts[key] += 1
            placed.append(finding)
        return placed

    # The end ------------------------------------------------------------------------------------------------------

    def app_returned(self, value: Any = None) -> Sequence[Finding]:
        """Record that the app call has ended.

        Args:
            value: What it returned.
        """
        if self._ended:
            return ()
        problems: list[Problem] = []
        self.trace.add("--", "the app returned")
        self._returned(problems)
        return self._end(value, problems)

    def app_raised(self, error: BaseException) -> Sequence[Finding]:
        """Record that the app call has ended with an exception.

        Args:
            error: Which. One that only says that the task was cancelled is no fault of the app.
        """
        if self._ended:
            return ()
        problems: list[Problem] = []
        self.trace.add("--", f"the app raised {type(error).__name__}")
        kind = type(error).__name__
        cancelled = kind in _CANCELLATIONS
        self._raised(problems, cancelled=cancelled)
        if not isinstance(error, Exception) and not cancelled:
            problems.append(Problem("ASGI-APP-010", f"{kind} escaped from the app", kind))
        return self._end(None, problems)

    def _returned(self, problems: list[Problem]) -> None:
        """Move on because the app returned."""
        raise NotImplementedError

    def _raised(self, problems: list[Problem], *, cancelled: bool) -> None:
        """Move on because the app raised."""

    def _judge_lent(self, problems: list[Problem]) -> None:
        """See what has become of what was lent."""

    def _end(self, value: Any, problems: list[Problem]) -> Sequence[Finding]:
        """Collect what can only be judged when the call has ended."""
        self._ended = True
        if self._pending:
            problems += self._pending
            self._pending = ()
        if self._lent:
            self._judge_lent(problems)
        if value is not None:
            problems.append(Problem("ASGI-APP-002", f"the app returned {show(value)} instead of None", "return"))
        if self._keeping is not None:
            try:  # noqa: SIM105 - suppress() takes longer than the comparison
                self._keeping.compare(self.scope, problems)
            except Exception:  # noqa: BLE001, S110 - values of the app may do anything when they are compared
                pass
        return self._place(problems, None) if problems else ()


def is_error(problem: Problem) -> bool:
    """Whether a problem is one of a MUST rule."""
    return (problem.level or RULES[problem.rule_id].level) is Level.ERROR
