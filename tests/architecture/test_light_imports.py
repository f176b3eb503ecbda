"""What an import brings in with it, seen from a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

IO = ("anyio", "asyncio", "concurrent", "httpx", "httpx2", "logging", "queue", "socket", "threading", "trio")
HEAVY = ("fastapi", "starlette", "hypothesis", "litestar", "pydantic", "schemathesis", "uvicorn", "websockets", "rich")
CASES = {
    "asgitest.testclient.asgi": (*IO, "random", *HEAVY, "pytest", "_pytest"),
    "asgitest.testclient": (*HEAVY, "pytest", "_pytest"),
    "asgitest.conformance": ("pytest", "_pytest", "hypothesis", "schemathesis", "pydantic"),
    "asgitest.pytest_plugin": (*HEAVY, "anyio", "httpx", "httpx2", "asgitest.testclient", "asgitest.conformance"),
}
# The namespace has no `__init__`, so `asgitest.testclient.asgi` also runs `asgitest/testclient/__init__.py`, which has
# the client in it. The core is therefore loaded here without its parent.
ALONE = """
import importlib.util, sys, types
for name, paths in (("asgitest", "testclient/asgitest"), ("asgitest.testclient", "testclient/asgitest/testclient")):
    package = types.ModuleType(name)
    package.__path__ = [paths]
    sys.modules[name] = package
"""


@pytest.mark.parametrize("module", CASES)
def test_an_import_stays_light(module: str, request: pytest.FixtureRequest) -> None:
    """Start-up is paid by every test run; the core must also load where neither anyio nor httpx is installed."""
    alone = ALONE if module == "asgitest.testclient.asgi" else ""
    # pytest itself is no burden on its own plugin.
    before = "import pytest\n" if module == "asgitest.pytest_plugin" else ""
    script = f"{alone}{before}import sys\nknown = {{*sys.modules}}\nimport {module}\nprint(*({{*sys.modules}} - known))"

    run = subprocess.run(
        [sys.executable, "-c", script], cwd=request.config.rootpath, check=True, capture_output=True, text=True
    )

    assert sorted({*run.stdout.split()} & {*CASES[module]}) == []
