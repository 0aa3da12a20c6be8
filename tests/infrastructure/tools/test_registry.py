"""The registry: names, filtering, code that runs elsewhere, the list; and that it stays small."""

import ast
import inspect
from pathlib import Path

import pytest

from dynagent.core.tools import BaseTool, Finding, SandboxUnavailable, Screening, ToolRejected
from dynagent.infrastructure.tools import registry as registry_module
from dynagent.infrastructure.tools.prebuilt import prebuilt_registry
from dynagent.infrastructure.tools.registry import ToolRegistry
from dynagent.infrastructure.tools.sandboxed import SandboxedCode
from tests.fakes.tools import FakeSandbox

REVERSE = "async def reverse_string(text: str) -> str:\n    return text[::-1]"


class GreeterTool(BaseTool):
    """Greet somebody.

    A second paragraph that the model need not see.
    """

    def __init__(self, greeting: str = "Hello", punctuation: str = "!") -> None:
        self.greeting = greeting
        self.punctuation = punctuation

    async def _arun(self, name: str) -> str:
        return f"{self.greeting} {name}{self.punctuation}"


class NamedTool(BaseTool):
    """Has a name of its own."""

    name = "text_shouter"
    aliases = ("shout",)

    async def _arun(self, text: str) -> str:
        return text.upper()


async def double(number: int) -> int:
    """Double a number.

    number: The number to double.
    """
    return 2 * number


def test_the_file_stays_under_fifty_lines() -> None:
    assert len(Path(inspect.getfile(registry_module)).read_text().splitlines()) < 50


def test_nothing_in_the_package_executes_source() -> None:
    folder = Path(inspect.getfile(registry_module)).parent
    for path in folder.rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        assert not names & {"exec", "eval", "compile", "__import__"}, path


def test_a_name_comes_from_the_class_and_an_explicit_one_wins() -> None:
    registry = ToolRegistry()
    registry.register(GreeterTool)
    registry.register(NamedTool)
    assert set(registry.list_tools()) == {"greeter", "text_shouter"}
    assert registry.get_tool_class("shout") is NamedTool
    assert registry.get_tool_class("named") is None


def test_the_list_is_as_the_seed_says() -> None:
    registry = ToolRegistry()
    registry.register(GreeterTool)
    assert registry.list_tools() == {
        "greeter": {"class": "GreeterTool", "description": "Greet somebody.", "parameters": ["greeting", "punctuation"]}
    }


async def test_create_tool_passes_only_what_the_constructor_takes() -> None:
    registry = ToolRegistry()
    registry.register(GreeterTool)
    tool = registry.create_tool("greeter", greeting="Hi", api_key="not for this one")
    assert await tool.execute({"name": "Ada"}) == "Hi Ada!"


def test_create_tool_refuses_an_unknown_type() -> None:
    with pytest.raises(ValueError, match=r"^Unknown tool: nothing$"):
        ToolRegistry().create_tool("nothing")


async def test_an_async_function_is_wrapped() -> None:
    registry = ToolRegistry()
    registry.register(double)
    tool = registry.create_tool("double")
    assert await tool.execute({"number": "21"}) == 42
    assert tool.parameters()["properties"]["number"]["description"] == "The number to double."


@pytest.mark.parametrize("thing", [BaseTool, object, len, "code", None, lambda: 1])
def test_what_is_no_tool_is_refused(thing: object) -> None:
    with pytest.raises(TypeError, match="is no tool"):
        ToolRegistry().register(thing)


def test_a_taken_name_or_alias_is_refused_and_changes_nothing() -> None:
    class ShoutTool(GreeterTool):
        """Its name is another's alias."""

    class Tool(GreeterTool):
        """Its name is empty."""

    registry = ToolRegistry()
    registry.register(NamedTool)
    for tool_class in (NamedTool, ShoutTool, Tool):
        with pytest.raises(ValueError, match="empty or taken"):
            registry.register(tool_class)
    assert set(registry.list_tools()) == {"text_shouter"}


async def test_code_becomes_a_class_that_runs_in_the_sandbox() -> None:
    sandbox = FakeSandbox(does=lambda arguments: arguments["text"][::-1])
    registry = ToolRegistry(SandboxedCode(sandbox))
    await registry.register_from_code(REVERSE, "reverse_string")
    tool = registry.create_tool("reverse_string")
    assert await tool.execute({"text": "abc"}) == "cba"
    assert sandbox.screened[0][:2] == ("reverse_string", REVERSE)
    assert sandbox.runs[0][0].code == REVERSE
    assert registry.list_tools()["reverse_string"]["class"] == "reverse_string"
    assert tool.parameters() == sandbox.runs[0][0].reflection.parameters


async def test_code_is_never_executed_here(tmp_path: Path) -> None:
    trap = tmp_path / "executed"
    code = f"open({str(trap)!r}, 'w').write('x')\nasync def trap() -> str:\n    return ''"
    registry = ToolRegistry(SandboxedCode(FakeSandbox()))
    await registry.register_from_code(code, "trap")
    assert not trap.exists()


async def test_refused_code_says_why_and_is_not_registered() -> None:
    finding = Finding(rule="import", line=1, column=0, message="os cannot be imported")
    registry = ToolRegistry(SandboxedCode(FakeSandbox(screening=Screening(findings=(finding,)))))
    with pytest.raises(ToolRejected, match="os cannot be imported") as refusal:
        await registry.register_from_code("import os", "bad_tool")
    assert refusal.value.extra["findings"][0]["line"] == 1
    assert registry.list_tools() == {}


async def test_without_a_sandbox_no_code_is_taken() -> None:
    with pytest.raises(SandboxUnavailable):
        await ToolRegistry().register_from_code(REVERSE, "reverse_string")


def test_the_shipped_tools() -> None:
    registry = prebuilt_registry()
    shipped = {"calculator", "chatbot", "code_interpreter", "computer", "duckduckgo", "summarizer", "web_search"}
    shipped |= {"answer_with_context", "file_search", "index_documents", "knowledge_base_search_tool"}
    shipped |= {"retrieve_context", "retriever"}
    assert set(registry.list_tools()) == shipped
    assert registry.get_tool_class("text_summarizer") is registry.get_tool_class("summarizer")
    assert "api_key" in registry.list_tools()["web_search"]["parameters"]
