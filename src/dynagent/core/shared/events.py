"""Domain events: facts that a noun tells. They are stored with the change (outbox) and delivered at least once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, ClassVar

import pydantic

from dynagent.core.shared.ids import new_id


class DomainEvent(pydantic.BaseModel):
    """A fact. Subclasses set `name` (`agent.created`) and add fields of JSON types."""

    model_config = pydantic.ConfigDict(frozen=True)

    name: ClassVar[str]

    event_id: str = pydantic.Field(default_factory=new_id)
    occurred_at: datetime
    user_id: str


EventCallback = Callable[[Any], Awaitable[None]]
"""Takes an event of the kinds that it is subscribed to."""


def _log_failure(event: DomainEvent, error: BaseException) -> None:
    logging.getLogger(__name__).error("event %s was not heard: %r", event.name, error)


class AgentEventObserver:
    """Tells every subscriber about an event, all at once; one that fails does not stop the others.

    Agents' events and all others: a subscriber says which kinds it wants to hear of.
    """

    def __init__(self, on_failure: Callable[[DomainEvent, BaseException], None] = _log_failure) -> None:
        self._callbacks: list[tuple[EventCallback, type[DomainEvent] | tuple[type[DomainEvent], ...]]] = []
        self._on_failure = on_failure

    def subscribe(
        self, callback: EventCallback, *, to: type[DomainEvent] | tuple[type[DomainEvent], ...] = DomainEvent
    ) -> None:
        """Call `callback` with every later event, or those of some kinds only."""
        self._callbacks.append((callback, to))

    def is_heard(self, event: DomainEvent) -> bool:
        """Whether anybody subscribed to an event of this kind."""
        return any(isinstance(event, kinds) for _, kinds in self._callbacks)

    async def notify(self, event: DomainEvent) -> None:
        """Await all subscribers concurrently; report failures to `on_failure`, raise none of them."""
        hearing = [callback(event) for callback, kinds in self._callbacks if isinstance(event, kinds)]
        outcomes = await asyncio.gather(*hearing, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                self._on_failure(event, outcome)
