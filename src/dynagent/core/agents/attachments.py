"""The tools of an agent one by one: attached, changed and detached by their names in its configuration."""

from typing import Any

from dynagent.core.agents.configuration import MAX_TOOLS, AgentConfiguration, ToolAttachment
from dynagent.core.shared.errors import Conflict, NotFound


class ToolNotAttached(NotFound):
    """The agent has no tool of this name."""

    code = "tool_not_attached"


class ToolAlreadyAttached(Conflict):
    """The agent has a tool of this name already; change that one."""

    code = "tool_already_attached"


class TooManyTools(Conflict):
    """The agent has as many tools as it may; `extra` has `limit`."""

    code = "too_many_tools"


def attachment_of(configuration: AgentConfiguration, name: str) -> ToolAttachment:
    """Return a tool of the agent; a plain one is of the type of its name. Raises ToolNotAttached."""
    for item in configuration.tools_config:
        if item.name == name:
            return item
    if name in configuration.tools:
        return ToolAttachment(name=name, type=name)
    raise ToolNotAttached(f"the agent has no tool named {name!r}")


def with_tool(configuration: AgentConfiguration, tool: ToolAttachment, *, approval: bool) -> AgentConfiguration:
    """Return the configuration with one more tool. Raises ToolAlreadyAttached, TooManyTools."""
    if tool.name in configuration.all_tools():
        raise ToolAlreadyAttached(f"the agent has a tool named {tool.name!r} already; change it with PUT")
    if len(configuration.all_tools()) >= MAX_TOOLS:
        raise TooManyTools(f"an agent has at most {MAX_TOOLS} tools", extra={"limit": MAX_TOOLS})
    return _placed(configuration, tool, approval=approval)


def with_changed_tool(
    configuration: AgentConfiguration, name: str, changes: dict[str, Any], *, approval: bool | None = None
) -> AgentConfiguration:
    """Return the configuration with another type, settings or need of approval of a tool. Raises ToolNotAttached."""
    tool = attachment_of(configuration, name).model_copy(update=changes)
    asks = name in configuration.requires_approval if approval is None else approval
    return _placed(configuration, tool, approval=asks)


def without_tool(configuration: AgentConfiguration, name: str) -> AgentConfiguration:
    """Return the configuration without a tool. Raises ToolNotAttached."""
    attachment_of(configuration, name)
    return configuration.model_copy(
        update={
            "tools": tuple(item for item in configuration.tools if item != name),
            "tools_config": tuple(item for item in configuration.tools_config if item.name != name),
            "requires_approval": tuple(item for item in configuration.requires_approval if item != name),
        }
    )


def _placed(configuration: AgentConfiguration, tool: ToolAttachment, *, approval: bool) -> AgentConfiguration:
    """Put a tool where it belongs: without type and settings of its own it is a plain name; others stay in place."""
    plain = tool.type == tool.name and not tool.config
    names = [item for item in configuration.tools if plain or item != tool.name]
    attached = [tool if item.name == tool.name else item for item in configuration.tools_config]
    if plain:
        attached = [item for item in attached if item.name != tool.name]
        names += [tool.name] if tool.name not in names else []
    elif tool not in attached:
        attached.append(tool)
    asking = [item for item in configuration.requires_approval if item != tool.name or approval]
    asking += [tool.name] if approval and tool.name not in asking else []
    return configuration.model_copy(
        update={"tools": tuple(names), "tools_config": tuple(attached), "requires_approval": tuple(asking)}
    )
