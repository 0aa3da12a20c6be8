"""Who uses a thing: asked before it is removed, so that nobody finds out by a run that fails."""

from collections.abc import Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from dynagent.core.shared.errors import Conflict

MAX_USES = 20
"""How many users are named."""
MOST = MAX_USES + 1
"""Enough to say that there are more."""


class Use(BaseModel):
    """A user of a thing, and the field it is used by. Of another person's only the kind is said: `id` None, no name."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["agent", "schedule", "model", "workflow"]
    id: str | None
    name: str
    field: str


class InUse(Conflict):
    """Others use what is to be removed; `extra` has them as `used_by`, at most twenty. They can be left without it."""

    code = "in_use"


class Uses(Protocol):
    """Looks for the users of what the caller may remove, for at most `most` uses."""

    async def of_agent(self, id: str, slug: str, name: str, *, most: int = MOST) -> list[Use]:
        """Return the agents that fall back to an agent, depend on it, call it or hand over to it, and its schedules."""
        ...

    async def of_tool(self, name: str, *, most: int = MOST) -> list[Use]:
        """Return the agents that have a tool, plain or with settings."""
        ...

    async def of_model(self, id: str, name: str, *, shared: bool, most: int = MOST) -> list[Use]:
        """Return the agents, schedules and models that name a model; of everybody where it is `shared` by all."""
        ...


def refuse_used(what: str, uses: Sequence[Use]) -> None:
    """Raise InUse when there are any users."""
    if not uses:
        return
    named = [use.model_dump() for use in uses[:MAX_USES]]
    words = ", ".join(map(_in_words, uses[:3]))
    if len(uses) > 3:
        words += " and others"
    raise InUse(f"{what} is used by {words}; ?force=true removes it all the same", extra={"used_by": named})


def _in_words(use: Use) -> str:
    return f"{use.kind} {use.name!r} ({use.field})" if use.name else f"another user's {use.kind} ({use.field})"
