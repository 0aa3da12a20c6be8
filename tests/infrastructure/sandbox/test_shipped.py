"""The code interpreter and the computer: the product's own code in the sandbox."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from dynagent.core.tools import CallContext, ToolFailed, ToolMemoryLimit, ToolPolicyViolation, ToolTimeout
from dynagent.infrastructure.sandbox.audit import AuditEvent
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.tools.code_interpreter import CodeInterpreterTool
from dynagent.infrastructure.tools.computer import ComputerTool
from dynagent.infrastructure.tools.context import calling
from dynagent.infrastructure.tools.workspaces import Workspaces

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCRIPTS: dict[str, tuple[str, Any]] = {
    "an expression": ("1 + 1", {"result": 2, "output": ""}),
    "prints": ("for i in range(2):\n    print(i)", {"result": None, "output": "0\n1\n"}),
    "functions that see each other": ("def a(): return b()\ndef b(): return 3\na()", {"result": 3, "output": ""}),
    "await": ("import asyncio\nawait asyncio.sleep(0, 'slept')", {"result": "slept", "output": ""}),
    "no JSON": ("object", {"result": "<class 'object'>", "output": ""}),
    "a library": ("import pydantic\npydantic.TypeAdapter(int).validate_python('4')", {"result": 4, "output": ""}),
}


@pytest.mark.parametrize("kind", SCRIPTS)
async def test_the_interpreter_runs_scripts(sandbox: ZygoteSandbox, kind: str) -> None:
    code, expected = SCRIPTS[kind]
    assert await CodeInterpreterTool(sandbox).execute({"code": code}) == expected


async def test_the_interpreter_says_where_it_failed(sandbox: ZygoteSandbox) -> None:
    with pytest.raises(ToolFailed, match="line 2: ZeroDivisionError: division by zero\nprinted before: hi"):
        await CodeInterpreterTool(sandbox).execute({"code": "print('hi')\n1 / 0"})
    with pytest.raises(ToolFailed, match="SyntaxError"):
        await CodeInterpreterTool(sandbox).execute({"code": "1 +"})


async def test_the_interpreter_is_confined(sandbox: ZygoteSandbox) -> None:
    interpreter = CodeInterpreterTool(sandbox)
    for code in (
        "open('/etc/passwd').read()",
        "import os\nos.fork()",
        "import socket\nsocket.create_connection(('1.1.1.1', 53))",
    ):
        with pytest.raises(ToolFailed, match="Error"):
            await interpreter.execute({"code": code})
    with pytest.raises(ToolPolicyViolation):
        await interpreter.execute({"code": "import os\nos.execv('/bin/sh', ['sh'])"})
    with pytest.raises(ToolMemoryLimit):
        await interpreter.execute({"code": "bytearray(1 << 30)"})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """A web of one page."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        page = "<html><script>bad()</script><h1>News</h1><p>It <b>rains</b>. <a href='https://a.example/'>more</a></p>"
        return httpx2.Response(404 if "gone" in str(request.url) else 200, text=page)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        yield client


@pytest.fixture
def desk(sandbox: ZygoteSandbox, client: httpx2.AsyncClient, tmp_path: Path) -> Any:
    """Returns what operates a computer with given settings, in one execution."""

    async def operate(
        operation: str, execution: str = "run-1", settings: dict[str, Any] | None = None, **arguments: str
    ) -> str:
        chosen: dict[str, Any] = {
            "read_only": False,
            "allowed_commands": ["ls", "cat", "find", "sleep", "echo", "wc", "rm"],
        }
        computer = ComputerTool(
            **(chosen | (settings or {})), sandbox=sandbox, workspaces=Workspaces(tmp_path / "w"), client=client
        )
        with calling(CallContext(user_id="ana", timeout_s=30.0, execution_id=execution)):
            return await computer.execute({"operation": operation, **arguments})

    return operate


async def test_files_live_as_long_as_their_execution(desk: Any) -> None:
    assert await desk("write", path="/notes/a.txt", content="one\ntwo\n") == "/notes/a.txt is written"
    assert await desk("read", path="notes/a.txt") == "one\ntwo\n"
    assert await desk("list") == "notes/"
    assert await desk("run", command="find / -name '*.txt'") == "/notes/a.txt\n"
    assert await desk("run", command="cat /notes/a.txt | wc -l") == "2\n"
    assert await desk("list", execution="run-2") == ""
    assert await desk("run", command="rm -r notes") == ""
    assert await desk("list") == ""


REFUSED: dict[str, tuple[str, dict[str, str], str]] = {
    "a command that is not allowed": ("run", {"command": "curl x"}, "'curl' is not allowed"),
    "the second of two": ("run", {"command": "ls | sh"}, "'sh' is not allowed"),
    "a chain": ("run", {"command": "ls; rm -rf /"}, "only commands joined"),
    "a background": ("run", {"command": "ls & ls"}, "only commands joined"),
    "a redirection": ("run", {"command": "echo x > /a"}, "only commands joined"),
    "an option with a hidden meaning": ("run", {"command": "find / -exec sh"}, "unrecognized"),
    "a blocked path": ("read", {"path": "/etc/passwd"}, "blocked"),
    "a blocked path with more slashes": ("read", {"path": "//etc//passwd"}, "blocked"),
    "a blocked path by dots": ("read", {"path": "/tmp/../etc/passwd"}, "blocked"),
    "a blocked path in a command": ("run", {"command": "cat /usr/x"}, "blocked"),
    "writing to a blocked path": ("write", {"path": "/usr/x", "content": ""}, "blocked"),
    "what is not there": ("read", {"path": "/no"}, "no such file"),
    "an address that is none": ("browse", {"url": "file:///etc/passwd"}, "only http"),
    "a page that is gone": ("browse", {"url": "http://example.com/gone"}, "404"),
    "an unclosed quote": ("run", {"command": "echo 'x"}, "cannot be read"),
}


@pytest.mark.parametrize("kind", REFUSED)
async def test_refusals_are_told_and_audited(desk: Any, events: list[AuditEvent], kind: str) -> None:
    operation, arguments, text = REFUSED[kind]
    with pytest.raises(ToolFailed, match=text):
        await desk(operation, **arguments)
    told = [event for event in events if event.name == "computer.operation"][-1]
    assert told.fields["operation"] == operation
    assert told.fields["verdict"] == "tool_error"
    assert told.user_id == "ana"


async def test_by_default_it_is_read_only_with_three_commands(desk: Any) -> None:
    defaults = {"read_only": True, "allowed_commands": None}
    with pytest.raises(ToolFailed, match="read only"):
        await desk("write", settings=defaults, path="/a", content="x")
    with pytest.raises(ToolFailed, match="allowed are ls, cat, find"):
        await desk("run", settings=defaults, command="echo x")


async def test_a_sleeping_command_ends_at_the_limit(desk: Any) -> None:
    with pytest.raises(ToolTimeout):
        await desk("run", settings={"max_execution_time": 0.3}, command="sleep 20")


async def test_pages_are_read_as_text(desk: Any) -> None:
    assert await desk("browse", url="https://example.com/") == "News\nIt rains. <https://a.example/> more"


async def test_the_working_directory_is_bounded(desk: Any) -> None:
    await desk("write", path="/a", content="x" * 60_000)
    with pytest.raises(ToolFailed, match="holds at most"):
        await desk("write", path="/b", content="x" * 60_000)
