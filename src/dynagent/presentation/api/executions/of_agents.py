"""`POST /api/agents/{agent_id}/run`: 004's way of running an agent, the same execution as `POST /api/executions`."""

from fastapi import Response

from dynagent.application.commands.executions import StartExecution
from dynagent.presentation.api.executions.bodies import ExecutionOut, RunBody
from dynagent.presentation.api.executions.routes import IdempotencyKey
from dynagent.presentation.api.executions.submit import submit_and_wait
from dynagent.presentation.api.shared.dependencies import Ask, StreamsOf
from dynagent.presentation.api.shared.openapi import ACCEPTED
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agents", "Agents")


@router.post(
    "/{agent_id}/run",
    status_code=201,
    operation_id="run_agent",
    summary="Run one agent",
    responses={202: ACCEPTED},
)
async def run_agent(
    *,
    agent_id: str,
    body: RunBody,
    response: Response,
    ask: Ask,
    streams: StreamsOf,
    idempotency_key: IdempotencyKey = None,
) -> ExecutionOut:
    """Run one agent and wait for its answer."""
    message = StartExecution(
        agent_id=agent_id,
        query=body.input,
        context=body.context,
        chat_id=body.conversation_id,
        idempotency_key=idempotency_key,
        output_schema=body.output_schema,
        file_ids=tuple(body.file_ids),
    )
    return await submit_and_wait(ask, message, response, streams.shutdown)
