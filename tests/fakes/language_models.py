"""Fake models: answers laid out beforehand, and an installation that knows them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from dynagent.core.language_models import (
    ChatMessage,
    ChatModel,
    ModelRecord,
    ModelRecords,
    ModelRefused,
    ModelReply,
    ModelRequest,
    OnRetry,
    OnText,
)
from dynagent.core.shared.calls import TokenUsage, ToolCall

Answer = str | ToolCall | list[ToolCall] | ModelReply | Exception


class ScriptedChatModel:
    """Gives the answers in turn (the last one for ever), text word by word; `requests` keeps what was asked."""

    def __init__(self, answers: Iterable[Answer] = ("Done.",), name: str = "scripted") -> None:
        self.name = name
        self.requests: list[ModelRequest] = []
        self._answers = list(answers)

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Return the next answer, or raise it."""
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        reply = _as_reply(answer, self.name)
        for index, word in enumerate(reply.content.split(" ") if reply.content else ()):
            on_text(word if index == 0 else f" {word}")
        return reply


class FakeChatModels:
    """Knows the models given; the first is the default."""

    def __init__(self, *models: ChatModel) -> None:
        self._models = {model.name: model for model in models or (ScriptedChatModel(),)}
        self.on_retry: OnRetry | None = None
        self.window_tokens: int | None = None

    @property
    def default(self) -> str:
        """Name of the first model."""
        return next(iter(self._models))

    def knows(self, name: str) -> bool:
        """Say whether it was given."""
        return name in self._models

    def get(self, name: str | None, on_retry: OnRetry | None = None) -> ChatModel:
        """Return the model, remembering who wants to hear of retries."""
        self.on_retry = on_retry
        model = self._models.get(name or self.default)
        if model is None:
            raise ModelRefused(f"no model answers to the name {name!r}")
        return model

    def window(self, name: str | None) -> int | None:
        """What tests have set; unless they have, nobody knows."""
        return self.window_tokens


class FlatPrices:
    """A millionth of a dollar for every token of any model but `unpriced`."""

    def cost_usd(self, model: str, usage: TokenUsage) -> Decimal | None:
        """Return the price."""
        return None if model == "unpriced" else Decimal(usage.input_tokens + usage.output_tokens) / 1_000_000


def last_text(request: ModelRequest) -> str:
    """Return the text of the last message."""
    return request.messages[-1].content if request.messages else ""


def user(text: str) -> ChatMessage:
    """Return a user's message."""
    return ChatMessage(role="user", content=text)


def _as_reply(answer: str | ToolCall | list[ToolCall] | ModelReply, model: str) -> ModelReply:
    if isinstance(answer, ModelReply):
        return answer
    usage = TokenUsage(input_tokens=10, output_tokens=5)
    if isinstance(answer, str):
        return ModelReply(content=answer, usage=usage, model=model)
    calls = (answer,) if isinstance(answer, ToolCall) else tuple(answer)
    return ModelReply(tool_calls=calls, usage=usage, model=model, finish_reason="tool_calls")


class FakeModelRecords(ModelRecords):
    """Kept models by id; owners are not told apart."""

    def __init__(self, *records: ModelRecord) -> None:
        self.stored = {record.id: record for record in records}

    async def create(self, entity: ModelRecord) -> ModelRecord:
        """Keep."""
        return self.stored.setdefault(entity.id, entity)

    async def get_by_id(self, id: str) -> ModelRecord | None:
        """Find."""
        return self.stored.get(id)

    async def update(self, entity: ModelRecord) -> ModelRecord:
        """Keep."""
        self.stored[entity.id] = entity
        return entity

    async def delete(self, id: str) -> bool:
        """Forget."""
        return self.stored.pop(id, None) is not None

    async def named(self, references: Sequence[str]) -> list[ModelRecord]:
        """Compare."""
        return [record for record in self.stored.values() if {record.id, record.name} & set(references)]

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[ModelRecord]:
        """All."""
        return list(self.stored.values())[skip : skip + limit]
