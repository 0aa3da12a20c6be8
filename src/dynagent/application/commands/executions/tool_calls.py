"""Putting one call of a tool into the queue: a run of its own, which workers take in turn with all others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dynagent.application.commands.executions.settings import SubmitSettings
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Submitting, TooManyExecutions
from dynagent.core.runs import Run
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NIL_ID, NewId, new_id
from dynagent.core.tools import ToolCallQueued, ToolCatalogue, ToolDisabled, ToolNotFound

KIND = "tool"


@dataclass(frozen=True)
class QueueToolCall(
    Command[Run],
    needs="tools:run",
    raises=(ToolNotFound, ToolDisabled, TooManyExecutions),
    unaudited="an execution is its own record, and the sandbox writes a line of every call",
):
    """Accept a call of a tool; the run that it becomes says how it went.

    Raises ToolNotFound, ToolDisabled, TooManyExecutions. What is wrong with the arguments ends the run.
    """

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueToolCallHandler:
    """Handles QueueToolCall."""

    catalogue: ToolCatalogue
    submitting: Submitting
    settings: SubmitSettings
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: QueueToolCall, caller: Caller) -> Run:
        """Return the pending run."""
        tool = await self.catalogue.get(message.name, caller.user_id)
        if tool.disabled:
            raise ToolDisabled(f"the tool {tool.name!r} is switched off: {tool.disabled_reason or 'no reason given'}")
        run = Run.start(
            timeout_s=self.settings.run_timeout_s,
            now=self.clock(),
            id=self.new_id(),
            user_id=caller.user_id,
            kind=KIND,
            subject_id=NIL_ID,
            subject_version=tool.version,
            subject_name=tool.name,
            input={"tool": tool.name, "arguments": dict(message.arguments)},
        )
        event = ToolCallQueued(
            occurred_at=run.created_at, user_id=caller.user_id, tool_name=tool.name, execution_id=run.id
        )
        return await self.submitting.submit(run, event, self.settings.room) or run
