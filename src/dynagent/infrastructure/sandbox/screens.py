"""Asks a throw-away child for the screen's verdict; a child that dies of a source condemns only the source."""

from typing import Any, cast

import pydantic

from dynagent.core.tools import Finding, SandboxUnavailable, Screening, ToolReflection, ToolsFile
from dynagent.infrastructure.sandbox.children import CallTimedOut, ChildDied
from dynagent.infrastructure.sandbox.pool import Pool
from dynagent.infrastructure.sandbox.protocol import ProtocolError
from dynagent.infrastructure.sandbox.settings import SandboxSettings

_TIMEOUT_S = 3.0
_LONGEST_SENT = 2100


class Screens:
    """Screens sources in children of the core pool."""

    def __init__(self, pool: Pool, settings: SandboxSettings) -> None:
        self._pool, self._settings = pool, settings

    async def screen(self, name: str, code: str, *, network: bool, networked: list[str]) -> Screening:
        """Return findings, or reflection and program. Raises SandboxUnavailable, SandboxBusy."""
        request: dict[str, Any] = {
            "op": "screen",
            "name": name[:100],
            "code": [ord(character) for character in code[:_LONGEST_SENT]],
            "network": network,
            "libraries": self._settings.installed_libraries,
            "networked": networked,
        }
        read = await self._read(request)
        if isinstance(read, Finding):
            return Screening(findings=(read,))
        try:
            return _verdict(*read)
        except (pydantic.ValidationError, TypeError):
            return Screening(findings=(_unreadable("the source gives a schema that cannot be read"),))

    async def find_tools(self, code: str) -> ToolsFile:
        """Return the tools of a file, or why it cannot be read. Raises SandboxUnavailable, SandboxBusy."""
        read = await self._read({"op": "tools", "code": code})
        if isinstance(read, Finding):
            return ToolsFile(findings=(read,))
        try:
            return ToolsFile.model_validate(read[0])
        except pydantic.ValidationError:
            return ToolsFile(findings=(_unreadable("the file cannot be read"),))

    async def _read(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes] | Finding:
        child = await self._pool.take(self._settings.queue_s)
        try:
            return await child.call(request, b"", timeout_s=_TIMEOUT_S)
        except ChildDied as error:
            if error.ended.status is None:
                raise SandboxUnavailable("the sandbox ended during the screening", retry_after_s=1.0) from None
            return _unreadable("the source ends its reader: it is nested too deeply or too large when compiled")
        except CallTimedOut:
            return _unreadable("the source takes too long to be read")
        except ProtocolError:
            return _unreadable("the source cannot be compiled within the limits")
        finally:
            child.release()


def _verdict(message: dict[str, Any], program: bytes) -> Screening:
    reported = message.get("findings")
    findings = tuple(
        Finding.model_validate(finding)
        for finding in (cast("list[Any]", reported) if isinstance(reported, list) else [])
    )
    if findings:
        return Screening(findings=findings)
    reflection = ToolReflection.model_validate(message.get("reflection"))
    return Screening(reflection=reflection, program=program)


def _unreadable(text: str) -> Finding:
    return Finding(rule="unreadable", line=1, column=0, message=text)
