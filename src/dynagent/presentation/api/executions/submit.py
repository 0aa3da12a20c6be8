"""Starting an execution over HTTP and, in sync mode, waiting for its end. A client that leaves cancels nothing."""

from fastapi import Response

from dynagent.application.commands.executions import StartExecution
from dynagent.application.queries.executions import ExecutionView
from dynagent.presentation.api.executions.bodies import ExecutionOut
from dynagent.presentation.api.shared.dependencies import Asker
from dynagent.presentation.api.shared.sse import StreamShutdown
from dynagent.presentation.api.shared.waiting import until_over


async def submit(ask: Asker, message: StartExecution, response: Response) -> ExecutionOut:
    """Start and return at once: 202 with `Location`."""
    submission = await ask(message)
    _describe(response, submission.execution.id, status=202, repeated=submission.repeated)
    return ExecutionOut.of_view(ExecutionView(submission.execution))


async def submit_and_wait(
    ask: Asker, message: StartExecution, response: Response, shutdown: StreamShutdown
) -> ExecutionOut:
    """Start and wait: 201 when it has ended; 202 when it waits for a person or the server stops meanwhile."""
    submission = await ask(message)
    started = submission.execution
    view = await until_over(ask, started.id, shutdown, just_started=started) or ExecutionView(started)
    status = 201 if view.execution.status.over else 202
    _describe(response, view.execution.id, status=status, repeated=submission.repeated)
    return ExecutionOut.of_view(view)


def _describe(response: Response, execution_id: str, *, status: int, repeated: bool) -> None:
    response.status_code = status
    response.headers["Location"] = f"/api/executions/{execution_id}"
    if repeated:
        response.headers["Idempotent-Replayed"] = "true"
