"""The name `auto`: for each call the model that fits the task best, and the next ones when it fails."""

from collections.abc import Callable, Mapping, Sequence

from dynagent.core.language_models import (
    AUTO,
    LEVELS,
    Candidate,
    Capabilities,
    ChatModel,
    ChatModels,
    Complexity,
    ModelRecord,
    ModelRefused,
    ModelReply,
    ModelRequest,
    OnRetry,
    OnText,
    Wish,
    complexity_of,
    estimate_tokens,
    rank,
)
from dynagent.infrastructure.llm.guarded_pool import GuardedHttpPool
from dynagent.infrastructure.llm.openai_traces import TracingTarget
from dynagent.infrastructure.llm.stored import FallbackModel, UserModels

MOST = 3
"""How many models are asked for one call."""
MOST_LISTED = 20
"""How many are looked at for it: some may be at an address that may not be spoken to."""

_NAMED: Mapping[str, Complexity] = {f"{AUTO}:{level}": level for level in LEVELS}

ListCandidates = Callable[[], Sequence[Candidate]]


class ChoosingModels(ChatModels):
    """Other ChatModels, and the names `auto`, `auto:simple`, `auto:medium`, `auto:high` on top."""

    def __init__(self, inner: ChatModels, candidates: ListCandidates, tracing: TracingTarget | None = None) -> None:
        self.tracing = tracing
        self._inner = inner
        self._candidates = candidates

    @property
    def default(self) -> str:
        """Name of the model for agents that choose none."""
        return self._inner.default

    def knows(self, name: str) -> bool:
        """Say whether `get` would succeed."""
        return is_auto(name) or self._inner.knows(name)

    def get(self, name: str | None, on_retry: OnRetry | None = None) -> ChatModel:
        """Return the model by name. Raises ModelRefused for an unknown name."""
        name = name or self.default
        return AutoModel(name, self, on_retry) if is_auto(name) else self._inner.get(name, on_retry)

    def window(self, name: str | None) -> int | None:
        """Return what a model holds; the one that is chosen is chosen to hold enough."""
        name = name or self.default
        return None if is_auto(name) else self._inner.window(name)

    def pool_of(self, model_id: str) -> GuardedHttpPool | None:
        """Return the connections to a stored model's endpoint. Raises ModelRefused."""
        return self._inner.pool_of(model_id) if isinstance(self._inner, UserModels) else None

    def record_of(self, name: str) -> ModelRecord | None:
        """Return a stored model by id or name, or None."""
        return self._inner.record_of(name) if isinstance(self._inner, UserModels) else None

    def chain(self, request: ModelRequest, complexity: Complexity | None, on_retry: OnRetry | None) -> ChatModel:
        """Return what to ask: the best fitting model, then the next ones. Raises ModelRefused when none fits."""
        text = sum(estimate_tokens(message.content) for message in request.messages)
        needs = Capabilities(tools=bool(request.tools) or None, context_window=max(1, text))
        task = next((message.content for message in reversed(request.messages) if message.role == "user"), "")
        wanted = Wish(complexity=complexity or complexity_of(task, tools=len(request.tools)), needs=needs)
        choices = rank(self._candidates(), wanted)
        if not choices.fitting:
            why = "; ".join(f"{one.name}: {reason}" for one, reason in choices.passed_over[:5])
            raise ModelRefused(f"no model fits this task ({why or 'there is none'})")
        models = [self._inner.get(choice.candidate.name, on_retry) for choice in choices.fitting[:MOST_LISTED]]
        return models[0] if len(models) == 1 else FallbackModel(models, on_retry, MOST)


class AutoModel:
    """A model that is another one for each task; the reply tells which has answered."""

    def __init__(self, name: str, models: ChoosingModels, on_retry: OnRetry | None) -> None:
        self.name = name
        self._complexity: Complexity | None = complexity_in(name)
        self._models = models
        self._on_retry = on_retry

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Choose and ask. Raises ModelError."""
        return await self._models.chain(request, self._complexity, self._on_retry).reply(request, on_text)


def is_auto(name: str) -> bool:
    """Say whether a name leaves the choice to us."""
    return name == AUTO or complexity_in(name) is not None


def complexity_in(name: str) -> Complexity | None:
    """Return how hard a task `auto:<complexity>` names, None for every other name."""
    return _NAMED.get(name)
