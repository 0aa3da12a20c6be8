"""The tool factory: from a tool type and its settings to a tool object."""

import inspect
import os
from collections.abc import Callable, Mapping
from typing import Any

import pydantic

from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.tools import BaseTool, ToolNotFoundError
from dynagent.infrastructure.tools.registry import ToolRegistry


class ConcreteToolFactory:
    """Makes tools. `services` are the parts of the product that a constructor may ask for by name, for example
    `models`; they are no settings and nobody's configuration can replace them."""

    def __init__(
        self,
        tool_registry: ToolRegistry,
        services: Mapping[str, object] | None = None,
        *,
        has_setting: Callable[[str], bool] = lambda name: bool(os.environ.get(name)),
    ) -> None:
        self._registry = tool_registry
        self._services = services or {}
        self._has_setting = has_setting

    def create_tool(self, tool_type: str, config: dict[str, Any]) -> BaseTool:
        """Return a tool with these settings. Raises ToolNotFoundError, InvalidInput for settings that do not fit."""
        tool_class = self._registry.get_tool_class(tool_type)
        if tool_class is None:
            raise ToolNotFoundError(f"Tool type '{tool_type}' not registered")
        wanted = inspect.signature(tool_class).parameters
        services = {name: service for name, service in self._services.items() if name in wanted}
        return tool_class(**self._checked(tool_class, config), **services)

    def check_settings(self, tool_class: type[BaseTool], config: dict[str, Any]) -> None:
        """Raise InvalidInput for settings that do not fit, without making the tool."""
        self._checked(tool_class, config)

    def settings_of(self, tool_class: type[BaseTool]) -> tuple[str, ...]:
        """Return the names of a tool's settings: its constructor's parameters without the services."""
        return tuple(name for name in inspect.signature(tool_class).parameters if name not in self._services)

    def missing_needs(self, tool_class: type[BaseTool]) -> tuple[str, ...]:
        """Return what the tool needs and has not got: settings in upper case, tools and services in lower case."""
        return tuple(need for need in tool_class.needs if not self._has(need))

    def _has(self, need: str) -> bool:
        if need.isupper():
            return self._has_setting(need)
        return self._services.get(need) is not None or self._registry.get_tool_class(need) is not None

    def _checked(self, tool_class: type[BaseTool], config: dict[str, Any]) -> dict[str, Any]:
        parameters = inspect.signature(tool_class, eval_str=True).parameters
        fields: dict[str, Any] = {
            name: (parameters[name].annotation, ... if parameters[name].default is inspect.Parameter.empty else None)
            for name in self.settings_of(tool_class)
        }
        model = pydantic.create_model("Settings", __config__=pydantic.ConfigDict(extra="forbid"), **fields)
        try:
            return model.model_validate(config).model_dump(exclude_unset=True)
        except pydantic.ValidationError as error:
            raise InvalidInput(
                f"the settings of tool type {tool_class.name!r} do not fit; it knows {sorted(fields)}",
                violations=[
                    Violation("/tools_config/config/" + "/".join(map(str, item["loc"])), item["type"], item["msg"])
                    for item in error.errors(include_url=False, include_input=False)
                ],
            ) from None
