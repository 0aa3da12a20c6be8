"""The registry of tool classes: what it must know of a tool it reads from the class."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from dynagent.core.tools import BaseTool, SandboxUnavailable
from dynagent.infrastructure.tools.functions import as_tool_class


class ToolRegistry:
    """Tool classes by name; `load_code(code, name)` hands source to the sandbox and gives a class that runs there."""

    def __init__(self, load_code: Callable[[str, str], Awaitable[type[BaseTool]]] | None = None) -> None:
        self._classes: dict[str, type[BaseTool]] = {}
        self._aliases: dict[str, str] = {}
        self._load_code = load_code

    def register(self, tool_class: Any) -> None:
        """Add a subclass of BaseTool or an async function. Raises TypeError for others, ValueError for a taken name."""
        tool_class = as_tool_class(tool_class)
        name = tool_class.name or tool_class.__name__.lower().replace("tool", "")
        if taken := [key for key in (name, *tool_class.aliases) if not key or self.get_tool_class(key)]:
            raise ValueError(f"{tool_class.__name__}: tool name empty or taken: {taken[0]!r}")
        self._classes[name] = tool_class
        self._aliases.update(dict.fromkeys(tool_class.aliases, name))

    def get_tool_class(self, tool_type: str) -> type[BaseTool] | None:
        """Return the class registered under a name or alias, or None."""
        return self._classes.get(self._aliases.get(tool_type, tool_type))

    def create_tool(self, tool_type: str, **kwargs: Any) -> BaseTool:
        """Return a tool made with those keywords that its constructor takes. Raises ValueError for an unknown type."""
        if (tool_class := self.get_tool_class(tool_type)) is None:
            raise ValueError(f"Unknown tool: {tool_type}")
        return tool_class(**{key: kwargs[key] for key in inspect.signature(tool_class).parameters if key in kwargs})

    async def register_from_code(self, code: str, tool_name: str) -> None:
        """Add a tool from source. Nothing of it runs in this process. Raises ToolRejected, SandboxUnavailable."""
        if self._load_code is None:
            raise SandboxUnavailable("there is no sandbox to load code into")
        self.register(await self._load_code(code, tool_name))

    def list_tools(self) -> dict[str, dict[str, Any]]:
        """Return name → class, description and constructor parameters of every registered tool."""
        view = {n: (c.__name__, c.description(), [*inspect.signature(c).parameters]) for n, c in self._classes.items()}
        return {name: dict(zip(("class", "description", "parameters"), row, strict=True)) for name, row in view.items()}
