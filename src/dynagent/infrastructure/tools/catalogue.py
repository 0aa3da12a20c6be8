"""The catalogue: shipped tools from the registry and registered ones from the store, under one roof."""

from collections.abc import Mapping, Sequence
from typing import Any

from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.tools import (
    BaseTool,
    CustomTool,
    RunnableTool,
    ToolFilter,
    ToolListing,
    ToolNotFound,
    ToolSandbox,
    same_looking,
)
from dynagent.infrastructure.tools.configured import ConfiguredTools
from dynagent.infrastructure.tools.factory import ConcreteToolFactory
from dynagent.infrastructure.tools.listing import LoadCustom, merged_page
from dynagent.infrastructure.tools.registry import ToolRegistry
from dynagent.infrastructure.tools.runnable import PrebuiltTool, RegisteredTool

Settings = Mapping[str, tuple[str, dict[str, Any]]]


class InstalledTools:
    """The ToolCatalogue of this installation. Shipped tools are made once and shared by all calls."""

    def __init__(
        self,
        *,
        registry: ToolRegistry,
        factory: ConcreteToolFactory,
        sandbox: ToolSandbox,
        load_custom: LoadCustom,
        configured: ConfiguredTools,
    ) -> None:
        self._registry = registry
        self._factory = factory
        self._sandbox = sandbox
        self._load_custom = load_custom
        self._configured = configured
        self._shipped = {name: _require(registry, name) for name in registry.list_tools()}
        self._listings = {name: self._shipped_listing(name, cls) for name, cls in self._shipped.items()}
        self._plain: dict[str, PrebuiltTool] = {}
        self._taken = {
            same_looking(key) for name, cls in self._shipped.items() for key in (name, *cls.aliases, cls.__name__)
        }

    async def find(self, user_id: str, wanted: ToolFilter, page: PageRequest) -> Page[ToolListing]:
        """Return a page of the tools that match, sorted by name. Raises MalformedInput for a cursor of another list."""
        return await merged_page(list(self._listings.values()), self._load_custom, user_id, wanted=wanted, page=page)

    async def get(self, name: str, user_id: str) -> ToolListing:
        """Return one tool, a registered one with source and policy. Raises ToolNotFound."""
        if (tool_class := self._registry.get_tool_class(name)) is not None:
            return next(self._listings[known] for known, cls in self._shipped.items() if cls is tool_class)
        for tool in await self._load_custom(user_id, [name]):
            return ToolListing.of_custom(tool, details=True).model_copy(update={"limits": self._sandbox.limits()})
        raise _not_found(name)

    async def unknown(self, names: Sequence[str], user_id: str) -> list[str]:
        """Return the names that are no tool of this user, in the order given."""
        custom = await self._custom(names, user_id)
        return [name for name in names if self._registry.get_tool_class(name) is None and name not in custom]

    async def resolve(self, names: Sequence[str], user_id: str, settings: Settings | None = None) -> list[RunnableTool]:
        """Return callable tools; `settings` maps a name to (type, config).

        Raises ToolNotFound for a missing one, InvalidInput for a config that does not fit its type.
        """
        wanted = {name: (settings or {}).get(name, (name, {})) for name in names}
        custom = await self._custom([tool_type for tool_type, _ in wanted.values()], user_id)
        return [
            await self._runnable(name, tool_type, config, user_id=user_id, custom=custom)
            for name, (tool_type, config) in wanted.items()
        ]

    async def settings_faults(
        self, settings: Sequence[tuple[str, dict[str, Any]]], user_id: str
    ) -> Sequence[Violation]:
        """Return what keeps settings (tool type, config) from being used, with pointers `/<place>/config/…`."""
        custom = await self._custom([tool_type for tool_type, _ in settings], user_id)
        found: list[Violation] = []
        for at, (tool_type, config) in enumerate(settings):
            if tool_type in custom and config:
                found.append(Violation(f"/{at}/config", "no_settings", "registered tools take no settings"))
            elif tool_type not in custom:
                found += [
                    Violation("/".join(map(str, ("", at, "config", *place))), rule, words)
                    for place, rule, words in await self._configured.faults(tool_type, config, user_id)
                ]
        return found

    def reserved(self, name: str) -> bool:
        """Say whether a name is a shipped tool's, an alias, or looks like one."""
        return same_looking(name) in self._taken

    async def _custom(self, names: Sequence[str], user_id: str) -> dict[str, CustomTool]:
        asked = [name for name in dict.fromkeys(names) if self._registry.get_tool_class(name) is None]
        return {tool.name: tool for tool in await self._load_custom(user_id, asked)} if asked else {}

    async def _runnable(
        self, name: str, tool_type: str, config: dict[str, Any], *, user_id: str, custom: Mapping[str, CustomTool]
    ) -> RunnableTool:
        tool_class = self._registry.get_tool_class(tool_type)
        if tool_class is not None and (name != tool_type or config):
            return await self._configured.get(name, tool_type, config, user_id)
        if tool_class is not None:
            return self._prebuilt(name, tool_class)
        if tool_type not in custom:
            raise _not_found(tool_type)
        if config:
            raise InvalidInput(
                f"tool {tool_type!r} takes no settings",
                violations=[Violation("/tools_config/config", "no_settings", "registered tools take no settings")],
            )
        return RegisteredTool(name, custom[tool_type], self._sandbox)

    def _prebuilt(self, name: str, tool_class: type[BaseTool]) -> PrebuiltTool:
        if name not in self._plain:
            tool = self._factory.create_tool(name, {})
            self._plain[name] = PrebuiltTool(name, tool, self._factory.missing_needs(tool_class))
        return self._plain[name]

    def _shipped_listing(self, name: str, tool_class: type[BaseTool]) -> ToolListing:
        return ToolListing(
            name=name,
            description=tool_class.description(),
            parameters=tool_class.parameters(),
            tool_class=tool_class.__name__,
            kind="prebuilt",
            aliases=tool_class.aliases,
            settings=self._factory.settings_of(tool_class),
            needs=self._factory.missing_needs(tool_class),
            repeatable=tool_class.repeatable,
        )


def _require(registry: ToolRegistry, name: str) -> type[BaseTool]:
    tool_class = registry.get_tool_class(name)
    if tool_class is None:
        raise _not_found(name)
    return tool_class


def _not_found(name: str) -> ToolNotFound:
    return ToolNotFound(f"there is no tool named {name!r}; GET /api/tools lists what there is")
