"""Output types in memory."""

from dynagent.core.output_types import OutputType, OutputTypes
from dynagent.core.shared.paging import Page, PageRequest


class FakeOutputTypes(OutputTypes):
    """The types that a test puts into `stored`, by name, besides those of the product."""

    def __init__(self) -> None:
        self.stored: dict[str, OutputType] = {}

    async def create(self, entity: OutputType) -> OutputType:
        """Keep it."""
        self.stored[entity.name] = entity
        return entity

    async def get_by_id(self, id: str) -> OutputType | None:
        """Look it up."""
        return next((item for item in self.stored.values() if item.id == id), None)

    async def update(self, entity: OutputType) -> OutputType:
        """Keep it."""
        return await self.create(entity)

    async def delete(self, id: str) -> bool:
        """Forget it."""
        found = await self.get_by_id(id)
        return found is not None and self.stored.pop(found.name, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[OutputType]:
        """List."""
        return list(self.stored.values())[skip : skip + limit]

    async def page_of(self, page: PageRequest) -> Page[OutputType]:
        """Cut."""
        found = await self.list_all(page.skip, page.limit)
        return Page(items=found, total=len(self.stored), skip=page.skip, limit=page.limit)

    async def own(self, name: str) -> OutputType | None:
        """Look it up."""
        return self.stored.get(name)
