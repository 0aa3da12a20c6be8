"""Values that models, tools and executions all speak of: a wished tool call, what is beside a reply, what it used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRequest:
    """A request as a lane sends it: `body` is the endpoint's own JSON, `left_out` what it is known to refuse.

    `hidden` are the forms of the endpoint's key: whoever keeps the body masks them.
    """

    lane: str
    body: Mapping[str, Any]
    left_out: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = field(default=(), repr=False)


OnSent = Callable[[SentRequest], None]
"""Told of a request just before it is sent, once for each try; must neither block, nor change or keep the body."""
