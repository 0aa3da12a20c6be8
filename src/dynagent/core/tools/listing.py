"""How tools are listed, shipped and registered ones alike."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from dynagent.core.tools.entity import CustomTool, ToolKind, ToolPolicy


class ToolFilter(BaseModel):
    """Which tools a list shows; `search` looks into name, description and tags, all of it anywhere in them."""

    model_config = ConfigDict(frozen=True)

    search: str | None = None
    kind: ToolKind | None = None
    tag: str | None = None

    def matches(self, tool: "ToolListing") -> bool:
        """Say whether the list shows a tool."""
        text = (self.search or "").lower()
        return (
            self.kind in (None, tool.kind)
            and (self.tag is None or self.tag in tool.tags)
            and (not text or any(text in field.lower() for field in (tool.name, tool.description, *tool.tags)))
        )


class ToolListing(BaseModel):
    """A tool as `GET /api/tools` shows it; `source` and `policy` only for custom tools and in the single view.

    `limits` are those of one call, names with units (`memory_mb`, `cpu_s` …), for custom tools in the single view.
    `needs` names what it cannot work without and what is not there: other tools, services, settings (upper case).
    """

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    parameters: dict[str, Any]
    tool_class: str
    kind: ToolKind
    version: int = 1
    aliases: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    repeatable: bool = True
    disabled: bool = False
    disabled_reason: str | None = None
    source: str | None = None
    source_hash: str | None = None
    policy: ToolPolicy | None = None
    limits: dict[str, float] | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @classmethod
    def of_custom(cls, tool: CustomTool, *, details: bool = False) -> "ToolListing":
        """Return how a registered tool is listed; with `details` its source and policy too."""
        return cls(
            name=tool.name,
            description=tool.description,
            parameters=tool.reflection.parameters,
            tool_class=tool.reflection.entry,
            kind="custom",
            version=tool.version,
            tags=tool.tags,
            repeatable=tool.policy.repeatable,
            disabled=tool.disabled,
            disabled_reason=tool.disabled_reason,
            source=tool.code if details else None,
            source_hash=tool.source_hash if details else None,
            policy=tool.policy if details else None,
            created_at=tool.created_at,
            updated_at=tool.updated_at,
        )
