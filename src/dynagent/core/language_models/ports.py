"""One port for every endpoint that answers messages, with streamed text and tool calls; its errors; prices."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.calls import Aside, OnSent, TokenUsage, ToolCall
from dynagent.core.shared.errors import DynagentError, ErrorKind
from dynagent.core.shared.pictures import Picture

Role = Literal["system", "user", "assistant", "tool"]
ToolChoice = Literal["auto", "none", "required"]
OnText = Callable[[str], None]
"""Called with each piece of streamed text, in order, on the event loop; must not block."""


USUAL_TEMPERATURE = 0.2
"""What agents' models are asked with where neither the agent nor the model names a temperature."""


class ChatMessage(BaseModel):
    """One message of a conversation, of JSON types only. `aside`: what the model that wrote it wants back.

    `pictures` stand beside the text of a user's.
    """

    model_config = ConfigDict(frozen=True)

    role: Role
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None
    aside: Aside | None = None
    pictures: tuple[Picture, ...] = ()


class ToolSpec(BaseModel):
    """A tool as the model sees it: name, description, JSON Schema of the arguments."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    parameters: dict[str, Any]


class ModelRequest(BaseModel):
    """A question to a model. `timeout_s` bounds the whole reply, `idle_timeout_s` the silence before each piece.

    `output_schema` is what the answer's text should fit; who asks must read it with care, not every endpoint obeys.
    `temperature` None leaves it to the model, and a model that names none to `usual_temperature`.
    `omit` names what this endpoint is known to refuse; whoever writes the request leaves it out.
    `on_sent` is told what the lane makes of it.
    """

    model_config = ConfigDict(frozen=True)

    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice = "auto"
    temperature: float | None = None
    usual_temperature: float | None = None
    max_tokens: int | None = None
    output_schema: dict[str, Any] | None = None
    omit: frozenset[str] = frozenset()
    timeout_s: float = 120.0
    idle_timeout_s: float = 60.0
    on_sent: OnSent | None = Field(default=None, exclude=True, repr=False)

    @property
    def sent_temperature(self) -> float | None:
        """The temperature to write into the request, None for none."""
        if "temperature" in self.omit or self.temperature is not None:
            return self.temperature
        return self.usual_temperature


class ModelReply(BaseModel):
    """A complete answer: text, tool calls, usage, and the name of the model that really answered."""

    model_config = ConfigDict(frozen=True)

    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: TokenUsage = Field(default_factory=TokenUsage)
    model: str
    finish_reason: str = "stop"
    aside: Aside | None = None


class ModelError(DynagentError):
    """A model call failed. `retryable` says whether the same call may succeed later."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "model_error"
    retryable = False


class ModelRefused(ModelError):
    """The endpoint refused the request itself (HTTP 4xx: bad request, wrong key, unknown model)."""

    code = "model_refused"


class ContextTooLong(ModelRefused):
    """The conversation does not fit the model's window. `extra` may hold `window_tokens`, when the endpoint said it."""

    code = "context_too_long"


class ModelRateLimited(ModelError):
    """HTTP 429; `retry_after_s` carries the endpoint's wish when it gave one."""

    code = "model_rate_limited"
    retryable = True


class ModelUnavailable(ModelError):
    """HTTP 5xx, no connection, or the stream broke off before its end."""

    code = "model_unavailable"
    retryable = True


class ModelTimeout(ModelError):
    """No (further) piece within the time given."""

    kind = ErrorKind.UPSTREAM_TIMEOUT
    code = "model_timeout"
    retryable = True


class ModelCircuitOpen(ModelUnavailable):
    """Too many failures in a row: its circuit is open; `retry_after_s` says how long."""

    code = "model_circuit_open"


class ModelSwitched(ModelError):
    """The model that was asked gave up and another one is asked instead; told, never raised."""

    code = "model_switched"


@dataclass(frozen=True, slots=True)
class ModelRetry:
    """A model call failed and is made again after `delay_s` seconds; its text starts anew. `try_number` from 2."""

    error: ModelError
    delay_s: float
    try_number: int


OnRetry = Callable[[ModelRetry], None]


class ChatModel(Protocol):
    """One model at one endpoint."""

    @property
    def name(self) -> str:
        """The name agents and traces use for it, for example `gpt-4o-mini` or `demo`."""
        ...

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask, hand each piece of text to `on_text` as it comes, return the whole reply. Raises ModelError."""
        ...


class ChatModels(Protocol):
    """The models of this installation."""

    @property
    def default(self) -> str:
        """Name of the model for agents that choose none."""
        ...

    def knows(self, name: str) -> bool:
        """Say whether `get` would succeed."""
        ...

    def get(self, name: str | None, on_retry: OnRetry | None = None) -> ChatModel:
        """Return the model by name (None: the default). Raises ModelRefused for an unknown name.

        It retries by itself: once text has streamed only when `on_retry` is there to be told of it.
        """
        ...

    def window(self, name: str | None) -> int | None:
        """Return how many tokens a model holds, None when that is not known."""
        ...


class Prices(Protocol):
    """What tokens cost."""

    def cost_usd(self, model: str, usage: TokenUsage) -> Decimal | None:
        """Return the price of this usage in US dollars, None when the model is not in the price table."""
        ...


def estimate_tokens(text: str) -> int:
    """Return a rough token count (a token per four characters, at least one for non-empty text)."""
    return (len(text) + 3) // 4
