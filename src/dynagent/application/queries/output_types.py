"""Questions about named output types."""

from dataclasses import dataclass, field

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.output_types import OutputType, OutputTypeNotFound, OutputTypes
from dynagent.core.shared.paging import Page, PageRequest


@dataclass(frozen=True)
class ListOutputTypes(Query[Page[OutputType]], needs="agents:read"):
    """A page of the caller's own output types, newest first."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True)
class GetOutputType(Query[OutputType], needs="agents:read", raises=(OutputTypeNotFound,)):
    """One output type by its name. Raises OutputTypeNotFound."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOutputTypesHandler:
    """Handles ListOutputTypes."""

    types: OutputTypes

    async def __call__(self, message: ListOutputTypes, caller: Caller) -> Page[OutputType]:
        """Return the page."""
        return await self.types.page_of(message.page)


@dataclass(frozen=True, slots=True)
class GetOutputTypeHandler:
    """Handles GetOutputType."""

    types: OutputTypes

    async def __call__(self, message: GetOutputType, caller: Caller) -> OutputType:
        """Return the type."""
        return await self.types.named(message.name)
