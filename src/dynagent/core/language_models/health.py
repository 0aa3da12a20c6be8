"""How a model does: what trials and calls have shown, what its endpoint refuses, what went wrong last."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from dynagent.core.language_models.choosing import Candidate
from dynagent.core.language_models.providers import Capabilities
from dynagent.core.language_models.records import ModelRecord

HealthState = Literal["untried", "answering", "failing"]
_SHOWN = {
    "stream": "streaming",
    "tools": "tools",
    "parallel_tools": "parallel_tools",
    "structured_output": "structured_output",
    "reasoning": "reasoning",
}
"""What is tried → the capability that it shows."""


class Tried(BaseModel):
    """One thing that was tried: whether it can be done (None: the endpoint did not let us know), and a few words."""

    model_config = ConfigDict(frozen=True)

    name: str
    works: bool | None
    words: str


class RefusedPart(BaseModel):
    """A part of requests that an endpoint refuses and is not sent, until it is asked in full again."""

    model_config = ConfigDict(frozen=True)

    part: str
    until: datetime


class ModelHealth(BaseModel):
    """What is known of one model by asking it. `window_tokens` is what its endpoint said that it holds."""

    model_config = ConfigDict(frozen=True)

    refused: tuple[RefusedPart, ...] = ()
    trial: tuple[Tried, ...] = ()
    tried_at: datetime | None = None
    window_tokens: int | None = None
    answered_at: datetime | None = None
    error: str | None = None
    error_code: str | None = None
    failed_at: datetime | None = None

    @property
    def state(self) -> HealthState:
        """Whether the last thing that happened was an answer or an error."""
        if self.failed_at is None:
            return "untried" if self.answered_at is None else "answering"
        return "failing" if self.answered_at is None or self.answered_at < self.failed_at else "answering"

    def shown(self) -> Capabilities:
        """Return what trials have shown that the model can and cannot do."""
        return capabilities_of(self.trial).model_copy(update={"context_window": self.window_tokens})

    def refused_at(self, now: datetime) -> tuple[RefusedPart, ...]:
        """Return what is left out at this moment, what is asked again soonest first."""
        return tuple(sorted((one for one in self.refused if one.until > now), key=lambda one: one.until))


def capabilities_of(tried: Sequence[Tried]) -> Capabilities:
    """Return what a trial has shown; what was not tried is not known, nor is a model that does not answer at all."""
    if len(tried) < 2:
        return Capabilities()
    return Capabilities.model_validate({_SHOWN[one.name]: one.works for one in tried if one.name in _SHOWN})


class ModelHealths(Protocol):
    """What is stored of models' health, for models that the asker may see."""

    async def of(self, model_ids: Sequence[str]) -> Mapping[str, ModelHealth]:
        """Return the health of those models that anything is known of."""
        ...

    async def forget_refused(self, model_id: str) -> None:
        """Forget what the endpoint of a model has refused, so that it is asked in full again."""
        ...

    async def reset(self, model_id: str) -> None:
        """Forget all about a model: it is another one now."""
        ...


class ModelTrials(Protocol):
    """Tries models out."""

    def run(self, record: ModelRecord, user_id: str) -> AsyncIterator[Tried]:
        """Return what comes of each question as it is there, asked as this user; what was shown is stored at the end.

        Errors of the model are results, not errors.
        """
        ...

    def look_soon(self, record: ModelRecord, user_id: str) -> None:
        """Look, without waiting for it, whether the endpoint is there and takes the key; costs nothing."""
        ...


class ModelsInStore(Protocol):
    """Whoever keeps models ready to be asked, and must hear that records changed; and how the endpoints are."""

    def forget(self, user_id: str | None) -> None:
        """Read the models of this user (None: everybody's) anew."""
        ...

    def forget_refused(self, model_id: str) -> None:
        """Ask this model in full again."""
        ...

    def circuit_of(self, record: ModelRecord) -> str:
        """Return `closed`, `open` or `half_open`: whether calls pass to this model's endpoint in this process."""
        ...

    def obstacle_of(self, record: ModelRecord) -> str:
        """Return why this model's address cannot be spoken to, as far as is known; empty when it can."""
        ...

    def lends_key(self, record: ModelRecord, *, is_admin: bool) -> bool:
        """Say whether the server's own key serves this model, which a user or an administrator asks."""
        ...

    def installed(self) -> Candidate:
        """Return the installation's default model as one that could be chosen."""
        ...

    def installed_refused(self) -> Mapping[str, datetime]:
        """Return what the endpoint of the default model refuses, and until when it is left out, in this process."""
        ...

    def forget_installed_refused(self) -> None:
        """Ask the models of the installation's endpoint in full again, in this process."""
        ...
