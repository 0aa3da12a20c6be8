"""Asks a throw-away child for the screen's verdict; a child that dies of a source condemns only the source."""

from typing import Any, cast

import pydantic

from dynagent.core.tools import Finding, SandboxUnavailable, Screening, ToolReflection
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
        child = await self._pool.take(self._settings.queue_s)
        try:
            message, program = await child.call(request, b"", timeout_s=_TIMEOUT_S)
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
        try:
            return _verdict(message, program)
        except (pydantic.ValidationError, TypeError):
            return _unreadable("the source gives a schema that cannot be read")


def _verdict(message: dict[str, Any], program: bytes) -> Screening:
    told = message.get("findings")
    findings = tuple(
        Finding.model_validate(finding) for finding in (cast("list[Any]", told) if isinstance(told, list) else [])
    )
    if findings:
        return Screening(findings=findings)
    reflection = ToolReflection.model_validate(message.get("reflection"))
    return Screening(reflection=reflection, program=program)


def _unreadable(text: str) -> Screening:
    return Screening(findings=(Finding(rule="unreadable", line=1, column=0, message=text),))
