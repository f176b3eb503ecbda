"""Family ``state``: sequences of requests, and what they leave behind.

Source: RFC 9110. Depends on: the shape of a check.
"""

from __future__ import annotations

from asgitest.conformance.catalogue.check import Check
from asgitest.conformance.catalogue.documents import rfc

__all__ = ["STATE_CHECKS"]

_IDEMPOTENT = rfc(9110, "9.2.2")
_DELETE = rfc(9110, "9.3.5")
_CREATED = rfc(9110, "15.3.2")

STATE_CHECKS: tuple[Check, ...] = (
    Check(
        id="state.use-after-delete",
        title="A deleted resource is still served",
        severity="error",
        confidence="firm",
        schemathesis=("ST301",),
        meaning="DELETE answered with success, yet GET still finds the resource.",
        advice="Delete it from every place it is read from, caches included; answer 404 or 410 afterwards.",
        spec=(_DELETE,),
        bad="del by_id[id]  # by_name still has it",
        good="item = by_id.pop(id)\ndel by_name[item.name]",
    ),
    Check(
        id="state.created-not-found",
        title="A resource that was just created is not found",
        severity="error",
        confidence="firm",
        schemathesis=("ST302",),
        meaning="The answer to the creation names a resource that does not exist.",
        advice="Store it before answering; return the id it is stored under.",
        spec=(_CREATED,),
        bad="background.add_task(store, item)\nreturn item",
        good="store(item)\nreturn item",
    ),
    Check(
        id="state.delete-not-idempotent",
        title="A second DELETE crashes or undoes the first",
        severity="warning",
        confidence="firm",
        meaning="Clients repeat DELETE when the answer is lost; the repetition must do no harm.",
        advice="Answer 404, 410 or 204 the second time.",
        spec=(_IDEMPOTENT,),
        bad="items.pop(id)  # KeyError the second time",
        good="if items.pop(id, None) is None:\n    raise HTTPException(404)",
    ),
    Check(
        id="state.put-not-idempotent",
        title="The same PUT twice does not leave the same state",
        severity="warning",
        confidence="firm",
        meaning="Clients repeat PUT when the answer is lost; the repetition must change nothing more.",
        advice="Let PUT replace, never append or count.",
        spec=(_IDEMPOTENT,),
        bad="item.tags.extend(body.tags)",
        good="item.tags = body.tags",
    ),
    Check(
        id="state.failed-create-side-effect",
        title="A refused creation created something",
        severity="error",
        confidence="firm",
        wfc="F104",
        meaning="The client was told no, and the resource is there.",
        advice="Validate before storing, or roll back.",
        spec=(rfc(9110, "15.5"),),
        bad="items.append(item)\nif item.price < 0:\n    raise HTTPException(400)",
        good="if item.price < 0:\n    raise HTTPException(400)\nitems.append(item)",
    ),
    Check(
        id="state.list-misses-created",
        title="A resource that was just created is not in its list",
        severity="warning",
        confidence="tentative",
        meaning="The collection does not show what GET on the resource shows.",
        advice="Read both from one place; invalidate the cache of the list when creating.",
        spec=(_CREATED,),
        bad="@lru_cache\ndef listing(): ...",
        good="def listing(): ...",
    ),
    Check(
        id="state.update-not-stored",
        title="A change was answered with success and not stored",
        severity="warning",
        confidence="firm",
        meaning="PUT or PATCH succeeded, and GET afterwards gives what was there before.",
        advice="Store what was built from the request before answering.",
        spec=(rfc(9110, "9.3.4"),),
        bad="return item.model_copy(update=changes)",
        good="items[id] = item.model_copy(update=changes)\nreturn items[id]",
    ),
    Check(
        id="state.patch-resets",
        title="A change of one property empties others",
        severity="warning",
        confidence="firm",
        meaning="PATCH changes what it names; properties that were not sent became null or empty.",
        advice="Take only what was sent: model_dump(exclude_unset=True).",
        spec=(rfc(5789, "2"), rfc(7396, "2")),
        bad="item.model_copy(update=change.model_dump())",
        good="item.model_copy(update=change.model_dump(exclude_unset=True))",
    ),
    Check(
        id="state.other-changed",
        title="A request about one resource changes another",
        severity="warning",
        confidence="firm",
        meaning="After one resource was changed or deleted, another one of its kind is gone or different.",
        advice="Use identifiers that stay: a counter or a UUID, not the place in a list.",
        spec=(rfc(9110, "9.3.5"),),
        bad="del items[number]  # all later ones move up",
        good="items.pop(number, None)  # a dict by identifier",
    ),
    Check(
        id="state.identifier-reused",
        title="A new resource gets the identifier of one that is there",
        severity="error",
        confidence="firm",
        meaning="The creation overwrites another resource, which its owner loses.",
        advice="Count up, or use UUIDs; the number of what there is now is no identifier.",
        spec=(_CREATED,),
        bad="number = len(items) + 1",
        good="number = next(counter)",
    ),
    Check(
        id="state.crash-in-sequence",
        title="A sequence of requests crashes although each alone is answered",
        severity="error",
        wfc="F100",
        meaning="An earlier request leaves state behind that a later one cannot handle.",
        advice="Follow the exception; the reproduction has the whole sequence.",
        spec=(rfc(9110, "15.6"),),
        bad="last = history[-1]  # empty after DELETE /history",
        good="last = history[-1] if history else None",
    ),
)
