"""Handoffs: to whom an agent may give a run over, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import Conflict, NotFound, StaleVersion
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.shared.repository import BaseRepository

knows = frozenset({"agents", "workflows"})
"""The nouns whose core ports its commands and queries may use."""

MAX_HANDOFFS = 20


class HandoffNotFound(NotFound):
    """The agent has no handoff with this id."""

    code = "handoff_not_found"


class HandoffExists(Conflict):
    """The agent may hand over to that agent already; change that handoff."""

    code = "handoff_exists"


class HandoffChangedMeanwhile(StaleVersion):
    """Somebody else changed the handoff since it was read; read it again."""

    code = "handoff_changed_meanwhile"


class TooManyHandoffs(Conflict):
    """The agent has as many handoffs as it may; `extra` has `limit`."""

    code = "too_many_handoffs"


class Handoff(BaseModel):
    """One agent may give its runs over to another.

    Without a `condition` the agent's model decides, by the `description`. With one the system does, by the answer: the
    first handoff whose condition holds is taken. `input_mapping` takes values of the run along: name in the other's
    context → path in the state (`inputs`, `last` for the answer, `steps` for what others said).
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    agent_id: str
    target_agent_id: str
    description: str = Field(min_length=1, max_length=1000)
    condition: dict[str, Any] | None = None
    input_mapping: dict[str, str] = Field(default_factory=dict)
    created_at: datetime
    updated_at: datetime

    def changed(self, changes: Mapping[str, Any], *, now: datetime) -> "Handoff":
        """Return it with other fields."""
        return self.model_validate(self.model_dump() | dict(changes) | {"updated_at": later(now, self.updated_at)})


class Handoffs(BaseRepository[Handoff]):
    """The handoffs of the owner's agents."""

    noun = "handoff"
    not_found = HandoffNotFound

    async def of_agent(self, agent_id: str, page: PageRequest) -> Page[Handoff]:
        """Return a page of an agent's handoffs, newest first."""
        raise NotImplementedError
