"""The tools of a file, cut out of it: which there are, whether they are LangChain's, what each one needs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from dynagent.infrastructure.sandbox.inside.toolsfile import LONGEST, MAXIMUM, MOST, read_tools
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox

FILE = '''"""Tools of an agent."""
from __future__ import annotations

import json, math
from typing import Optional

from langchain_core.tools import BaseTool, StructuredTool, tool
from pydantic import BaseModel, Field

RATE = 1.19
UNUSED = json.dumps({})


def with_tax(amount: float) -> float:
    return math.ceil(amount * RATE)


@tool
def price(amount: float) -> float:
    """Price with tax.

    More about it.
    """
    return with_tax(amount)


@tool("shout_it")
async def shout(text: str, times: Optional[int] = None) -> str:
    """Say it loud."""
    return text.upper() * (times or 1)


class Search(BaseModel):
    text: str = Field(description="What to look for.")


class Finder(BaseTool):
    name: str = "finder"
    description: str = "Finds nothing."
    args_schema: type[BaseModel] = Search

    def _run(self, text: str) -> str:
        return "nothing"


def reverse_text(text: str) -> str:
    """Backwards."""
    return text[::-1]


reverse = StructuredTool.from_function(func=reverse_text, name="reverse_it", description="Turn a text round.")


async def helper() -> int:
    return 1


async def plain(text: str) -> int:
    """Only a function."""
    return await helper()


print("never executed")
'''


def read(code: str) -> dict[str, Any]:
    return read_tools({"op": "tools", "code": code})[0]


def test_every_tool_is_found_in_the_files_order() -> None:
    told = read(FILE)

    assert told["findings"] == []
    assert [(t["name"], t["kind"], t["langchain_compatible"], t["description"]) for t in told["tools"]] == [
        ("price", "decorated", True, "Price with tax."),
        ("shout_it", "decorated", True, "Say it loud."),
        ("finder", "class", True, "Finds nothing."),
        ("reverse_it", "StructuredTool", True, "Turn a text round."),
        ("plain", "function", False, "Only a function."),
    ]
    lines = FILE.split("\n")
    assert [lines[tool["line"] - 1] for tool in told["tools"]] == [
        "@tool", '@tool("shout_it")', "class Finder(BaseTool):", "def reverse_text(text: str) -> str:",
        "async def plain(text: str) -> int:",
    ]  # fmt: skip


def test_each_source_has_what_the_tool_needs_and_nothing_else() -> None:
    price, shout, finder, reverse, plain = (tool["code"] for tool in read(FILE)["tools"])

    assert price.startswith("import math\nfrom langchain_core.tools import tool\nRATE = 1.19\ndef with_tax")
    assert "json" not in price and "UNUSED" not in price and price.endswith("return with_tax(amount)")
    assert "from typing import Optional" in shout and "with_tax" not in shout
    assert "class Search(BaseModel)" in finder and "from pydantic import BaseModel, Field" in finder
    assert "StructuredTool" not in reverse and reverse.startswith("def reverse_text")
    assert "async def helper" in plain and "print" not in plain
    for code in (price, shout, finder, reverse, plain):
        compile(code, "<tool>", "exec")


@pytest.mark.parametrize(
    ("code", "compatible"),
    [
        ("from langchain.tools import tool\n@tool\ndef f(): pass", True),
        ("from somewhere import tool\n@tool\ndef f(): pass", False),
        ("import x\n@x.tool\ndef f(): pass", False),
        ("from dynagent.core.tools import BaseTool\nclass FTool(BaseTool): pass", False),
        ("from langchain_core.tools import BaseTool\nclass B(BaseTool): pass\nclass F(B): name = 'f'", True),
        (
            "from langchain_core.tools import Tool\ndef f(): pass\nf_tool = Tool(name='f', func=f, description='d')",
            True,
        ),
    ],
)
def test_what_langchain_takes_for_a_tool(code: str, compatible: bool) -> None:
    tools = read(code)["tools"]
    assert (tools[-1]["name"], tools[-1]["langchain_compatible"]) == ("f", compatible)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("def f(:", "syntax"),
        ("x = " + "(" * 5000 + ")" * 5000, "syntax"),
        ("#" + "x" * MAXIMUM, "size"),
        ("from langchain.tools import tool\n" + "@tool\ndef f(): pass\n" * (MOST + 1), "count"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(code: str, rule: str) -> None:
    told = read(code)
    assert ([finding["rule"] for finding in told["findings"]], told["tools"]) == ([rule], [])


def test_a_long_tool_is_cut_and_left_to_the_screen() -> None:
    (tool,) = read("from langchain.tools import tool\n@tool\ndef f():\n" + "    x = 1\n" * 1000)["tools"]
    assert len(tool["code"]) == LONGEST


@effort(max_examples=60, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(FILE.split("\n")), max_size=40).map("\n".join))
def test_any_text_is_read_without_an_error(code: str) -> None:
    assert read(code)["kind"] == "tools"


@pytest.mark.asyncio(loop_scope="module")
async def test_in_the_sandbox(sandbox: ZygoteSandbox) -> None:
    file = await sandbox.find_tools(FILE)
    assert [tool.name for tool in file.tools] == ["price", "shout_it", "finder", "reverse_it", "plain"]
    assert (await sandbox.find_tools("def f(:")).findings[0].rule == "syntax"
    assert (await sandbox.find_tools("[" * 60_000)).findings
