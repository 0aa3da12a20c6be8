"""Code of the product's own that runs in children like any tool's: what it is called and what it may take."""

from datetime import UTC, datetime
from typing import Any, Protocol

from dynagent.core.tools import CallContext, CustomTool, ToolOutcome, ToolPolicy, ToolReflection
from dynagent.infrastructure.sandbox.call_grants import CallGrants
from dynagent.infrastructure.sandbox.settings import SandboxSettings

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


class ShippedCode(Protocol):
    """What the code interpreter and the computer need of the sandbox."""

    async def run_shipped(
        self, entry: str, arguments: dict[str, Any], context: CallContext, *, timeout_s: float, code: str = ""
    ) -> ToolOutcome:
        """Run one of the product's own entries confined like a tool. Raises ToolFailed and its kin."""
        ...

    def record(self, name: str, context: CallContext, **fields: Any) -> None:
        """Tell the audit."""
        ...


def shipped_tool(entry: str, user_id: str, timeout_s: float, code: str = "") -> CustomTool:
    """Return the stand-in that calls and audit events name; `code` is what a model wrote, for errors to quote."""
    return CustomTool(
        id=f"shipped:{entry}",
        user_id=user_id,
        name=entry,
        description="Part of the product",
        code=code,
        reflection=ToolReflection(entry=entry, shape="sync", description="", parameters={}),
        policy=ToolPolicy(timeout_s=timeout_s),
        created_at=_BEGINNING,
        updated_at=_BEGINNING,
    )


def shipped_grants(text: str, settings: SandboxSettings) -> CallGrants:
    """Return what such a call gets: no host, no secret; third-party libraries when the text names one."""
    named = any(library in text for library in settings.libraries)
    return CallGrants("full" if named else "core", (), {})
