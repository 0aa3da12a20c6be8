"""How a model does, as JSON."""

from datetime import datetime

from pydantic import BaseModel, Field

from dynagent.application.queries.language_models import ModelView
from dynagent.core.language_models import HealthState, RefusedPart, Tried


class ModelHealthOut(BaseModel):
    """How a model does: its last answer and last error, what is left out of requests, what a trial has shown."""

    state: HealthState
    answered_at: datetime | None
    failed_at: datetime | None
    error: str | None
    error_code: str | None
    refused: tuple[RefusedPart, ...] = Field(
        description="Parts of requests that its endpoint refuses, left out until then."
    )
    trial: tuple[Tried, ...]
    tried_at: datetime | None

    @classmethod
    def of_view(cls, view: ModelView) -> "ModelHealthOut":
        """Return the answer for a view."""
        health = view.health
        same = ("state", "answered_at", "failed_at", "error", "error_code", "trial", "tried_at")
        return cls(**{name: getattr(health, name) for name in same}, refused=view.refused)
