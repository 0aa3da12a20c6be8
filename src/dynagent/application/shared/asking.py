"""The port of handlers that send further messages, so that each has a scope of its own."""

from typing import Protocol, TypeVar

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Message

R = TypeVar("R")


class Ask(Protocol):
    """The bus's `send`."""

    async def __call__(self, message: Message[R], caller: Caller) -> R:
        """Handle a message for a caller."""
        ...
