"""Commands about tools: register, update, remove, and execute one by hand."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, StaleVersion, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.shared.uses import InUse, Uses, refuse_used
from dynagent.core.tools import (
    MAX_TOOL_TIMEOUT_S,
    CallableTools,
    CallContext,
    CustomTool,
    CustomTools,
    Finding,
    InvalidArguments,
    SandboxBusy,
    SandboxUnavailable,
    ToolCatalogue,
    ToolDisabled,
    ToolFailed,
    ToolGrantForbidden,
    ToolIsPrebuilt,
    ToolNameTaken,
    ToolNotFound,
    ToolOutcome,
    ToolPolicy,
    ToolReflection,
    ToolRejected,
    ToolRemoved,
    ToolSandbox,
    ToolTimeout,
    ToolUnconfigured,
    check_tool_name,
)


@dataclass(frozen=True, kw_only=True)
class RegisterTool(
    Command[CustomTool],
    needs="tools:write",
    raises=(InvalidInput, ToolNameTaken, ToolGrantForbidden, ToolRejected, SandboxUnavailable),
):
    """Store a new tool after screening its source; nothing of it is executed.

    Raises InvalidInput (name), ToolNameTaken, ToolGrantForbidden, ToolRejected with findings, SandboxUnavailable.
    """

    name: str
    description: str
    code: str
    policy: ToolPolicy = field(default_factory=ToolPolicy)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UpdateTool(
    Command[CustomTool],
    needs="tools:write",
    raises=(
        ToolNotFound,
        ToolIsPrebuilt,
        InvalidInput,
        ToolGrantForbidden,
        ToolRejected,
        StaleVersion,
        SandboxUnavailable,
    ),
):
    """Change a registered tool; None keeps what is there. Makes the tool's next version.

    Raises ToolNotFound, ToolIsPrebuilt, InvalidInput, ToolGrantForbidden, ToolRejected, StaleVersion,
    SandboxUnavailable.
    """

    name: str
    description: str | None = None
    code: str | None = None
    policy: ToolPolicy | None = None
    tags: tuple[str, ...] | None = None
    expected_version: int | None = None


@dataclass(frozen=True)
class RemoveTool(Command[None], needs="tools:write", raises=(ToolNotFound, ToolIsPrebuilt, InUse)):
    """Delete a registered tool. Raises ToolNotFound, ToolIsPrebuilt; InUse when agents have it, unless by `force`."""

    name: str
    force: bool = False


@dataclass(frozen=True)
class ToolRun:
    """What one call by hand gave: the tool's own name, its outcome, how long it took in milliseconds."""

    name: str
    outcome: ToolOutcome
    duration_ms: float


@dataclass(frozen=True)
class ExecuteTool(
    Command[ToolRun],
    needs="tools:run",
    raises=(
        ToolNotFound,
        InvalidArguments,
        ToolFailed,
        ToolTimeout,
        ToolDisabled,
        ToolUnconfigured,
        SandboxUnavailable,
        SandboxBusy,
    ),
    scope="none",
    unaudited="the sandbox writes a line of every call",
):
    """Call a tool once.

    Raises ToolNotFound, InvalidArguments, ToolFailed and its kinds, SandboxUnavailable, SandboxBusy.

    A call may take a minute and holds no database session.
    """

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RegisterToolHandler:
    """Handles RegisterTool."""

    tools: CustomTools
    uow: UnitOfWork
    catalogue: ToolCatalogue
    sandbox: ToolSandbox
    _: KW_ONLY
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: RegisterTool, caller: Caller) -> CustomTool:
        """Return the tool as stored, with the schema that was read from its source."""
        check_tool_name(message.name)
        if self.catalogue.reserved(message.name):
            raise ToolNameTaken(f"the name {message.name!r} is that of a prebuilt tool, or too much like it")
        check_grants(self.sandbox, message.policy, caller)
        # Screened before the first query, so that no connection is held while the source is looked at.
        reflection = await screened(self.sandbox, message.name, message.code, message.policy)
        if await self.tools.get_by_name(message.name) is not None:
            raise ToolNameTaken(f"there is already a tool named {message.name!r}")
        now = self.clock()
        tool = await self.tools.create(
            CustomTool(
                id=self.new_id(),
                user_id=caller.user_id,
                name=message.name,
                description=message.description,
                code=message.code,
                reflection=reflection,
                policy=message.policy,
                tags=message.tags,
                created_at=now,
                updated_at=now,
            )
        )
        self.uow.record(tool.registered())
        await self.uow.commit()
        return tool


