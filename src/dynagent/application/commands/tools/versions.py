"""Commands about a registered tool as it stands: bring back an earlier version, switch it off and on."""

from dataclasses import KW_ONLY, dataclass

from dynagent.application.commands.tools.change import UpdateTool, UpdateToolHandler, owned_tool
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import StaleVersion
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.tools import (
    CustomTool,
    CustomTools,
    ToolCatalogue,
    ToolIsPrebuilt,
    ToolNotFound,
    ToolSwitchedOff,
    ToolVersionNotFound,
)

BY_HAND = "switched off by hand"


@dataclass(frozen=True)
class RestoreToolVersion(
    Command[CustomTool],
    needs="tools:write",
    raises=(ToolVersionNotFound, *UpdateTool.raises),
):
    """Make an earlier version the tool's next one; its source is screened by today's rules.

    Raises ToolVersionNotFound, and what UpdateTool raises.
    """

    name: str
    version: int
    expected_version: int | None = None


@dataclass(frozen=True)
class SetToolStatus(
    Command[CustomTool], needs="tools:write", raises=(ToolNotFound, ToolIsPrebuilt, ToolSwitchedOff, StaleVersion)
):
    """Switch a registered tool off, so that its calls are refused with `reason`, or on again.

    Raises ToolNotFound, ToolIsPrebuilt, StaleVersion; ToolSwitchedOff when the sandbox
    switched it off and no administrator asks.
    """

    name: str
    disabled: bool
    reason: str = BY_HAND


@dataclass(frozen=True, slots=True)
class RestoreToolVersionHandler:
    """Handles RestoreToolVersion."""

    tools: CustomTools
    catalogue: ToolCatalogue
    update: UpdateToolHandler

    async def __call__(self, message: RestoreToolVersion, caller: Caller) -> CustomTool:
        """Return the tool at its next version."""
        tool = await owned_tool(self.tools, self.catalogue, message.name)
        wanted = await self.tools.get_version(tool.id, message.version)
        if wanted is None:
            raise ToolVersionNotFound(f"tool {tool.name} has no version {message.version}")
        change = UpdateTool(
            name=tool.name,
            description=wanted.description,
            code=wanted.code,
            policy=wanted.policy,
            tags=wanted.tags,
            expected_version=message.expected_version,
        )
        return await self.update(change, caller)


@dataclass(frozen=True, slots=True)
class SetToolStatusHandler:
    """Handles SetToolStatus."""

    tools: CustomTools
    uow: UnitOfWork
    catalogue: ToolCatalogue
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: SetToolStatus, caller: Caller) -> CustomTool:
        """Return the tool, at the version it had; what is so already stays as it is."""
        tool = await owned_tool(self.tools, self.catalogue, message.name)
        if tool.disabled == message.disabled:
            return tool
        now = self.clock()
        if message.disabled:
            changed = tool.disable(message.reason, now=now)
        else:
            changed = tool.enable(now=now, by_administrator=caller.is_admin)
        changed = await self.tools.update(changed)
        await self.uow.commit()
        return changed
