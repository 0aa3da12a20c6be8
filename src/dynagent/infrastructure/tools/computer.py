"""A small computer for agents: files of its own per execution, commands, pages of the web.

Commands, files and pages are handled in the sandbox; no program and no file of this machine is ever touched. Every
operation is written to the audit log.
"""

from typing import Annotated, Any, ClassVar, Literal, cast

import httpx2
from pydantic import Field

from dynagent.core.shared.errors import DynagentError
from dynagent.core.tools import BaseTool, CallContext, ToolFailed, ToolUnconfigured
from dynagent.infrastructure.sandbox.shipped import ShippedCode
from dynagent.infrastructure.tools.context import current_call
from dynagent.infrastructure.tools.workspaces import Workspaces

Operation = Literal["run", "list", "read", "write", "browse"]
ALLOWED_COMMANDS = ("ls", "cat", "find")
BLOCKED_PATHS = ("/etc", "/usr", "/home")
_PAGE_CHARACTERS = 300_000


class ComputerTool(BaseTool):
    """Work on a small computer: run commands, list, read and write files of this execution, read web pages."""

    name: ClassVar[str] = "computer"
    aliases: ClassVar[tuple[str, ...]] = ("computer_automation",)
    needs: ClassVar[tuple[str, ...]] = ("sandbox", "workspaces")
    repeatable: ClassVar[bool] = False

    def __init__(
        self,
        allowed_commands: list[str] | None = None,
        blocked_paths: list[str] | None = None,
        max_execution_time: Annotated[float, Field(gt=0, le=60)] = 5.0,
        read_only: bool = True,
        *,
        sandbox: ShippedCode | None = None,
        workspaces: Workspaces | None = None,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        self._rules: dict[str, Any] = {
            "allowed_commands": list(ALLOWED_COMMANDS if allowed_commands is None else allowed_commands),
            "blocked_paths": list(BLOCKED_PATHS if blocked_paths is None else blocked_paths),
            "read_only": read_only,
        }
        self._timeout_s = max_execution_time
        self._sandbox, self._workspaces, self._client = sandbox, workspaces, client

    async def _arun(
        self,
        operation: Operation,
        *,
        command: Annotated[str, Field(max_length=2000)] = "",
        path: Annotated[str, Field(max_length=500)] = "/",
        content: Annotated[str, Field(max_length=80_000)] = "",
        url: Annotated[str, Field(max_length=2000)] = "",
    ) -> str:
        """Operate.

        operation: What to do.
        command: For `run`: a command line, for example `find / -name *.txt | head`.
        path: For `list`, `read` and `write`: an absolute path on this computer.
        content: For `write`: the file's whole text.
        url: For `browse`: the page's http or https address.
        """
        if self._sandbox is None or self._workspaces is None:
            raise ToolUnconfigured("the computer has no sandbox to run in")
        context = current_call()
        arguments = {"command": command, "path": path, "content": content}
        subject = {"run": command, "browse": url}.get(operation, path)
        verdict = "failed"
        try:
            if operation == "browse":
                arguments = {"content": await self._page(url)}
            output = await self._operate("page" if operation == "browse" else operation, arguments, context)
            verdict = "done"
            return output
        except DynagentError as error:
            verdict = error.code
            raise
        finally:
            self._sandbox.record(
                "computer.operation", context, operation=operation, subject=subject[:500], verdict=verdict
            )

    async def _operate(self, operation: str, arguments: dict[str, str], context: CallContext) -> str:
        """Have it done on this execution's files and keep what has changed. Raises ToolFailed and its kin."""
        assert self._sandbox is not None and self._workspaces is not None
        async with self._workspaces.of(context) as workspace:
            outcome = await self._sandbox.run_shipped(
                "operate",
                {"operation": operation, "arguments": arguments, "files": workspace.files, "rules": self._rules},
                context,
                timeout_s=self._timeout_s,
            )
            reported = cast("dict[str, Any]", outcome.result or {})
            if "refused" in reported:
                raise ToolFailed(str(reported["refused"]))
            if isinstance(changed := reported.get("files"), dict):
                files = cast("dict[str, Any]", changed)
                await workspace.keep({name: str(text) for name, text in files.items()})
            return str(reported.get("output", ""))

    async def _page(self, url: str) -> str:
        """Return a page's HTML through the guarded client: public addresses only, bounded. Raises ToolFailed."""
        if self._client is None:
            raise ToolFailed("this computer has no way to the web")
        if not url.lower().startswith(("http://", "https://")):
            raise ToolFailed("only http and https addresses can be browsed")
        try:
            answer = await self._client.get(url, timeout=self._timeout_s, follow_redirects=True)
        except httpx2.HTTPError as error:
            raise ToolFailed(f"the page cannot be read: {type(error).__name__}") from None
        if answer.status_code >= 400:
            raise ToolFailed(f"the page answers with status {answer.status_code}")
        return answer.text[:_PAGE_CHARACTERS]
