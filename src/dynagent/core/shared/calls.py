"""Values that models, tools and executions all speak of: a wished tool call, what is beside a reply, what it used."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


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


class Aside(BaseModel):
    """What came with a reply and is no part of its answer: thoughts, signatures, other fields of the provider's own.

    `fields` of the message and `calls` (one for each tool call, in order) go back unchanged to the model that sent
    them (`source` tells which), and to no other. `thoughts` are what stood in the text itself; nobody wants them back.
    """

    model_config = ConfigDict(frozen=True)

    source: str = ""
    thoughts: str = ""
    fields: dict[str, Any] = Field(default_factory=dict)
    calls: tuple[dict[str, Any], ...] = ()
