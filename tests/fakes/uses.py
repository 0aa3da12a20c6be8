"""Users of things, as a test lays them out."""

from dynagent.core.shared.uses import MOST, Use, Uses


class FakeUses(Uses):
    """Answers every question with `found`; `asked` keeps what it was asked about."""

    def __init__(self, *found: Use) -> None:
        self.found = list(found)
        self.asked: list[str] = []

    async def of_agent(self, id: str, slug: str, name: str, *, most: int = MOST) -> list[Use]:
        """Answer."""
        self.asked.append(name)
        return self.found[:most]

    async def of_tool(self, name: str, *, most: int = MOST) -> list[Use]:
        """Answer."""
        self.asked.append(name)
        return self.found[:most]

    async def of_model(self, id: str, name: str, *, shared: bool, most: int = MOST) -> list[Use]:
        """Answer."""
        self.asked.append(name)
        return self.found[:most]
