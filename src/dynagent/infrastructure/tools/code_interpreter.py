"""Python that a model wrote, run in the same sandbox as registered tools."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from dynagent.core.tools import BaseTool, ToolFailed, ToolUnconfigured
from dynagent.infrastructure.sandbox.shipped import ShippedCode
from dynagent.infrastructure.tools.context import current_call

_TIMEOUT_S = 30.0


class CodeInterpreterTool(BaseTool):
    """Run Python and return what it prints and the value of its last expression; no files, no network."""

    name: ClassVar[str] = "code_interpreter"
    needs: ClassVar[tuple[str, ...]] = ("sandbox",)

    def __init__(self, sandbox: ShippedCode | None = None) -> None:
        self._sandbox = sandbox

    async def _arun(self, code: Annotated[str, Field(min_length=1, max_length=20_000)]) -> dict[str, Any]:
        """Run.

        code: Python source; `await` works at the top level, every call starts anew.
        """
        if self._sandbox is None:
            raise ToolUnconfigured("the code interpreter has no sandbox to run in")
        context = current_call()
        self._sandbox.record("interpreter.run", context, characters=len(code))
        try:
            outcome = await self._sandbox.run_shipped(
                "interpret", {"code": code}, context, timeout_s=_TIMEOUT_S, code=code
            )
        except ToolFailed as failure:
            raise type(failure)(_reported(failure), extra=failure.extra) from None
        return {"result": outcome.result, "output": outcome.logs}


def _reported(failure: ToolFailed) -> str:
    """Return the error as the model needs it: where, what, and what was printed before."""
    lines, logs = failure.extra.get("lines"), failure.extra.get("logs")
    place = f"line {lines[-1]}: " if lines else ""
    return f"{place}{failure.detail}" + (f"\nprinted before: {logs}" if logs else "")
