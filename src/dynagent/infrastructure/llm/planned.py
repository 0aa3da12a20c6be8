"""The models of one run, as its agent wants them: with its own fallbacks, at its own pace."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from dynagent.core.identity import Throttle, TooManyRequests
from dynagent.core.language_models import (
    ChatModel,
    ChatModels,
    ModelRateLimited,
    ModelReply,
    ModelRequest,
    ModelRetry,
    OnRetry,
    OnText,
)
from dynagent.infrastructure.llm.stored import FallbackModel

Sleep = Callable[[float], Awaitable[None]]


class PlannedModels(ChatModels):
    """Another ChatModels, in which the run's model has the fallbacks and the pace of its agent."""

    def __init__(
        self,
        inner: ChatModels,
        *,
        model: str | None,
        fallbacks: Sequence[str],
        agent_id: str,
        max_rpm: int,
        rates: Throttle,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._inner = inner
        # The runner asks once by the plan's name, then by the name that the model itself has.
        self._planned = {model or inner.default, inner.get(model).name}
        self._fallbacks = fallbacks
        self._subject = f"agent:{agent_id}"
        self._max_rpm = max_rpm
        self._rates = rates
        self._sleep = sleep

    @property
    def default(self) -> str:
        """Name of the model for agents that choose none."""
        return self._inner.default

    def knows(self, name: str) -> bool:
        """Say whether `get` would succeed."""
        return self._inner.knows(name)

    def get(self, name: str | None, on_retry: OnRetry | None = None) -> ChatModel:
        """Return the model by name. Raises ModelRefused for an unknown name."""
        model = self._inner.get(name, on_retry)
        if (name or self.default) not in self._planned:
            return model
        others = [name for name in self._fallbacks if self._inner.knows(name)]
        if others:
            model = FallbackModel([model, *(self._inner.get(name, on_retry) for name in others)], on_retry)
        return PacedModel(model, self, on_retry) if self._max_rpm else model

    def window(self, name: str | None) -> int | None:
        """Return how many tokens a model holds, None when that is not known."""
        return self._inner.window(name)

    async def pace(self, on_retry: OnRetry | None) -> None:
        """Wait until the agent may make another call; each wait is told."""
        number = 1
        while True:
            try:
                await self._rates.admit(self._subject, self._max_rpm)
                break
            except TooManyRequests as error:
                number, wait_s = number + 1, error.retry_after_s or 1.0
                if on_retry is not None:
                    words = f"the limit of {self._max_rpm} model calls a minute of this agent is reached"
                    on_retry(ModelRetry(ModelRateLimited(words, retry_after_s=wait_s), wait_s, number))
                await self._sleep(wait_s)


class PacedModel:
    """A model that is asked no more often than its agent may."""

    def __init__(self, inner: ChatModel, models: PlannedModels, on_retry: OnRetry | None) -> None:
        self.name = inner.name
        self._inner = inner
        self._models = models
        self._on_retry = on_retry

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Wait for its turn, then ask."""
        await self._models.pace(self._on_retry)
        return await self._inner.reply(request, on_text)