@dataclass(frozen=True, slots=True)
class UpdateToolHandler:
    """Handles UpdateTool."""

    tools: CustomTools
    uow: UnitOfWork
    catalogue: ToolCatalogue
    sandbox: ToolSandbox
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: UpdateTool, caller: Caller) -> CustomTool:
        """Return the tool at its next version."""
        tool = await owned_tool(self.tools, self.catalogue, message.name)
        if message.expected_version not in (None, tool.version):
            raise StaleVersion(
                f"tool {tool.name} is at version {tool.version}, the change was made against "
                f"{message.expected_version}",
                extra={"current_version": tool.version},
            )
        code = tool.code if message.code is None else message.code
        _check_asynchronous(tool, code)
        policy = message.policy or tool.policy
        # Also when the grants stay: a new source would use them.
        check_grants(self.sandbox, policy, caller)
        reflection = await screened(self.sandbox, tool.name, code, policy)
        changed = tool.changed(
            description=tool.description if message.description is None else message.description,
            code=code,
            reflection=reflection,
            policy=policy,
            tags=tool.tags if message.tags is None else message.tags,
            now=self.clock(),
        )
        if changed is tool:
            return tool
        changed = await self.tools.update(changed)
        self.uow.record(changed.registered())
        await self.uow.commit()
        return changed


@dataclass(frozen=True, slots=True)
class RemoveToolHandler:
    """Handles RemoveTool."""

    tools: CustomTools
    uow: UnitOfWork
    catalogue: ToolCatalogue
    uses: Uses
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: RemoveTool, caller: Caller) -> None:
        """Remove it; by force also from under agents that have it."""
        tool = await owned_tool(self.tools, self.catalogue, message.name)
        if not message.force:
            refuse_used(f"the tool {tool.name!r}", await self.uses.of_tool(tool.name))
        await self.tools.delete(tool.id)
        self.uow.record(
            ToolRemoved(occurred_at=self.clock(), user_id=caller.user_id, tool_name=tool.name, version=tool.version)
        )
        await self.uow.commit()


@dataclass(frozen=True, slots=True)
class ExecuteToolHandler:
    """Handles ExecuteTool."""

    catalogue: CallableTools
    _: KW_ONLY
    timeout_s: float = MAX_TOOL_TIMEOUT_S

    async def __call__(self, message: ExecuteTool, caller: Caller) -> ToolRun:
        """Return the tool's outcome; the tool checks the arguments against its schema itself."""
        (tool,) = await self.catalogue.resolve([message.name], caller.user_id)
        context = CallContext(user_id=caller.user_id, timeout_s=self.timeout_s)
        started = time.perf_counter()
        outcome = await tool.call(dict(message.arguments), context)
        return ToolRun(tool.name, outcome, (time.perf_counter() - started) * 1000)


async def owned_tool(tools: CustomTools, catalogue: ToolCatalogue, name: str) -> CustomTool:
    """Return the registered tool of this name. Raises ToolIsPrebuilt, ToolNotFound."""
    tool = await tools.get_by_name(name)
    if tool is not None:
        return tool
    if catalogue.reserved(name):
        raise ToolIsPrebuilt(f"the tool {name!r} is part of the product; it cannot be changed or removed")
    raise ToolNotFound(f"there is no tool named {name!r}")


def _check_asynchronous(tool: CustomTool, code: str) -> None:
    """Hold a source to the rules of new ones where the one before it did; one that came in a file never had to."""
    if "async def" in tool.code and "async def" not in code:
        missing = Violation("/code", "async_def", "must contain `async def`")
        raise InvalidInput("the source does not fit", violations=[missing])


def check_grants(sandbox: ToolSandbox, policy: ToolPolicy, caller: Caller) -> None:
    """Leave what goes beyond the installation's defaults to administrators. Raises ToolGrantForbidden."""
    beyond: Sequence[str] = () if caller.is_admin else sandbox.beyond_default(policy)
    if beyond:
        raise ToolGrantForbidden(f"an administrator has to grant a tool {', '.join(beyond)}")


async def screened(sandbox: ToolSandbox, name: str, code: str, policy: ToolPolicy) -> ToolReflection:
    """Return what the screen read from the source. Raises ToolRejected with its findings, SandboxUnavailable."""
    screening = await sandbox.screen(name, code, policy)
    if screening.findings or screening.reflection is None:
        raise rejected(screening.findings)
    return screening.reflection


def rejected(findings: Sequence[Finding]) -> ToolRejected:
    """Return the refusal of a source, with all that the screen objects to."""
    detail = f"line {findings[0].line}: {findings[0].message}" if findings else "the source has no entry point"
    reported = [finding.model_dump() for finding in findings]
    return ToolRejected(f"the source was refused: {detail}", extra={"findings": reported})
