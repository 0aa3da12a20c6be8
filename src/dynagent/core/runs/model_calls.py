"""What the model calls of a run were sent: messages, tools offered and parameters, as the endpoint got them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dynagent.core.shared.errors import NotFound


class ModelCallNotFound(NotFound):
    """The run has no model call of this number, or what it was sent is not kept."""

    code = "model_call_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCall:
    """A model call as it was sent last, for the recorder; `tries` counts how often it was sent in this attempt.

    `at` is in epoch seconds. `hidden` are texts that must not be stored: the endpoint's key in all its forms.
    """

    call_key: str
    tries: int
    at: float
    lane: str
    model: str
    messages: Sequence[Any]
    tools: Sequence[Any] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    left_out: Sequence[str] = ()
    hidden: Sequence[str] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCallSummary:
    """A model call as lists show it. `number` counts the run's calls from 1 in the order they were first sent.

    `left_out` names what the endpoint is known to refuse and was not sent; `complete` is false when parts were cut or
    not stored because they were too large. `bytes` is the size of all parts as JSON.
    """

    number: int
    call_key: str
    attempt: int
    tries: int
    sent_at: datetime
    lane: str
    model: str
    left_out: tuple[str, ...]
    messages: int
    tools: int
    bytes: int
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCallContent:
    """A model call with all that was sent. A message or tool that is not kept is None."""

    summary: ModelCallSummary
    messages: tuple[Any, ...]
    tools: tuple[Any, ...]
    parameters: dict[str, Any]
