"""Waiting for a run over HTTP. A client that leaves cancels nothing; a server that stops waits no longer."""

import asyncio

from dynagent.application.queries.executions import ExecutionView, WaitForExecution
from dynagent.core.executions import Execution
from dynagent.presentation.api.shared.dependencies import Asker
from dynagent.presentation.api.shared.sse import StreamShutdown


async def until_over(
    ask: Asker, execution_id: str, shutdown: StreamShutdown, *, just_started: Execution | None = None
) -> ExecutionView | None:
    """Return the run when it has ended, waits for a person or is paused; None when the server stops before that."""
    waiting = asyncio.ensure_future(ask(WaitForExecution(execution_id, just_started=just_started)))
    try:
        with shutdown.watch() as closing:
            await asyncio.wait({waiting, closing}, return_when=asyncio.FIRST_COMPLETED)
        return waiting.result() if waiting.done() else None
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
