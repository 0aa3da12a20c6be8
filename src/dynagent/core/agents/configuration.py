"""The configuration of an agent: all that its owner decides about it. One version of an agent is one of these."""

import json
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dynagent.core.shared.secret_names import Change, Place, is_secret_name, masked, unmasked, with_secrets

OutputSchema = Annotated[
    dict[str, Any] | None,
    BeforeValidator(lambda given: json.loads(given) if isinstance(given, str) else given),
    Field(description="JSON Schema: answers are JSON that fits it, and kept as such."),
]
"""May be given as JSON text: that is how it is stored, because models write properties in the schema's own order."""

ModelName = Annotated[str, Field(min_length=1, max_length=200)]

MAX_TOOLS = 64
MAX_DEPENDENCIES = 64


class ToolAttachment(BaseModel):
    """A tool with settings of its own: made into an object when a run is built."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    type: str = Field(min_length=1, max_length=64)
    config: dict[str, Any] = Field(default_factory=dict)


class AgentConfiguration(BaseModel):
    """Everything about an agent that its owner decides; one version of an agent is one of these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=255)
    display_name: str | None = Field(
        default=None, max_length=255, description="The name that people see, on its runs too; null: `name`."
    )
    description: str = Field(default="", max_length=4000)
    role: str = Field(default="", max_length=10_000)
    goal: str = Field(default="", max_length=10_000)
    backstory: str = Field(default="", max_length=20_000)
    instructions: str = Field(default="", max_length=100_000)
    model: str | None = Field(default=None, max_length=200)
    fallback_models: tuple[ModelName, ...] = Field(default=(), max_length=5)
    temperature: float | None = Field(
        default=None, ge=0, le=2, strict=True, description="Null: the model's own, else 0.2."
    )
    tools: tuple[str, ...] = Field(default=(), max_length=MAX_TOOLS)
    tools_config: tuple[ToolAttachment, ...] = Field(default=(), max_length=MAX_TOOLS)
    requires_approval: tuple[str, ...] = Field(default=(), max_length=MAX_TOOLS)
    approval_timeout_s: float | None = Field(default=None, gt=0, le=31_536_000, strict=True)
    on_approval_timeout: Literal["reject", "fail"] | None = None
    context_overflow: Literal["summary", "cut", "fail"] | None = Field(
        default=None, description="What becomes of turns that the model has no room for; null: as set for all."
    )
    dependencies: tuple[str, ...] = Field(
        default=(),
        max_length=MAX_DEPENDENCIES,
        description="Names or slugs of agents that must be there and active for a run to start.",
    )
    fallback_agent_id: str | None = None
    verbose_flag: bool = Field(
        default=False, strict=True, description="Runs are told in more detail: the plan, and each request to the model."
    )
    memory_flag: bool = Field(
        default=False, strict=True, description="The model is given the earlier turns of the same conversation."
    )
    max_iter: int = Field(default=15, ge=1, le=100, strict=True)
    max_rpm: int | None = Field(default=None, ge=0, le=1_000_000, strict=True)
    run_timeout_s: float | None = Field(default=None, gt=0, le=86_400, strict=True)
    call_timeout_s: float | None = Field(default=None, gt=0, le=3_600, strict=True)
    config_data: dict[str, Any] = Field(
        default_factory=dict,
        description="Values for `{{name}}` in instructions, role, goal and backstory; secrets are never put there.",
    )
    output_schema: OutputSchema = None
    output_type: str | None = Field(
        default=None,
        min_length=1,
        max_length=63,
        description="Name of an output type, whose schema becomes `output_schema` as it is then.",
    )

    def shown(self) -> "AgentConfiguration":
        """Return it as it may be shown: without the values of secret settings (`api_key`)."""
        return self._with_settings(lambda settings, _existing, _place: masked(settings))

    def after(self, before: "AgentConfiguration") -> "AgentConfiguration":
        """Return it with the secrets of the version before where it repeats what that one showed of them."""
        return self._with_settings(lambda settings, existing, _place: unmasked(settings, existing), before)

    def with_secrets(self, change: Change, before: "AgentConfiguration | None" = None) -> "AgentConfiguration":
        """Return it with every secret setting changed; `before` is where kept values are looked up."""
        return self._with_settings(
            lambda settings, existing, place: with_secrets(settings, change, existing, place), before
        )

    def _with_settings(
        self,
        change: Callable[[dict[str, Any], dict[str, Any], Place], dict[str, Any]],
        before: "AgentConfiguration | None" = None,
    ) -> "AgentConfiguration":
        if not self.tools_config and not self.config_data:
            return self
        existing = {item.name: item.config for item in before.tools_config} if before else {}
        items = (
            item.model_copy(
                update={"config": change(item.config, existing.get(item.name, {}), ("tools_config", at, "config"))}
            )
            for at, item in enumerate(self.tools_config)
        )
        data = change(self.config_data, before.config_data if before else {}, ("config_data",))
        return self.model_copy(update={"tools_config": tuple(items), "config_data": data})

    def same_as(self, other: "AgentConfiguration") -> bool:
        """Say whether both say the same: `1` and `true` differ; order counts in the output schema only."""
        mine, theirs = (json.dumps(item.stored(), sort_keys=True) for item in (self, other))
        return mine == theirs

    def stored(self) -> dict[str, Any]:
        """Return it as JSON that keeps the order of the output schema, whatever it is stored in."""
        fields = self.model_dump(mode="json")
        if self.output_schema is not None:
            fields["output_schema"] = json.dumps(self.output_schema, ensure_ascii=False)
        return fields

    def all_tools(self) -> tuple[str, ...]:
        """Return the names of plain and configured tools, each once, in the owner's order."""
        return tuple(dict.fromkeys((*self.tools, *(attachment.name for attachment in self.tools_config))))

    @property
    def shown_name(self) -> str:
        """The name that people see."""
        return self.display_name or self.name

    def system_prompt(self) -> str:
        """Return the system text of a run: instructions first, then role, goal and backstory where given.

        `{{name}}` in them is filled from `config_data`; what it does not hold, or holds as a secret, stays as written.
        """
        parts = [self.instructions]
        parts += [
            f"{label}: {text}"
            for label, text in (("Role", self.role), ("Goal", self.goal), ("Backstory", self.backstory))
            if text
        ]
        return _filled("\n\n".join(part for part in parts if part), self.config_data)


_PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


def _filled(text: str, values: dict[str, Any]) -> str:
    """Fill the places that values are there for: texts as they are, all else as JSON without its secrets."""
    if not values:
        return text
    shown = masked({name: value for name, value in values.items() if not is_secret_name(name)})

    def value_of(place: re.Match[str]) -> str:
        if place[1] not in shown:
            return place[0]
        value = shown[place[1]]
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    return _PLACE.sub(value_of, text)
