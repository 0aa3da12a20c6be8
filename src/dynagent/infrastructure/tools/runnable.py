"""Tools ready to be called: shipped ones run here under a time limit, registered ones in the sandbox."""

import asyncio
import dataclasses
import linecache
import sys
import traceback
from typing import Any

import structlog

from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.secret_names import without_secrets
from dynagent.core.shared.text import clean_text
from dynagent.core.shared.turns import apart, json_size
from dynagent.core.tools import (
    BaseTool,
    CallContext,
    CustomTool,
    InvalidArguments,
    SandboxUnavailable,
    ToolDisabled,
    ToolFailed,
    ToolOutcome,
    ToolSandbox,
    ToolTimeout,
    ToolUnconfigured,
    place_of,
)
from dynagent.infrastructure.tools.arguments import check_arguments
from dynagent.infrastructure.tools.context import calling
from dynagent.infrastructure.tools.results import json_safe

MAX_FAILURE_TEXT = 2000
MAX_FRAMES = 20

log = structlog.get_logger(__name__)


class PrebuiltTool:
    """A shipped tool under the name an agent gave it; `missing` names what it lacks to work.

    `secrets` are the values of its secret settings: whatever comes back with one of them in it is masked.
    """

    def __init__(self, name: str, tool: BaseTool, missing: tuple[str, ...] = (), secrets: tuple[str, ...] = ()) -> None:
        self.name = name
        self.description = tool.description()
        self.parameters = tool.parameters()
        self.repeatable = tool.repeatable
        self._tool = tool
        self._missing = missing
        self._secrets = secrets

    async def call(self, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Validate and run, at most `context.timeout_s` long. Raises as RunnableTool says, and ToolUnconfigured."""
        if self._missing:
            raise ToolUnconfigured(f"{self.name} needs {', '.join(self._missing)}, which is not there")
        checked = await apart(json_size(arguments), check_arguments, self.parameters, arguments)
        limit = asyncio.timeout(context.timeout_s)
        try:
            async with limit:
                with calling(context):
                    result = await self._tool.execute(checked)
        except (InvalidArguments, SandboxUnavailable, ToolFailed) as error:
            raise self._hushed(error) from None
        except Exception as error:
            if limit.expired():
                raise ToolTimeout(f"{self.name} took longer than {context.timeout_s:g} s") from None
            raise self._failure(error) from error
        return ToolOutcome(without_secrets(json_safe(result), self._secrets))

    def _failure(self, error: Exception) -> ToolFailed:
        if isinstance(error, DynagentError):
            return ToolFailed(self._reported(error.detail), retry_after_s=error.retry_after_s)
        # The traceback would show what the text hides.
        log.warning("tool_broke", tool=self.name, exc_info=None if self._secrets else error)
        reported = self._reported(f"{type(error).__name__}: {error}")
        place = place_of(*_own_frames(self._tool, error), error=reported)
        return ToolFailed(reported, extra=without_secrets(place, self._secrets))

    def _hushed(self, error: InvalidArguments | SandboxUnavailable | ToolFailed) -> DynagentError:
        if not self._secrets:
            return error
        return type(error)(
            without_secrets(error.detail, self._secrets),
            violations=[
                dataclasses.replace(item, detail=without_secrets(item.detail, self._secrets))
                for item in error.violations
            ],
            retry_after_s=error.retry_after_s,
            extra=without_secrets(error.extra, self._secrets),
        )

    def _reported(self, text: str) -> str:
        return clean_text(without_secrets(text, self._secrets))[:MAX_FAILURE_TEXT]


def _own_frames(tool: BaseTool, error: Exception) -> tuple[list[tuple[int, str]], str]:
    """Return (line, function) of the error's frames in the file that the tool's class is written in, and its source."""
    file = getattr(sys.modules.get(type(tool).__module__), "__file__", None)
    if file is None:
        return [], ""
    frames = [
        (line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == file
    ]
    return frames[-MAX_FRAMES:], "".join(linecache.getlines(file))


class RegisteredTool:
    """A user's tool: arguments are checked here, its code runs in the sandbox."""

    def __init__(self, name: str, tool: CustomTool, sandbox: ToolSandbox) -> None:
        self.name = name
        self.description = tool.description
        self.parameters = tool.reflection.parameters
        self.repeatable = tool.policy.repeatable
        self._tool = tool
        self._sandbox = sandbox

    async def call(self, arguments: dict[str, Any], context: CallContext) -> ToolOutcome:
        """Validate and have it run. Raises as RunnableTool says, and ToolDisabled."""
        if self._tool.disabled:
            reason = self._tool.disabled_reason or "its owner has switched it off"
            raise ToolDisabled(f"tool {self.name!r} is disabled: {reason}")
        checked = await apart(json_size(arguments), check_arguments, self.parameters, arguments)
        outcome = await self._sandbox.run(self._tool, checked, context)
        result = await apart(json_size(outcome.result), json_safe, outcome.result)
        return dataclasses.replace(outcome, result=result, logs=clean_text(outcome.logs))
