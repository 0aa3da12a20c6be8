"""The audit log: who did what to whom, when, from where, and how it went."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.events import DomainEvent

AuditOutcome = Literal["done", "refused", "incident"]


class AuditEntry(BaseModel):
    """One line of the log: `action` is `noun.verb` (`session.opened`); `details` hold no secret."""

    model_config = ConfigDict(frozen=True)

    id: str
    at: datetime
    action: str = Field(max_length=64)
    outcome: AuditOutcome = "done"
    actor_id: str | None = None
    target_kind: str = Field(default="", max_length=32)
    target_id: str = Field(default="", max_length=100)
    address: str = Field(default="", max_length=64)
    details: dict[str, Any] = Field(default_factory=dict)


class SecurityIncident(DomainEvent):
    """Something tried what it must not; `agent_id` is the agent that did it so often that it is to be stopped."""

    name: ClassVar[str] = "security.incident"
    kind: str
    agent_id: str | None = None


class AuditFilter(BaseModel):
    """Which entries a list shows; `action` is a whole one or its noun, `at_from` inclusive, `at_to` exclusive."""

    model_config = ConfigDict(frozen=True)

    action: str | None = Field(default=None, max_length=64)
    actor_id: str | None = None
    target_kind: str | None = Field(default=None, max_length=32)
    target_id: str | None = Field(default=None, max_length=100)
    outcome: AuditOutcome | None = None
    at_from: datetime | None = None
    at_to: datetime | None = None
