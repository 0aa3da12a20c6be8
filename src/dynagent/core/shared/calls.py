"""Values that models, tools and executions all speak of: a wished tool call, and what a model call used."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class ToolCall(BaseModel):
    """A model's wish to call a tool. `arguments` is None when the model's JSON could not be read (`raw` has it)."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    arguments: dict[str, Any] | None
    raw: str = ""


class TokenUsage(BaseModel):
    """Tokens as the provider reports them; `estimated` when it reported none and we counted characters / 4."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = 0
    output_tokens: int = 0
    cached_input_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False
