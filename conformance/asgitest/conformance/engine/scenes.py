"""The sequences that are played over a resource, written as requests with marks in place of identifiers.

Depends on: generators, resources, the session.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from asgitest.conformance.checks.identifiers import folded
from asgitest.conformance.engine.plays import MARK, Play, SequenceStep
from asgitest.conformance.engine.resources import Resource, reference_names, referred, refers
from asgitest.conformance.engine.seeds import keyed_random
from asgitest.conformance.engine.wire import request_of
from asgitest.conformance.generate import boundary_cases, extreme_cases, fullest_case, generate_valid
from asgitest.conformance.generate.dictionary import EMPTY
from asgitest.conformance.generate.plan import plan_of
from asgitest.conformance.json_values import is_array, is_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgitest.conformance.case import Case
    from asgitest.conformance.checks.sequences import Role
    from asgitest.conformance.engine.session import Session
    from asgitest.conformance.operation import Operation

__all__ = ["write_scenes"]

_REFUSALS = 6
"""Creations at an edge in one sequence; the app may refuse them."""
_DEEPEST = 3
_OTHERS = 4
"""Creations that are tried when one was refused."""
_FAR = 987_654_321
_PAGES = 8
_PAGE_SIZE = 2
_PAGING = frozenset({"page", "pagenumber", "pageno", "p", "pageindex"})
_OFFSETS = frozenset({"offset", "skip", "start", "from"})
_SIZES = frozenset({"size", "pagesize", "perpage", "limit", "count", "take"})
_BUSY = 8


def write_scenes(session: Session, resource: Resource, turn: int) -> Iterator[Play]:
    """Write the sequences of one turn; values and some orders differ from turn to turn."""
    writer = _Writer(session=session, resource=resource, turn=turn)
    lead = tuple(writer.prepared())
    scenes = [writer.life, writer.busy, writer.refusals, writer.several, writer.numbers, writer.orphans, writer.stale]
    for scene in scenes:
        steps = tuple(step for step in scene() if step is not None)
        if any(step.role != "prepare" for step in steps):
            yield Play(resource=resource.label, parameter=resource.parameter, steps=(*lead, *steps))


@dataclass(slots=True, kw_only=True)
class _Writer:
    """Writes the sequences of one turn.

    Args:
        session: Has the app.
        resource: Which.
        turn: Number of the turn.
        fixed: Values of path parameters that nothing creates.
        parents: What has to be created before, by its slot.
    """

    session: Session
    resource: Resource
    turn: int
    fixed: dict[str, Any] = field(default_factory=dict[str, Any])
    parents: dict[str, Resource] = field(default_factory=dict[str, "Resource"])

    # Scenes

    def life(self) -> Iterator[SequenceStep | None]:
        """Everything that happens to one of them, and again what it must not bear."""
        resource, one = self.resource, self.resource.on_one
        read = one.get("GET")
        yield self.step("list before", resource.listing)
        yield self.step("create", resource.create)
        yield self.step("control", read)
        yield self.step("read", read)
        if "PUT" in one:
            yield self.step("put", one["PUT"])
            yield self.step("read after put", read)
            yield self.step("put again", one["PUT"], part="put")
            yield self.step("read after second put", read)
        yield self.step("read before change", read)
        yield self.step("change", one.get("PATCH"))
        yield self.step("read after change", read)
        yield self.step("list", resource.listing)
        for action in resource.actions:
            yield self.step("action", action)
        yield self.step("delete", one.get("DELETE"))
        yield self.step("read after delete", read)
        yield self.step("list after delete", resource.listing)
        yield self.step("delete again", one.get("DELETE"))
        yield self.step("read after second delete", read)
        if self.turn % 2:
            for operation in (one.get("PATCH"), one.get("PUT"), *resource.actions, resource.listing):
                yield self.step("action", operation)

    def busy(self) -> Iterator[SequenceStep | None]:
        """Whatever can be done to one, in any order, several times."""
        writes = [self.resource.on_one.get(method) for method in ("PUT", "PATCH")]
        choices = [one for one in (*writes, *self.resource.actions) if one is not None]
        if not choices:
            return
        random = keyed_random(self.session.options.seed, "busy", self.resource.label, self.turn)
        yield self.step("create", self.resource.create)
        for number in range(_BUSY):
            yield self.step("action", random.choice(choices), part=f"busy {number}")
        yield self.step("action", self.resource.on_one.get("GET"))

    def refusals(self) -> Iterator[SequenceStep | None]:
        """The list before and after creations that may be refused, the same once more among them."""
        resource = self.resource
        if resource.listing is None or resource.named:
            return
        yield self.step("create", resource.create)
        yield self.step("list", resource.listing)
        yield self.step("refused create", resource.create, part="create")
        yield self.step("list after refusal", resource.listing)
        edges = boundary_cases(resource.create)
        for edge in itertools.islice(edges, self.turn * _REFUSALS, (self.turn + 1) * _REFUSALS):
            yield self.step("refused create", resource.create, case=edge)
            yield self.step("list after refusal", resource.listing)

    def several(self) -> Iterator[SequenceStep | None]:
        """Several at the edges of what is allowed between usual ones, then all of them, at once and in pages."""
        resource = self.resource
        if resource.listing is None or resource.named:
            return
        random = keyed_random(self.session.options.seed, "several", resource.label)
        base = fullest_case(resource.create, random, self.session.values_for(resource.create).dictionary())
        edges = [case for case in extreme_cases(base) if case.valid]
        yield self.step("create several", resource.create, slot="0")
        for number, edge in enumerate(edges[:4]):
            yield self.step("create several", resource.create, slot=f"e{number}", case=edge)
            yield self.step("create several", resource.create, slot=str(number + 1), part=f"create {number}")
        yield from self._listings(resource.listing)

    def _listings(self, listing: Operation) -> Iterator[SequenceStep | None]:
        names = {folded(parameter.name): parameter for parameter in listing.parameters_in("query")}
        size = next((one for name, one in names.items() if name in _SIZES), None)
        page = next((one for name, one in names.items() if name in _PAGING | _OFFSETS), None)
        most = size.schema.get("maximum") if size is not None else None
        large: dict[str, Any] = {size.name: int(most) if isinstance(most, int | float) else 100} if size else {}
        yield self.step("list several", listing, query=large)
        if size is None or page is None:
            return
        start = page.schema.get("default", page.schema.get("minimum", 0))
        start = int(start) if isinstance(start, int | float) else 0
        stride = _PAGE_SIZE if folded(page.name) in _OFFSETS else 1
        for number in range(_PAGES):
            query = {size.name: _PAGE_SIZE, page.name: start + number * stride}
            yield self.step("page", listing, query=query)

    def numbers(self) -> Iterator[SequenceStep | None]:
        """Two of them, and what happens to the one does not touch the other."""
        resource, one = self.resource, self.resource.on_one
        read = one.get("GET")
        yield self.step("create", resource.create)
        yield self.step("create other", resource.create, slot="1", part="create other")
        yield self.step("read other", read, slot="1")
        yield self.step("read other", read, slot="1")
        for operation in (one.get("PUT"), one.get("PATCH"), one.get("DELETE")):
            if operation is not None:
                yield self.step("action", operation)
                yield self.step("read other again", read, slot="1")
        if not resource.named:
            yield self.step("create third", resource.create, slot="2", part="create third")
            yield self.step("read other again", read, slot="1")

    def orphans(self) -> Iterator[SequenceStep | None]:
        """What belongs to something that is deleted."""
        resource, one = self.resource, self.resource.on_one
        deletes = [(slot, parent.on_one.get("DELETE")) for slot, parent in self.parents.items()]
        if not any(delete for _, delete in deletes):
            return
        yield self.step("create", resource.create)
        for slot, delete in deletes:
            yield self.step("action", delete, slot=slot)
        for operation in (one.get("GET"), resource.listing, one.get("PATCH"), one.get("PUT"), *resource.actions):
            yield self.step("action", operation)
        yield self.step("action", one.get("DELETE"))
        yield self.step("action", resource.listing)

    def stale(self) -> Iterator[SequenceStep | None]:
        """A change on condition that it is still as it never was."""
        put = self.resource.on_one.get("PUT") or self.resource.on_one.get("PATCH")
        if put is None or ("412" not in put.responses and put.parameter("header", "If-Match") is None):
            return
        yield self.step("create", self.resource.create)
        yield self.step("read", self.resource.on_one.get("GET"))
        step = self.step("stale put", put)
        if step is not None:
            headers = [pair for pair in step.request.headers if pair[0] != b"if-match"]
            request = replace(step.request, headers=(*headers, (b"if-match", b'"asgitest-stale"')))
            yield replace(step, request=request)

    # Steps

    def prepared(self) -> list[SequenceStep]:
        """What has to be there before: the resources above in the path, and those the body of a creation names."""
        steps: list[SequenceStep] = []
        self._parents_of(self.resource.create, steps, depth=0)
        return steps

    def _parents_of(self, operation: Operation, steps: list[SequenceStep], *, depth: int) -> None:
        if depth >= _DEEPEST:
            return
        known = self.session.resources
        above = [known[label] for label in known if operation.path.startswith(known[label].path.rstrip("/") + "/")]
        named = [referred(known, name) for body in operation.bodies for name in reference_names(body.schema)]
        for parent in (*above, *named):
            if parent is None or parent.label == self.resource.label or self._slot_of(parent) in self.parents:
                continue
            slot = self._slot_of(parent)
            self.parents[slot] = parent
            self._parents_of(parent.create, steps, depth=depth + 1)
            step = self.step("prepare", parent.create, slot=slot, resource=parent)
            if step is not None:
                steps.append(step)

    def _slot_of(self, parent: Resource) -> str:
        return f"p{list(self.session.resources).index(parent.label)}"

    def step(
        self,
        role: Role,
        operation: Operation | None,
        *,
        slot: str = "0",
        part: str = "",
        case: Case | None = None,
        query: dict[str, Any] | None = None,
        resource: Resource | None = None,
    ) -> SequenceStep | None:
        """Write one request.

        Args:
            role: Which part it plays.
            operation: What is called; None writes nothing.
            slot: What it creates, or what it is about.
            part: Keys the values; the role, if empty.
            case: In place of a valid one that is drawn.
            query: In place of the query of the case.
            resource: What it creates, if that is another one.
        """
        if operation is None:
            return None
        resource = resource or self.resource
        random = keyed_random(self.session.options.seed, "state", self.resource.label, self.turn, slot, part or role)
        values, edge = self.session.values_for(operation), case is not None
        case = case or values.applied(generate_valid(operation, random, values.dictionary()))
        case = self._fitted(case, role, query or {})
        creates = operation is resource.create and role not in {"put", "put again", "action"}
        identifier = None
        if creates and resource.named:
            identifier = self._draw(operation, resource.parameter, slot)
        path = self._filled(operation, case, slot="none" if role == "control" else slot, identifier=identifier)
        cases = [replace(case, path_parameters=path, body=case.body if edge else self._referring(case.body))]
        if creates and not edge and role != "refused create":
            drawn = (generate_valid(operation, random, values.dictionary()) for _ in range(_OTHERS))
            cases += [replace(one, path_parameters=path, body=self._referring(one.body)) for one in drawn]
        try:
            requests = [values.authenticated(request_of(one), operation) for one in cases]
        except (ValueError, TypeError, OverflowError, RecursionError):
            return None
        return SequenceStep(
            role=role,
            request=requests[0],
            others=tuple(requests[1:]),
            subject=operation.label,
            slot=slot,
            parameter=resource.parameter if creates else "",
            identifier=identifier,
        )

    def _fitted(self, case: Case, role: Role, query: dict[str, Any]) -> Case:
        """Leave out of a case what its part has no use for: filters of lists, all but one property of a change."""
        if role.startswith(("list", "page")):
            needed = {parameter.name for parameter in case.operation.parameters if parameter.required}
            kept = {name: value for name, value in case.query.items() if name in needed}
            return replace(case, query=kept | query)
        return _with_one_property(case, self.turn) if role == "change" else case

    def _filled(self, operation: Operation, case: Case, *, slot: str, identifier: Any) -> dict[str, Any]:
        """Put marks, or what is fixed, into the path."""
        path = dict(case.path_parameters)
        slots = {**self.parents, "": self.resource}
        for name, drawn in path.items():
            at = operation.path.find("{" + name)
            before = operation.path[:at].rstrip("/")
            owner = next((key for key, one in slots.items() if one.collection == before), None)
            if owner == "" and not slot.startswith("p"):
                path[name] = identifier if identifier is not None else f"{MARK}{slot}-"
                if slot == "none":
                    path[name] = self._draw(operation, name, "none", unlike=True)
            elif owner is not None and slot.startswith("p") and slot in self.parents:
                path[name] = identifier if identifier is not None and owner == slot else f"{MARK}{owner}-"
            elif owner is not None:
                path[name] = f"{MARK}{owner}-"
            else:
                path[name] = self.fixed.setdefault(name, drawn)
        return path

    def _draw(self, operation: Operation, name: str, slot: str, *, unlike: bool = False) -> Any:
        """Draw an identifier: large where nothing of that name shall be there, small pieces of text otherwise."""
        plan = next((one for one in plan_of(operation).parameters if one.parameter.name == name), None)
        if plan is None:
            return f"asgitest{slot}"
        if unlike and plan.values.accepts(_FAR):
            return _FAR
        top = plan.values.schema.get("maximum")
        if unlike and isinstance(top, int | float):
            return int(top)
        random = keyed_random(self.session.options.seed, "identifier", self.resource.label, self.turn, slot)
        plain = f"asgitest{slot}{self.turn}"
        drawn = plan.values.draw(random, EMPTY)
        if plan.values.accepts(plain) and "enum" not in plan.values.schema:
            return plain
        return drawn.replace("/", "_") if isinstance(drawn, str) else drawn

    def _referring(self, value: Any) -> Any:
        """Let a body refer to what was created for it."""
        if is_array(value):
            return [self._referring(item) for item in value]
        if not is_object(value):
            return value
        changed: dict[str, Any] = {}
        for name, inner in value.items():
            parent = referred(self.session.resources, name) if isinstance(inner, str | int) else None
            slot = self._slot_of(parent) if parent is not None else ""
            whole = isinstance(inner, str | int) and not isinstance(inner, bool) and slot in self.parents
            changed[name] = f"{MARK}{slot}-" if whole and refers(name) else self._referring(inner)
        return changed


def _with_one_property(case: Case, turn: int) -> Case:
    """Keep one property of the body of a change, another one each turn."""
    if not is_object(case.body) or len(case.body) < 2:  # noqa: PLR2004  it has one already
        return case
    names = [name for name, value in case.body.items() if value is not None] or list(case.body)
    name = names[turn % len(names)]
    return replace(case, body={name: case.body[name]})
