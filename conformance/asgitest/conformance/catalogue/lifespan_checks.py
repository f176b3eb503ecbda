"""Family ``lifespan``: startup, shutdown, and what they leave behind.

Source: ASGI lifespan 2.0. Depends on: the shape of a check.
"""

from __future__ import annotations

from asgitest.conformance.catalogue.check import Check
from asgitest.conformance.catalogue.documents import lifespan

__all__ = ["LIFESPAN_CHECKS"]

_STARTUP = lifespan("Startup", "startup-receive-event")
_FAILED = lifespan("Startup Failed", "startup-failed-send-event")
_SHUTDOWN = lifespan("Shutdown", "shutdown-receive-event")
_STATE = lifespan("Lifespan State", "lifespan-state")
_SCOPE = lifespan("Scope", "scope")

LIFESPAN_CHECKS: tuple[Check, ...] = (
    Check(
        id="lifespan.supported",
        title="The app neither answers the lifespan nor refuses it",
        severity="warning",
        meaning="A server cannot tell an app without lifespan from one whose startup was lost: it serves it anyway.",
        advice="Answer lifespan.startup, or raise for scope types the app does not know.",
        spec=(_SCOPE,),
        bad='if scope["type"] != "http":\n    return',
        good='if scope["type"] != "http":\n    raise NotImplementedError(scope["type"])',
    ),
    Check(
        id="lifespan.startup-failure-reported",
        title="Startup failed",
        severity="error",
        meaning="The app does not start, or it starts without telling the server that it could not.",
        advice="Mend what startup raised; report failure with lifespan.startup.failed.",
        spec=(_FAILED,),
        bad="async def lifespan(app):\n    connect(os.environ['NOT_SET'])\n    yield",
        good="async def lifespan(app):\n    connect(settings.database_url)\n    yield",
    ),
    Check(
        id="lifespan.hangs-startup",
        title="Startup does not end",
        severity="error",
        meaning="The server never serves a request, and an orchestrator restarts it for ever.",
        advice="Give every wait of startup a deadline; start endless work as a task.",
        spec=(_STARTUP,),
        bad="async def lifespan(app):\n    await poll_for_ever()\n    yield",
        good="async def lifespan(app):\n    task = asyncio.create_task(poll_for_ever())\n    yield\n    task.cancel()",
    ),
    Check(
        id="lifespan.hangs-shutdown",
        title="Shutdown does not end",
        severity="error",
        meaning="Deployments wait until the process is killed, and whatever was to be flushed is lost.",
        advice="Cancel tasks before waiting for them, and give the wait a deadline.",
        spec=(_SHUTDOWN,),
        bad="yield\nawait queue.join()",
        good="yield\nworker.cancel()",
    ),
    Check(
        id="lifespan.shutdown-failed",
        title="Shutdown failed",
        severity="error",
        meaning="Cleaning up raised: connections stay open and buffered work is lost.",
        advice="Mend what the part after yield raised.",
        spec=(lifespan("Shutdown Failed", "shutdown-failed-send-event"),),
        bad="yield\nawait pool.close()  # pool was never opened",
        good="async with open_pool() as pool:\n    yield",
    ),
    Check(
        id="lifespan.state-leaks-between-requests",
        title="What one request puts into the state is seen by the next",
        severity="warning",
        confidence="firm",
        meaning="Each request gets a shallow copy of the state. Data seen across requests is shared by all users.",
        advice="Keep what belongs to a request in the request; share on purpose only.",
        spec=(_STATE,),
        bad="request.state.cart.append(item)  # cart was made in the lifespan",
        good="request.state.cart = [*request.state.cart, item]",
    ),
    Check(
        id="lifespan.restartable",
        title="The app does not start again after a shutdown",
        severity="warning",
        confidence="firm",
        meaning="Tests, reloaders and embedding servers start an app more than once in a process.",
        advice="Make what shutdown closes anew in startup; do not keep it at module level.",
        spec=(_STARTUP,),
        bad="client = httpx.AsyncClient()\n\nasync def lifespan(app):\n    yield\n    await client.aclose()",
        good="async def lifespan(app):\n    async with httpx.AsyncClient() as client:\n        yield {'http': client}",
    ),
    Check(
        id="lifespan.second-start-fails",
        rules=("ASGI-LS-012",),
        title="Starting the app a second time raises",
        severity="warning",
        confidence="firm",
        meaning="What the first startup registered is still there, so the second one fails.",
        advice="Undo in shutdown what startup did.",
        spec=(_STARTUP,),
        bad="async def lifespan(app):\n    registry.add('app')  # raises when it is there\n    yield",
        good="async def lifespan(app):\n    registry.add('app')\n    yield\n    registry.remove('app')",
    ),
    Check(
        id="lifespan.shutdown-after-failed-start",
        title="A failed startup leaves resources open",
        severity="warning",
        confidence="firm",
        meaning="Servers do not send shutdown after startup failed, so nothing closes what was opened before.",
        advice="Open resources in an exit stack, so that a failure closes them.",
        spec=(_FAILED,),
        bad="pool = await open_pool()\nawait migrate()  # raises\nyield\nawait pool.close()",
        good="async with open_pool() as pool:\n    await migrate()\n    yield",
    ),
    Check(
        id="lifespan.tasks-left",
        title="Tasks started by the lifespan still run after shutdown",
        severity="warning",
        confidence="firm",
        meaning="They are killed with the loop, in the middle of whatever they do.",
        advice="Cancel and await every task that startup created.",
        spec=(_SHUTDOWN,),
        bad="async def lifespan(app):\n    asyncio.create_task(poll())\n    yield",
        good="async def lifespan(app):\n    async with anyio.create_task_group() as group:\n"
        "        group.start_soon(poll)\n        yield\n        group.cancel_scope.cancel()",
    ),
    Check(
        id="lifespan.requests-before-startup",
        title="A request crashes when the lifespan has not run",
        severity="info",
        confidence="tentative",
        meaning="Serverless adapters, mounts and tests often skip the lifespan; mounted apps never get one.",
        advice="Answer 503, or make the resource when it is first needed.",
        spec=(_SCOPE,),
        bad="return app.state.pool.fetch()",
        good="pool = getattr(app.state, 'pool', None) or await open_pool()",
    ),
)
