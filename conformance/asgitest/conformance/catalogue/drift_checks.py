"""Family ``drift``: what changed between two documents, and whom it breaks.

A request is the client's promise: what was allowed before must still be allowed. A response is the app's promise: what
comes must be what was promised before. The family is run by ``asgitest diff``, not by ``asgitest check``.

Source: OpenAPI 3.1; JSON Schema 2020-12. Depends on: the shape of a check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgitest.conformance.catalogue.check import Check, SpecLink
from asgitest.conformance.catalogue.documents import json_schema, openapi

if TYPE_CHECKING:
    from asgitest.conformance.catalogue.check import Severity

__all__ = ["DRIFT_CHECKS"]

_PATHS = openapi("Paths Object", "paths-object")
_OPERATION = openapi("Operation Object", "operation-object")
_PARAMETER = openapi("Parameter Object", "parameter-object")
_BODY = openapi("Request Body Object", "request-body-object")
_RESPONSES = openapi("Responses Object", "responses-object")
_MEDIA = openapi("Media Type Object", "media-type-object")
_HEADER = openapi("Header Object", "header-object")
_SECURITY = openapi("Security Requirement Object", "security-requirement-object")
_ANY = json_schema("Validation Keywords for Any Instance Type", "section-6.1")
_NUMBERS = json_schema("Validation Keywords for Numeric Instances", "section-6.2")
_STRINGS = json_schema("Validation Keywords for Strings", "section-6.3")
_ARRAYS = json_schema("Validation Keywords for Arrays", "section-6.4")
_OBJECTS = json_schema("Validation Keywords for Objects", "section-6.5")

_KEEP = "Keep the old one until clients have moved: deprecate it, offer the new one beside it, or raise the version."
_TOLD = "Tell the clients in the release notes."
# What a change means, and what to do about it.
_REFUSED = (
    "Clients that send what was allowed before are refused now.",
    "Accept what was accepted before, or raise the version.",
)
_SURPRISED = (
    "Clients meet what the old document ruled out, and may not be ready for it.",
    "Send only what was promised before, or raise the version.",
)
_MISSED = ("Clients that rely on it do not get it any more.", _KEEP)
_NEW = ("Nothing breaks; it stands here for the release notes.", _TOLD)

_Row = tuple[str, "Severity", str, tuple[str, str], SpecLink]

_OPERATIONS: tuple[_Row, ...] = (
    ("path-removed", "error", "A path is gone", _MISSED, _PATHS),
    ("operation-removed", "error", "An operation is gone", _MISSED, _OPERATION),
    ("operation-removed-deprecated", "warning", "A deprecated operation is gone", _MISSED, _OPERATION),
    ("operation-added", "info", "An operation is new", _NEW, _OPERATION),
    ("operation-deprecated", "info", "An operation is deprecated now", _NEW, _OPERATION),
    ("operation-id-changed", "warning", "The operationId changed", _MISSED, _OPERATION),
    ("operation-tags-changed", "info", "The tags of an operation changed", _NEW, _OPERATION),
    ("path-parameter-renamed", "info", "A path parameter has another name", _NEW, _PARAMETER),
    ("callback-removed", "warning", "A callback is gone", _MISSED, _OPERATION),
    ("callback-added", "info", "A callback is new", _NEW, _OPERATION),
    ("webhook-removed", "error", "A webhook is gone", _MISSED, _OPERATION),
    ("webhook-added", "info", "A webhook is new", _NEW, _OPERATION),
)

_PARAMETERS: tuple[_Row, ...] = (
    ("parameter-removed", "warning", "A parameter is gone", _MISSED, _PARAMETER),
    ("parameter-added-required", "error", "A required parameter is new", _REFUSED, _PARAMETER),
    ("parameter-added-optional", "info", "An optional parameter is new", _NEW, _PARAMETER),
    ("parameter-became-required", "error", "A parameter is required now", _REFUSED, _PARAMETER),
    ("parameter-became-optional", "info", "A parameter is optional now", _NEW, _PARAMETER),
    ("parameter-moved", "error", "A parameter is sent elsewhere now", _REFUSED, _PARAMETER),
    ("parameter-style-changed", "error", "A parameter is written in another way", _REFUSED, _PARAMETER),
)

_BODIES: tuple[_Row, ...] = (
    ("request-body-added-required", "error", "A body is required that was not there", _REFUSED, _BODY),
    ("request-body-added-optional", "info", "An optional body is new", _NEW, _BODY),
    ("request-body-removed", "warning", "The request body is gone", _MISSED, _BODY),
    ("request-body-became-required", "error", "The request body is required now", _REFUSED, _BODY),
    ("request-body-became-optional", "info", "The request body is optional now", _NEW, _BODY),
    ("request-media-type-removed", "error", "A media type of requests is gone", _REFUSED, _MEDIA),
    ("request-media-type-added", "info", "A media type of requests is new", _NEW, _MEDIA),
)

_REQUESTS: tuple[_Row, ...] = (
    ("request-type-narrowed", "error", "A value of a request may have fewer types", _REFUSED, _ANY),
    ("request-type-widened", "info", "A value of a request may have more types", _NEW, _ANY),
    ("request-not-nullable", "error", "A value of a request may not be null any more", _REFUSED, _ANY),
    ("request-nullable", "info", "A value of a request may be null now", _NEW, _ANY),
    ("request-enum-value-removed", "error", "A value of an enum is not accepted any more", _REFUSED, _ANY),
    ("request-enum-value-added", "info", "An enum of requests has a new value", _NEW, _ANY),
    ("request-enum-added", "error", "A value of a request is limited to an enum now", _REFUSED, _ANY),
    ("request-property-added-required", "error", "A property of a request is new and required", _REFUSED, _OBJECTS),
    ("request-property-added-optional", "info", "An optional property of a request is new", _NEW, _OBJECTS),
    ("request-property-became-required", "error", "A property of a request is required now", _REFUSED, _OBJECTS),
    ("request-property-became-optional", "info", "A property of a request is optional now", _NEW, _OBJECTS),
    ("request-property-removed", "warning", "A property of a request is gone", _MISSED, _OBJECTS),
    (
        "request-extra-properties-refused",
        "error",
        "Unknown properties of a request are refused now",
        _REFUSED,
        _OBJECTS,
    ),
    ("request-minimum-raised", "error", "The least number of a request is higher", _REFUSED, _NUMBERS),
    ("request-maximum-lowered", "error", "The greatest number of a request is lower", _REFUSED, _NUMBERS),
    (
        "request-multiple-of-changed",
        "error",
        "A number of a request must be a multiple of something else",
        _REFUSED,
        _NUMBERS,
    ),
    ("request-min-length-raised", "error", "Text of a request must be longer", _REFUSED, _STRINGS),
    ("request-max-length-lowered", "error", "Text of a request must be shorter", _REFUSED, _STRINGS),
    ("request-pattern-added", "error", "Text of a request must match a pattern now", _REFUSED, _STRINGS),
    ("request-pattern-changed", "warning", "Text of a request must match another pattern", _REFUSED, _STRINGS),
    ("request-format-changed", "error", "Text of a request must have another format", _REFUSED, _STRINGS),
    ("request-min-items-raised", "error", "An array of a request must have more items", _REFUSED, _ARRAYS),
    ("request-max-items-lowered", "error", "An array of a request must have fewer items", _REFUSED, _ARRAYS),
    ("request-unique-items-required", "error", "Items of a request must be unique now", _REFUSED, _ARRAYS),
    ("request-alternative-removed", "error", "One of several forms of a request is gone", _REFUSED, _ANY),
    ("request-alternative-added", "info", "A request may have a further form", _NEW, _ANY),
    ("request-default-changed", "warning", "A default of requests changed", _MISSED, _ANY),
)

_RESPONSE_BODIES: tuple[_Row, ...] = (
    ("response-success-removed", "error", "A success status is gone", _MISSED, _RESPONSES),
    ("response-error-removed", "info", "An error status is gone", _NEW, _RESPONSES),
    ("response-success-added", "warning", "A success status is new", _SURPRISED, _RESPONSES),
    ("response-error-added", "info", "An error status is new", _NEW, _RESPONSES),
    ("response-body-removed", "error", "A response has no body any more", _MISSED, _MEDIA),
    ("response-media-type-removed", "error", "A media type of responses is gone", _MISSED, _MEDIA),
    ("response-media-type-added", "warning", "A media type of responses is new", _SURPRISED, _MEDIA),
    ("response-header-removed", "error", "A header of a response is gone", _MISSED, _HEADER),
    ("response-header-became-optional", "error", "A required header of a response is optional now", _MISSED, _HEADER),
    ("response-header-added", "info", "A header of a response is new", _NEW, _HEADER),
    ("response-type-changed", "error", "A value of a response may have other types", _SURPRISED, _ANY),
    ("response-nullable", "error", "A value of a response may be null now", _SURPRISED, _ANY),
    ("response-enum-value-added", "warning", "An enum of responses has a new value", _SURPRISED, _ANY),
    ("response-enum-value-removed", "info", "An enum of responses has lost a value", _NEW, _ANY),
    ("response-enum-removed", "warning", "A value of a response is no enum any more", _SURPRISED, _ANY),
    ("response-property-removed", "error", "A required property of a response is gone", _MISSED, _OBJECTS),
    ("response-optional-property-removed", "warning", "An optional property of a response is gone", _MISSED, _OBJECTS),
    (
        "response-property-became-optional",
        "error",
        "A required property of a response may be missing now",
        _MISSED,
        _OBJECTS,
    ),
    ("response-property-added", "info", "A property of a response is new", _NEW, _OBJECTS),
    ("response-limit-loosened", "warning", "A limit of a response is wider", _SURPRISED, _ANY),
    ("response-pattern-changed", "warning", "Text of a response has another pattern", _SURPRISED, _STRINGS),
    ("response-format-changed", "error", "Text of a response has another format", _SURPRISED, _STRINGS),
    ("response-alternative-added", "warning", "A response may have a further form", _SURPRISED, _ANY),
    ("response-alternative-removed", "info", "One of several forms of a response is gone", _NEW, _ANY),
)

_SECURITY_CHECKS: tuple[_Row, ...] = (
    ("security-added", "error", "An operation needs credentials now", _REFUSED, _SECURITY),
    ("security-removed", "warning", "An operation needs no credentials any more", _MISSED, _SECURITY),
    ("security-alternative-removed", "error", "A way to authenticate is gone", _REFUSED, _SECURITY),
    ("security-alternative-added", "info", "A way to authenticate is new", _NEW, _SECURITY),
    ("security-scope-added", "error", "An operation needs a further scope", _REFUSED, _SECURITY),
    ("security-scope-removed", "info", "An operation needs a scope less", _NEW, _SECURITY),
    ("security-scheme-changed", "error", "A security scheme works in another way", _REFUSED, _SECURITY),
)

_MEANINGS = {
    "operation-id-changed": "Generated clients name their functions after it: old code does not fit a new client.",
    "parameter-removed": "What clients send there has no effect any more.",
    "request-body-removed": "What clients send has no effect.",
    "request-property-removed": "What clients send there has no effect any more.",
    "request-default-changed": "Who leaves it out gets something else.",
    "security-removed": "What was protected is open.",
}

_ADVICE = {
    "operation-removed-deprecated": _TOLD,
    "operation-id-changed": "Keep the operationId when a function is renamed: operation_id=...",
    "parameter-added-required": "Make it optional, with a default that keeps the old behaviour.",
    "parameter-became-required": "Keep it optional, with a default.",
    "parameter-moved": "Read it from both places for a while.",
    "request-body-added-required": "Make it optional.",
    "request-body-became-required": "Keep it optional.",
    "request-property-added-required": "Give it a default.",
    "request-property-became-required": "Give it a default.",
    "request-default-changed": "Keep the default, or tell clients to send the value.",
    "response-success-added": _TOLD,
    "response-media-type-added": "Send it only to who asks for it.",
    "response-enum-value-added": "Tell clients to expect unknown values, or raise the version.",
    "response-property-became-optional": _SURPRISED[1],
    "security-added": _KEEP,
    "security-removed": "Make sure that this is meant.",
    "security-alternative-removed": _KEEP,
    "security-scope-added": _KEEP,
    "security-scheme-changed": _KEEP,
}

DRIFT_CHECKS: tuple[Check, ...] = tuple(
    Check(
        id=f"drift.{name}",
        title=title,
        severity=severity,
        origin="schema",
        meaning=_MEANINGS.get(name, kind[0]),
        advice=_ADVICE.get(name, kind[1]),
        spec=(spec,),
    )
    for name, severity, title, kind, spec in (
        *_OPERATIONS,
        *_PARAMETERS,
        *_BODIES,
        *_REQUESTS,
        *_RESPONSE_BODIES,
        *_SECURITY_CHECKS,
    )
)
