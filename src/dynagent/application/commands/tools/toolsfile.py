"""Importing the tools of a file: found and screened one by one, then entered together or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dynagent.application.commands.tools.change import check_grants, rejected
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.tools import (
    TOOL_NAME,
    CustomTool,
    CustomTools,
    Finding,
    FoundTool,
    ToolCatalogue,
    ToolNameTaken,
    ToolPolicy,
    ToolReflection,
    ToolRejected,
    ToolSandbox,
)

Fate = Literal["registered", "updated", "unchanged", "valid", "rejected", "taken", "skipped"]
MIN_DESCRIPTION, MAX_DESCRIPTION = 5, 120


@dataclass(frozen=True, slots=True)
class ImportedTool:
    """A tool of the file, what became of it, and why: `findings` speak of lines of its own source."""

    found: FoundTool
    fate: Fate
    parameters: dict[str, Any] | None = None
    reason: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ImportTools(Returns[Sequence[ImportedTool]]):
    """Enter every LangChain tool of a file, all or none; plain functions are left out and told.

    With `dry_run` nothing is stored and nothing but an unreadable file is refused; `replace` makes new versions of
    tools that are there. Raises ToolRejected (unreadable, or `extra["tools"]` says what is wrong with which tool),
    ToolNameTaken, ToolGrantForbidden, SandboxUnavailable.
    """

    code: str
    policy: ToolPolicy = field(default_factory=ToolPolicy)
    tags: tuple[str, ...] = ()
    dry_run: bool = False
    replace: bool = False


@dataclass(frozen=True, slots=True)
class _Judged:
    """A tool of the file after the screen: what it reflected, or the verdict that ends it."""

    reported: ImportedTool
    reflection: ToolReflection | None = None


class ImportToolsHandler:
    """Handles ImportTools."""

    def __init__(
        self,
        tools: CustomTools,
        uow: UnitOfWork,
        catalogue: ToolCatalogue,
        sandbox: ToolSandbox,
        *,
        clock: Clock = utc_now,
        new_id: NewId = new_id,
    ) -> None:
        self._tools = tools
        self._uow = uow
        self._catalogue = catalogue
        self._sandbox = sandbox
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, message: ImportTools, caller: Caller) -> Sequence[ImportedTool]:
        """Return what became of each tool, in the file's order."""
        check_grants(self._sandbox, message.policy, caller)
        file = await self._sandbox.find_tools(message.code)
        if file.findings:
            raise rejected(file.findings)
        judged = [await self._judged(found, message, file.tools[:place]) for place, found in enumerate(file.tools)]
        there = {tool.name: tool for tool in await self._tools.get_by_names([found.name for found in file.tools])}
        reported = [self._weighed(one, there, replace=message.replace) for one in judged]
        if message.dry_run:
            return reported
        _check(reported)
        reported = [
            one.reported if one.reflection is None else await self._entered(one, there, message, caller)
            for one in judged
        ]
        await self._uow.commit()
        return reported

    async def _judged(self, found: FoundTool, message: ImportTools, before: Sequence[FoundTool]) -> _Judged:
        if not found.langchain_compatible:
            why = "LangChain does not know it as a tool: mark the function with `@tool` of langchain_core.tools"
            return _Judged(ImportedTool(found, "skipped", reason=why))
        if not TOOL_NAME.fullmatch(found.name):
            why = f"its name must match {TOOL_NAME.pattern} (3 to 31 characters)"
            return _Judged(ImportedTool(found, "rejected", reason=why))
        if self._catalogue.reserved(found.name) or any(found.name == other.name for other in before):
            why = "the name belongs to a prebuilt tool or looks like one, or stands twice in the file"
            return _Judged(ImportedTool(found, "taken", reason=why))
        screening = await self._sandbox.screen(found.name, found.code, message.policy)
        if screening.findings or screening.reflection is None:
            why = "the source was refused"
            return _Judged(ImportedTool(found, "rejected", reason=why, findings=tuple(screening.findings)))
        reflection = screening.reflection
        return _Judged(ImportedTool(found, "valid", parameters=reflection.parameters), reflection)

    def _weighed(self, one: _Judged, there: dict[str, CustomTool], *, replace: bool) -> ImportedTool:
        reported = one.reported
        if reported.fate == "valid" and reported.found.name in there and not replace:
            return ImportedTool(reported.found, "taken", reported.parameters, reason="you have a tool of this name")
        return reported

    async def _entered(
        self, one: _Judged, there: dict[str, CustomTool], message: ImportTools, caller: Caller
    ) -> ImportedTool:
        found, reflection, now = one.reported.found, one.reflection, self._clock()
        assert reflection is not None
        fields: dict[str, Any] = {
            "description": _description(found),
            "code": found.code,
            "policy": message.policy,
            "tags": message.tags,
        }
        old = there.get(found.name)
        if old is None:
            tool = await self._tools.create(
                CustomTool(
                    id=self._new_id(),
                    user_id=caller.user_id,
                    name=found.name,
                    reflection=reflection,
                    created_at=now,
                    updated_at=now,
                    **fields,
                )
            )
        elif (tool := old.changed(reflection=reflection, now=now, **fields)) is not old:
            tool = await self._tools.update(tool)
        fate: Fate = "registered" if old is None else "unchanged" if tool is old else "updated"
        if fate != "unchanged":
            self._uow.record(tool.registered())
        return ImportedTool(found, fate, one.reported.parameters)


def _check(reported: Sequence[ImportedTool]) -> None:
    """Refuse the file as a whole when one of its tools cannot be entered, or when there is none."""
    wrong = [one for one in reported if one.fate == "rejected"]
    taken = [one for one in reported if one.fate == "taken"]
    if wrong or (not any(one.fate == "valid" for one in reported) and not taken):
        named = "; ".join(f"{one.found.name} (line {one.found.line}): {_why(one)}" for one in wrong)
        raise ToolRejected(
            f"the file was refused: {named}" if named else "the file holds no LangChain tool",
            extra={"tools": _reported(reported)},
        )
    if taken:
        named = "; ".join(f"{one.found.name} (line {one.found.line}): {one.reason}" for one in taken)
        raise ToolNameTaken(f"nothing was imported: {named}", extra={"tools": _reported(reported)})


def _why(one: ImportedTool) -> str:
    return one.findings[0].message if one.findings else one.reason or ""


def _reported(reported: Sequence[ImportedTool]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.found.name,
            "line": one.found.line,
            "status": one.fate,
            "reason": one.reason,
            "findings": [finding.model_dump() for finding in one.findings],
        }
        for one in reported
    ]


def _description(found: FoundTool) -> str:
    """What the file says, within the bounds of registered tools."""
    text = found.description if len(found.description) >= MIN_DESCRIPTION else f"The tool {found.name}"
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 1] + "…"
