"""How shipped tools ask the application, for the user whom the call is made for."""

from typing import TypeVar

from dynagent.application.shared.access import MAKERS
from dynagent.application.shared.asking import Ask
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Message
from dynagent.core.tools import ToolUnconfigured
from dynagent.infrastructure.tools.context import current_call

R = TypeVar("R")
_ROLE = frozenset({min(MAKERS - {"admin"})})
"""Whoever may run agents may do what their tools do; nobody gets an administrator's rights by a tool."""


class ToolAsks:
    """Sends messages for tools, once it is attached to the bus: tools are made before there is one."""

    def __init__(self) -> None:
        self._ask: Ask | None = None

    def attach(self, ask: Ask) -> None:
        """Ask here from now on."""
        self._ask = ask

    async def __call__(self, message: Message[R]) -> R:
        """Return what the message's handler returns, for the caller of the tool. Raises what it raises."""
        if self._ask is None:
            raise ToolUnconfigured("the application is not open yet")
        return await self._ask(message, Caller(current_call().user_id, _ROLE))
