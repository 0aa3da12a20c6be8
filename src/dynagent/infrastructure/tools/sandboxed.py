"""Source that becomes a tool class without ever running here: screened and called in the sandbox."""

from datetime import datetime
from typing import Any

from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.tools import BaseTool, CustomTool, ToolPolicy, ToolReflection, ToolRejected, ToolSandbox
from dynagent.infrastructure.tools.context import current_call


class SandboxedCode:
    """Loads code for `ToolRegistry.register_from_code`: the class it returns is a stand-in that calls the sandbox."""

    def __init__(
        self, sandbox: ToolSandbox, *, policy: ToolPolicy | None = None, clock: Clock = utc_now, ids: NewId = new_id
    ) -> None:
        self._sandbox = sandbox
        self._policy = policy or ToolPolicy()
        self._clock = clock
        self._ids = ids

    async def __call__(self, code: str, tool_name: str) -> type[BaseTool]:
        """Screen the source and return its stand-in. Raises ToolRejected with the findings, SandboxUnavailable."""
        screening = await self._sandbox.screen(tool_name, code, self._policy)
        if screening.findings or screening.reflection is None:
            raise ToolRejected(
                "the source cannot be a tool: " + "; ".join(finding.message for finding in screening.findings),
                extra={"findings": [finding.model_dump() for finding in screening.findings]},
            )
        return _stand_in(self._sandbox, self._tool(tool_name, code, screening.reflection, self._clock()))

    def _tool(self, name: str, code: str, reflection: ToolReflection, now: datetime) -> CustomTool:
        return CustomTool(
            id=self._ids(),
            user_id=current_call().user_id,
            name=name,
            description=reflection.description,
            code=code,
            reflection=reflection,
            policy=self._policy,
            created_at=now,
            updated_at=now,
        )


def _stand_in(sandbox: ToolSandbox, tool: CustomTool) -> type[BaseTool]:
    class Sandboxed(BaseTool):
        name = tool.name
        repeatable = tool.policy.repeatable

        @classmethod
        def description(cls) -> str:
            return tool.description

        @classmethod
        def parameters(cls) -> dict[str, Any]:
            return tool.reflection.parameters

        async def _arun(self, **arguments: Any) -> Any:
            return (await sandbox.run(tool, arguments, current_call())).result

        async def execute(self, arguments: dict[str, Any]) -> Any:
            return await self._arun(**arguments)

    Sandboxed.__name__ = tool.reflection.entry
    return Sandboxed
