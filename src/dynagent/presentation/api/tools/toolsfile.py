"""A file of tools as JSON, and what became of each."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dynagent.application.commands.tools import Fate, ImportedTool, ImportTools
from dynagent.core.tools import DEFAULT_TOOL_TIMEOUT_S, MAX_TOOL_TIMEOUT_S, Finding, FoundKind, ToolPolicy
from dynagent.presentation.api.tools.bodies import Grant, Tag

FileText = Annotated[str, StringConstraints(min_length=10, max_length=64_000)]


class ToolsFileBody(BaseModel):
    """A Python file with tools: functions under `@tool`, classes from `BaseTool`, `StructuredTool.from_function`.

    Each tool becomes a registered one, with the imports and helpers that it uses, and is held to what they are.
    """

    model_config = ConfigDict(extra="forbid")

    code: FileText = Field(
        examples=[
            "from langchain_core.tools import tool\n\n\n@tool\ndef shout(text: str) -> str:\n"
            '    """Say it loud."""\n    return text.upper()'
        ]
    )
    dry_run: bool = Field(default=False, description="Only say what would become of each tool.")
    replace: bool = Field(default=False, description="Make new versions of tools that you have under these names.")
    network: tuple[Grant, ...] = Field(default=(), max_length=20, description="Hosts they may reach, as `host:port`.")
    secrets: tuple[Grant, ...] = Field(default=(), max_length=20, description="Names of secrets they may read.")
    timeout_s: float = Field(default=DEFAULT_TOOL_TIMEOUT_S, gt=0, le=MAX_TOOL_TIMEOUT_S)
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)

    def message(self) -> ImportTools:
        """Return the command."""
        policy = ToolPolicy(network=self.network, secrets=self.secrets, timeout_s=self.timeout_s)
        return ImportTools(code=self.code, policy=policy, tags=self.tags, dry_run=self.dry_run, replace=self.replace)


class ImportedToolOut(BaseModel):
    """A tool of the file; `line` is where it stands there, lines of `findings` are those of its own `source`."""

    name: str
    status: Fate
    kind: FoundKind
    line: int
    langchain_compatible: bool
    description: str
    parameters: dict[str, Any] | None = Field(description="JSON Schema of the arguments, where it could be read.")
    reason: str | None
    findings: tuple[Finding, ...]
    source: str


class ImportedTools(BaseModel):
    """The tools of a file, in its order; `langchain_compatible` says whether all of them are LangChain's."""

    tools: list[ImportedToolOut]
    langchain_compatible: bool
    total: int

    @classmethod
    def of(cls, reported: Sequence[ImportedTool]) -> "ImportedTools":
        """Return the answer."""
        tools = [
            ImportedToolOut(
                **one.found.model_dump(exclude={"code"}),
                status=one.fate,
                parameters=one.parameters,
                reason=one.reason,
                findings=one.findings,
                source=one.found.code,
            )
            for one in reported
        ]
        compatible = bool(reported) and all(one.found.langchain_compatible for one in reported)
        return cls(tools=tools, langchain_compatible=compatible, total=len(tools))
