"""A file with several tools, as an agent's `tools.py` is: what was found in it, without running it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from dynagent.core.tools.entity import Finding

FoundKind = Literal["decorated", "class", "function", "Tool", "StructuredTool", "BaseTool"]


class FoundTool(BaseModel):
    """A tool that a file holds: where, how it is made one, and its own source with all that it needs of the file.

    `langchain_compatible` says whether LangChain would take it for a tool; a plain `function` is none to it.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: FoundKind
    line: int
    description: str
    langchain_compatible: bool
    code: str


class ToolsFile(BaseModel):
    """What a file holds, or why it could not be read."""

    model_config = ConfigDict(frozen=True)

    tools: tuple[FoundTool, ...] = ()
    findings: tuple[Finding, ...] = ()
