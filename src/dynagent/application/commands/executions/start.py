"""Submitting an execution: row and opening event in one transaction, then the notification."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from dynagent.application.commands.executions.settings import SubmitSettings
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.context_safe import ContextSafe
from dynagent.application.shared.messages import Command
from dynagent.core.agents import (
    Agent,
    AgentDisabled,
    AgentNotFound,
    AgentRepository,
    DependencyUnavailable,
    check_available,
)
from dynagent.core.executions import (
    ChatOfAnotherAgent,
    Execution,
    Executions,
    ExecutionStarted,
    IdempotencyKeyReused,
    TooManyExecutions,
)
from dynagent.core.files import FileNotFound, Files
from dynagent.core.language_models import ChatModels
from dynagent.core.runs import Lane, Notifier, Submissions
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, is_id, new_id


@dataclass(frozen=True)
class Submission:
    """An accepted execution; `repeated` when the same key had submitted it before."""

    execution: Execution
    repeated: bool = False


@dataclass(frozen=True, kw_only=True)
class StartExecution(
    Command[Submission],
    needs="executions:run",
    raises=(
        AgentNotFound,
        AgentDisabled,
        DependencyUnavailable,
        ChatOfAnotherAgent,
        FileNotFound,
        InvalidInput,
        TooManyExecutions,
        IdempotencyKeyReused,
    ),
    unaudited="an execution is its own record: who started it and when, its agent, query and attempts stand in it",
):
    """Accept a run of an agent; a worker takes it from there.

    The same `idempotency_key` and body give the same execution again. Raises AgentNotFound, AgentDisabled,
    DependencyUnavailable, ChatOfAnotherAgent, FileNotFound, InvalidInput (unknown model, no JSON Schema, ciphertext in
    the context), TooManyExecutions, IdempotencyKeyReused.
    """

    agent_id: str
    query: str
    model: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    chat_id: str | None = None
    lane: Lane = "interactive"
    priority: int = 0
    idempotency_key: str | None = None
    output_schema: Mapping[str, Any] | None = None
    file_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StartExecutionHandler:
    """Handles StartExecution."""

    agents: AgentRepository
    executions: Executions
    submissions: Submissions
    _: KW_ONLY
    files: Files
    models: ChatModels
    notifier: Notifier
    settings: SubmitSettings
    schema_fault: Callable[[dict[str, Any]], str | None]
    safe: ContextSafe
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: StartExecution, caller: Caller) -> Submission:
        """Return the pending execution, or the one this key had started."""
        earlier = await self._submitted_before(message)
        if earlier is not None:
            return Submission(earlier, repeated=True)
        agent = await self._runnable_agent(message)
        execution = self._execution(message, agent, caller)
        if not await self._submitted(execution):
            # Somebody else was first with the same key.
            earlier = await self._submitted_before(message)
            if earlier is None:
                raise IdempotencyKeyReused("this Idempotency-Key was used before, for a request that is gone by now")
            return Submission(earlier, repeated=True)
        await self.notifier.notify(execution.id, execution.lane)
        return Submission(execution)

    async def _submitted(self, execution: Execution) -> bool:
        """Store it; False when its key is taken. Raises TooManyExecutions."""
        event = ExecutionStarted(
            occurred_at=execution.created_at,
            user_id=execution.user_id,
            execution_id=execution.id,
            agent_id=execution.agent_id,
        )
        most = self.settings.max_waiting_per_user
        admission = await self.submissions.submit(execution, event, most_waiting=most)
        if not admission.stored:
            self.settings.check_room(admission.waiting)
        return admission.stored

    async def _submitted_before(self, message: StartExecution) -> Execution | None:
        if message.idempotency_key is None:
            return None
        earlier = await self.executions.by_idempotency_key(message.idempotency_key)
        if earlier is not None and not (
            _same_request(earlier, message)
            and self.safe.same(earlier.context, dict(message.context), owner=earlier.user_id)
        ):
            raise IdempotencyKeyReused("this Idempotency-Key was used before, for another request")
        return earlier

    async def _runnable_agent(self, message: StartExecution) -> Agent:
        agent = await self.agents.get_by_id(message.agent_id) if is_id(message.agent_id) else None
        if agent is None:
            raise AgentNotFound(f"there is no agent {message.agent_id!r}")
        agent.check_runnable()
        if agent.configuration.dependencies:
            needed = agent.configuration.dependencies
            check_available(needed, await self.agents.named(needed))
        if message.chat_id is not None:
            await self._check_chat(message.chat_id, agent)
        if message.model is not None and not self.models.knows(message.model):
            unknown = Violation("/model", "known_model", f"no model answers to the name {message.model!r}")
            raise InvalidInput("the execution names a model that is not there", violations=[unknown])
        fault = None if message.output_schema is None else self.schema_fault(dict(message.output_schema))
        if fault is not None:
            raise InvalidInput(
                "the output schema cannot be used", violations=[Violation("/output_schema", "json_schema", fault)]
            )
        if message.file_ids:
            await self.files.all_existing(message.file_ids)
        return agent

    async def _check_chat(self, chat_id: str, agent: Agent) -> None:
        """A chat belongs to the agent that it began with."""
        other = await self.executions.agent_of_chat(chat_id)
        if other not in (None, agent.id):
            raise ChatOfAnotherAgent(
                f"the conversation {chat_id!r} was begun with another agent; take another id", extra={"agent_id": other}
            )

    def _execution(self, message: StartExecution, agent: Agent, caller: Caller) -> Execution:
        asked = message.output_schema
        return Execution.start(
            timeout_s=agent.configuration.run_timeout_s or self.settings.run_timeout_s,
            now=self.clock(),
            id=self.new_id(),
            user_id=caller.user_id,
            agent_id=agent.id,
            agent_version=agent.version,
            agent_name=agent.configuration.shown_name,
            query=message.query,
            model=message.model or agent.configuration.model,
            context=self.safe.sealed(message.context, owner=caller.user_id),
            chat_id=message.chat_id,
            lane=message.lane,
            priority=message.priority,
            idempotency_key=message.idempotency_key,
            output_schema=agent.configuration.output_schema if asked is None else dict(asked),
            **({"file_ids": list(dict.fromkeys(message.file_ids))} if message.file_ids else {}),
        )


def _same_request(earlier: Execution, message: StartExecution) -> bool:
    return (
        earlier.agent_id == message.agent_id
        and earlier.query == message.query
        and earlier.chat_id == message.chat_id
        and earlier.file_ids == tuple(dict.fromkeys(message.file_ids))
        and message.model in (None, earlier.model)
        and message.output_schema in (None, earlier.output_schema)
    )
