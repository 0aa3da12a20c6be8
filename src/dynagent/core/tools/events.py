"""What tools tell."""

from typing import ClassVar

from dynagent.core.shared.events import DomainEvent


class ToolEvent(DomainEvent):
    """Something happened to a registered tool."""

    name: ClassVar[str] = "tool.event"
    tool_name: str
    version: int


class ToolRegistered(ToolEvent):
    """A tool is there (or has a new version) and can be called from every process."""

    name: ClassVar[str] = "tool.registered"


class ToolRemoved(ToolEvent):
    """A tool is gone."""

    name: ClassVar[str] = "tool.removed"


class ToolCallQueued(DomainEvent):
    """A call of a tool waits for a worker."""

    name: ClassVar[str] = "tool.call_queued"
    tool_name: str
    execution_id: str
