"""Commands about named output types."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.output_types import BUILT_IN, OutputType, OutputTypeNameTaken, OutputTypeNotFound, OutputTypes
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork

OutputSchemaFault = Callable[[dict[str, Any]], str | None]
"""The port: what keeps a JSON Schema from being used, None for one that can."""


@dataclass(frozen=True, kw_only=True)
class AddOutputType(Command[OutputType], needs="agents:write", raises=(OutputTypeNameTaken, InvalidInput)):
    """Keep a JSON Schema under a name. Raises OutputTypeNameTaken, InvalidInput."""

    name: str
    json_schema: dict[str, Any]
    description: str = ""


@dataclass(frozen=True)
class RemoveOutputType(Command[None], needs="agents:write", raises=(OutputTypeNotFound,)):
    """Remove a type of the caller's own; agents keep the schema that they took from it. Raises OutputTypeNotFound."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOutputTypeHandler:
    """Handles AddOutputType."""

    types: OutputTypes
    uow: UnitOfWork
    fault_of: OutputSchemaFault
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: AddOutputType, caller: Caller) -> OutputType:
        """Return the new type."""
        fault = self.fault_of(message.json_schema)
        if fault is not None:
            raise InvalidInput(
                "the schema cannot be used", violations=[Violation("/json_schema", "json_schema", fault)]
            )
        if any(item.name == message.name for item in BUILT_IN):
            raise OutputTypeNameTaken(f"the output type {message.name!r} comes with the product")
        now = self.clock()
        added = await self.types.create(
            OutputType(
                id=self.new_id(),
                user_id=caller.user_id,
                name=message.name,
                description=message.description,
                json_schema=message.json_schema,
                created_at=now,
                updated_at=now,
            )
        )
        await self.uow.commit()
        return added


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOutputTypeHandler:
    """Handles RemoveOutputType."""

    types: OutputTypes
    uow: UnitOfWork

    async def __call__(self, message: RemoveOutputType, caller: Caller) -> None:
        """Remove it."""
        own = await self.types.own(message.name)
        if own is None:
            raise OutputTypeNotFound(f"you have no output type {message.name!r} of your own")
        await self.types.delete(own.id)
        await self.uow.commit()
