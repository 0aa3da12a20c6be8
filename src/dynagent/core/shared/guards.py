"""Guard rules: what is looked at in a run's input, output and tool calls, and what a hit leads to."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["max_length", "regex_allow", "regex_deny", "json_schema", "pii", "prompt_injection", "llm_judge"]
Stage = Literal["input", "output", "tool_call"]
Action = Literal["block", "redact", "warn", "ask"]
Personal = Literal["email", "phone", "card", "iban"]

MAX_PATTERN = 1000


class GuardRule(BaseModel):
    """One rule: `kind` says what is looked for and `config` how, `stage` where, `action` what a hit leads to.

    `block` ends the run, `redact` takes out what was found, `warn` only says so, `ask` leaves it to a person. An output
    rule that holds back lets no text out before it has passed.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    kind: Kind
    stage: Stage
    action: Action
    config: dict[str, Any]
    hold_back: bool = True


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    tools: tuple[str, ...] = Field(default=(), max_length=64)
    """For the stage `tool_call`: the calls of which tools are looked at; empty: of all."""


class MaxLength(_Config):
    """At most so many characters."""

    max_chars: int = Field(ge=1, le=10_000_000, strict=True)


class Pattern(_Config):
    """A regular expression without lookaround and back references, so that matching takes linear time."""

    pattern: str = Field(min_length=1, max_length=MAX_PATTERN)


class Schema(_Config):
    """The text is JSON that fits a JSON Schema."""

    json_schema: dict[str, Any]


class PersonalData(_Config):
    """Which personal data are looked for."""

    entities: tuple[Personal, ...] = Field(default=("email", "phone", "card", "iban"), min_length=1)


class PromptInjection(_Config):
    """Further phrases besides the known ones, compared without case, accents and spacing."""

    phrases: tuple[str, ...] = Field(default=(), max_length=50)


class Judge(_Config):
    """A model says whether the text passes; without a `model` it is the installation's default."""

    instructions: str = Field(min_length=1, max_length=10_000)
    model: str | None = Field(default=None, min_length=1, max_length=200)


CONFIGS: dict[Kind, type[_Config]] = {
    "max_length": MaxLength,
    "regex_allow": Pattern,
    "regex_deny": Pattern,
    "json_schema": Schema,
    "pii": PersonalData,
    "prompt_injection": PromptInjection,
    "llm_judge": Judge,
}
"""What the `config` of each kind holds."""

REDACTING = frozenset({"max_length", "regex_deny", "pii"})
"""The kinds that know which part of a text they mean."""
