"""Where executions and the states of their graphs are stored."""

from collections.abc import Sequence
from typing import Protocol

from dynagent.core.executions.entity import (
    CancelRequest,
    Chat,
    ChatFilter,
    Checkpoint,
    Execution,
    ExecutionNotFound,
    OpenQuestion,
)
from dynagent.core.executions.listing import ExecutionFilter, ExecutionOrder
from dynagent.core.runs import AnyTraceEvent, Interrupt, ModelCallContent, ModelCallSummary
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository


class Executions(BaseRepository[Execution]):
    """The owner's executions. `create` also stores the opening event, seq 1, in the same transaction."""

    noun = "execution"
    not_found = ExecutionNotFound

    async def find(
        self, wanted: ExecutionFilter, page: PageRequest, order: ExecutionOrder | None = None
    ) -> Page[Execution]:
        """Return a page of executions that match, newest first unless another order is asked for.

        Results are cut to `MAX_LISTED_RESULT` + 1 characters. Raises MalformedInput for a cursor of another order.
        """
        raise NotImplementedError

    async def by_idempotency_key(self, key: str) -> Execution | None:
        """Return the owner's execution that was submitted with this key, or None."""
        raise NotImplementedError

    async def request_cancel(self, id: str) -> CancelRequest | None:
        """Mark for cancelling, with all that it has started; what does not run ends at once, with its last event.

        None: not there.
        """
        raise NotImplementedError

    async def create_from(self, execution: Execution, events: Sequence[AnyTraceEvent]) -> Execution:
        """Like `create`, with the finished steps of another execution after the opening event, as its journal."""
        raise NotImplementedError

    async def interrupts(self, id: str) -> list[Interrupt]:
        """Return the interrupts of the owner's execution, oldest first."""
        raise NotImplementedError

    async def open_questions(self, page: PageRequest) -> Page[OpenQuestion]:
        """Return a page of the questions that the owner's waiting executions ask, newest first."""
        raise NotImplementedError

    async def answer(self, id: str, answered: Sequence[Interrupt]) -> Execution | None:
        """Store answers with their `resume` events; with none left open the execution is pending again. None: lost.

        None means that another answer came first: nothing was stored.
        """
        raise NotImplementedError

    async def waiting(self, most: int) -> int:
        """Return how many of the owner's executions are pending, counted no further than `most`."""
        raise NotImplementedError

    async def chats(self, wanted: ChatFilter, page: PageRequest) -> Page[Chat]:
        """Return a page of the owner's chats that match, the latest first."""
        raise NotImplementedError

    async def chat(self, chat_id: str) -> Chat | None:
        """Return one of the owner's chats, or None."""
        raise NotImplementedError

    async def agent_of_chat(self, chat_id: str) -> str | None:
        """Return the id of the agent that one of the owner's chats began with, None for a new chat."""
        raise NotImplementedError

    async def describe_chat(self, talk: Chat) -> None:
        """Store a chat's title and whether it is archived; all else of it are its turns."""
        raise NotImplementedError

    async def forget_chat(self, chat_id: str) -> int:
        """Remove a chat's executions with their logs; return how many. Raises ChatInUse."""
        raise NotImplementedError

    async def history(self, chat_id: str, limit: int) -> list[Execution]:
        """Return the latest completed executions of a chat, oldest first."""
        raise NotImplementedError


class StoredModelCalls(Protocol):
    """What the model calls of the owner's executions were sent."""

    async def list(self, execution_id: str, page: PageRequest) -> Page[ModelCallSummary]:
        """Return a page of the calls in the order they were first sent. Raises MalformedInput."""
        ...

    async def get(self, execution_id: str, number: int) -> ModelCallContent | None:
        """Return a call with all that was sent, None when there is none of this number."""
        ...


class EverybodysExecutions(Protocol):
    """The executions of all users, to be looked at by whoever may."""

    async def find(
        self, wanted: ExecutionFilter, page: PageRequest, order: ExecutionOrder | None = None
    ) -> Page[Execution]:
        """Return a page of executions that match, newest first unless another order is asked for."""
        ...


class StoredCheckpoints(Protocol):
    """The states that were kept of runs: appended, never changed; a new attempt begins without those before it."""

    async def list(self, execution_id: str, limit: int) -> Sequence[Checkpoint]:
        """Return up to `limit` of them, newest first. The caller has checked the rights."""
        ...
