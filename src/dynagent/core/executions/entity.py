"""The execution: a run of one version of an agent, as its owner sees it; and the chats that executions make up."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from dynagent.core.runs import Interrupt, Lane, Run
from dynagent.core.shared.errors import Busy, Conflict, NotFound
from dynagent.core.shared.events import DomainEvent

AGENT = "agent"
"""The kind of run that executions are."""

MAX_QUERY = 100_000


class ExecutionNotFound(NotFound):
    """No execution under this id that the caller may see."""

    code = "execution_not_found"


class ExecutionOver(Conflict):
    """The execution has ended; terminal states never change."""

    code = "execution_over"


class IdempotencyKeyReused(Conflict):
    """The key was used before, for another request."""

    code = "idempotency_key_reused"


class NotYetOver(Conflict):
    """Only an execution that has ended is run again, or removed."""

    code = "execution_not_over"


class NothingToRetry(Conflict):
    """There is no failed step, or the execution would fail again at once. Replay or fork it."""

    code = "nothing_to_retry"


class TooManyExecutions(Busy):
    """The caller has too many executions waiting."""

    code = "too_many_executions"


class Execution(Run):
    """A run as its owner sees it, mostly of an agent: then its subject is the agent, its input what was asked.

    Of other kinds (`workflow`, and the steps of one) the subject is the workflow.

    `model` is the one asked for, `answered_model` the one that answered. With an `output_schema` (the request's, else
    the agent's) the result is JSON text that fits it. May be made with these words as well as with the run's own.
    """

    kind: str = AGENT

    def __init__(self, **fields: Any) -> None:
        super().__init__(**_in_the_words_of_runs(fields))

    @property
    def agent_id(self) -> str:
        """The agent that ran."""
        return self.subject_id

    @property
    def agent_version(self) -> int:
        """The version of the agent that ran."""
        return self.subject_version

    @property
    def agent_name(self) -> str:
        """The agent's name at that version."""
        return self.subject_name

    @property
    def model(self) -> str | None:
        """The model asked for; None: the agent's, or the default."""
        return self.input.get("model")

    @property
    def context(self) -> dict[str, Any]:
        """What the caller gave along with the query."""
        return self.input.get("context") or {}

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The files that were sent along with the query."""
        return tuple(self.input.get("file_ids") or ())

    @property
    def output_schema(self) -> dict[str, Any] | None:
        """The JSON Schema that the result fits, None for free text."""
        return self.input.get("output_schema")

    @property
    def output(self) -> Any:
        """The result as the JSON value that it is, None without a result; of an agent, without an output schema."""
        as_text = self.kind == AGENT and self.output_schema is None
        if as_text or self.result is None:
            return None
        try:
            return json.loads(self.result)
        except ValueError:
            if self.answered_by is None:
                raise
            return None  # the agent that it was handed over to answers in its own form

    @property
    def inputs(self) -> Any:
        """What a run of a workflow or a step without an agent was given, None for an agent's: that was asked."""
        return next((self.input[name] for name in ("inputs", "arguments") if name in self.input), None)

    @property
    def value(self) -> Any:
        """The result as others take it up: the output with an output schema, else the text."""
        output = self.output
        return self.result if self.output_schema is None or (output is None and self.answered_by) else output

    def check_cancellable(self) -> None:
        """Refuse with ExecutionOver once it has ended."""
        if self.status.over:
            raise ExecutionOver(f"execution {self.id} has ended as {self.status.value}; it cannot be cancelled")


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """An execution after it was to be cancelled, and the runs of its tree that their workers must be told to stop.

    `woken` are runs that waited for it and go on now.
    """

    execution: Execution
    running: tuple[str, ...] = ()
    woken: tuple[tuple[str, Lane], ...] = ()


def _in_the_words_of_runs(fields: dict[str, Any]) -> dict[str, Any]:
    if "agent_id" not in fields:
        return fields
    fields["input"] = {name: fields.pop(name) for name in _INPUT if name in fields}
    return fields | {f"subject_{part}": fields.pop(f"agent_{part}") for part in ("id", "version", "name")}


_INPUT = ("query", "model", "context", "output_schema", "file_ids")


class ChatNotFound(NotFound):
    """No chat under this id that the caller may see."""

    code = "chat_not_found"


class ChatInUse(Conflict):
    """A turn of the chat has not ended; cancel it or wait."""

    code = "chat_in_use"


class ChatOfAnotherAgent(Conflict):
    """A chat belongs to the agent it began with; `extra` has that one's `agent_id`."""

    code = "chat_of_another_agent"


class ChatFilter(BaseModel):
    """Which chats a list shows: with one agent, archived or not (None: both), with words in title or query."""

    model_config = ConfigDict(frozen=True)

    agent_id: str | None = None
    archived: bool | None = False
    search: str | None = None


class Chat(BaseModel):
    """A user's chat with an agent: the executions that share a chat id, seen as one.

    One that is archived comes back with its next turn.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    agent_id: str
    agent_name: str
    title: str | None = None
    archived: bool = False
    turns: int
    first_query: str
    last_query: str
    last_execution_id: str
    started_at: datetime
    updated_at: datetime


class Checkpoint(BaseModel):
    """The state of a run's graph after a step: `iteration` is the step, -1 what it began with."""

    model_config = ConfigDict(frozen=True)

    thread_id: str
    state_data: dict[str, Any]
    iteration: int
    timestamp: datetime


class ExecutionStarted(DomainEvent):
    """An execution was accepted."""

    name: ClassVar[str] = "execution.started"
    execution_id: str
    agent_id: str


class OpenQuestion(BaseModel):
    """An interrupt that waits for a person, with what its run is about."""

    model_config = ConfigDict(frozen=True)

    interrupt: Interrupt
    agent_id: str
    agent_name: str
    query: str
    chat_id: str | None = None
