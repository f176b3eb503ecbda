"""Conformance checks for ASGI apps."""
