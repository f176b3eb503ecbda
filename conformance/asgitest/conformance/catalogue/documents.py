"""The documents that decide, and how their sections are addressed.

Depends on: the shape of a check.
"""

from __future__ import annotations

from asgitest.conformance.catalogue.check import SpecLink

__all__ = ["asgi", "extensions", "json_schema", "lifespan", "openapi", "rfc", "www"]

_ASGI = "https://asgi.readthedocs.io/en/latest"


def asgi(section: str, anchor: str) -> SpecLink:
    """Address a section of the ASGI specification itself."""
    return SpecLink(document="ASGI", section=section, url=f"{_ASGI}/specs/main.html#{anchor}")


def www(section: str, anchor: str) -> SpecLink:
    """Address a section of ASGI's HTTP and WebSocket message format."""
    return SpecLink(document="ASGI www", section=section, url=f"{_ASGI}/specs/www.html#{anchor}")


def lifespan(section: str, anchor: str) -> SpecLink:
    """Address a section of ASGI's lifespan protocol."""
    return SpecLink(document="ASGI lifespan", section=section, url=f"{_ASGI}/specs/lifespan.html#{anchor}")


def extensions(section: str, anchor: str) -> SpecLink:
    """Address a section of ASGI's extensions."""
    return SpecLink(document="ASGI extensions", section=section, url=f"{_ASGI}/extensions.html#{anchor}")


def openapi(section: str, anchor: str) -> SpecLink:
    """Address a section of OpenAPI 3.1."""
    return SpecLink(document="OpenAPI 3.1", section=section, url=f"https://spec.openapis.org/oas/v3.1.1.html#{anchor}")


def json_schema(section: str, anchor: str) -> SpecLink:
    """Address a section of JSON Schema's validation vocabulary."""
    url = f"https://json-schema.org/draft/2020-12/json-schema-validation#{anchor}"
    return SpecLink(document="JSON Schema", section=section, url=url)


def rfc(number: int, section: str) -> SpecLink:
    """Address a numbered section of an RFC, as in ``rfc(9110, "8.6")``."""
    url = f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"
    return SpecLink(document=f"RFC {number}", section=f"section {section}", url=url)
