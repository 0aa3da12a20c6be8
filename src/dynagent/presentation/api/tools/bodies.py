"""Tools as JSON."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic_core import PydanticCustomError

from dynagent.application.commands.tools import RegisterTool, ToolRun
from dynagent.application.commands.tools.versions import BY_HAND
from dynagent.core.shared.paging import Page
from dynagent.core.tools import (
    DEFAULT_TOOL_TIMEOUT_S,
    MAX_TOOL_TIMEOUT_S,
    TOOL_NAME,
    CustomTool,
    ToolKind,
    ToolListing,
    ToolPolicy,
    ToolVersion,
)
from dynagent.presentation.api.shared.paging import Envelope, page_fields

ToolName = Annotated[str, Field(pattern=TOOL_NAME.pattern, min_length=3, max_length=31)]
Description = Annotated[str, StringConstraints(min_length=5, max_length=120)]
Code = Annotated[str, StringConstraints(min_length=10, max_length=2000)]
Grant = Annotated[str, StringConstraints(min_length=1, max_length=260)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class ToolBody(BaseModel):
    """A tool to register: its source is read and screened now, and run only in the sandbox."""

    model_config = ConfigDict(extra="forbid")

    name: ToolName = Field(examples=["reverse_string"])
    description: Description = Field(examples=["Reverse the characters in a string"])
    code: Code = Field(examples=["async def reverse_string(text: str) -> str:\n    return text[::-1]"])
    network: tuple[Grant, ...] = Field(default=(), max_length=20, description="Hosts it may reach, as `host:port`.")
    secrets: tuple[Grant, ...] = Field(default=(), max_length=20, description="Names of secrets it may read.")
    timeout_s: float = Field(default=DEFAULT_TOOL_TIMEOUT_S, gt=0, le=MAX_TOOL_TIMEOUT_S)
    reuse: bool = Field(default=False, description="May serve several calls in one process.")
    repeatable: bool = Field(default=False, description="May be called again when a crash leaves it in doubt.")
    tags: tuple[Tag, ...] = Field(default=(), max_length=20)

    @field_validator("code")
    @classmethod
    def _asynchronous(cls, code: str) -> str:
        return check_asynchronous(code)

    def message(self) -> RegisterTool:
        """Return the command."""
        policy = ToolPolicy.model_construct(**{name: getattr(self, name) for name in ToolPolicy.model_fields})
        return RegisterTool(name=self.name, description=self.description, code=self.code, policy=policy, tags=self.tags)


class ToolChanges(BaseModel):
    """What to change of a registered tool; what is left out stays. `policy` is replaced as a whole."""

    model_config = ConfigDict(extra="forbid")

    description: Description | None = None
    code: Code | None = None
    policy: ToolPolicy | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=20)] | None = None
    version: int | None = Field(default=None, ge=1, le=2**31 - 1, description="The version that is changed.")


class ToolOut(BaseModel):
    """A tool: its schema is what a model and `POST /api/tools/execute` must fit."""

    name: str
    description: str
    parameters: dict[str, Any] = Field(description="JSON Schema of the arguments.")
    tool_class: str = Field(serialization_alias="class")
    kind: ToolKind
    version: int
    aliases: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    needs: tuple[str, ...] = Field(default=(), description="What it cannot work without and what is not there.")
    tags: tuple[str, ...] = ()
    repeatable: bool = True
    disabled: bool = False
    disabled_reason: str | None = None
    source: str | None = None
    source_hash: str | None = None
    policy: ToolPolicy | None = None
    limits: dict[str, float] | None = Field(default=None, description="What one call may use, of a registered tool.")
    created_at: datetime | None = None
    updated_at: datetime | None = None

    @classmethod
    def of(cls, tool: ToolListing) -> "ToolOut":
        """Return the answer for a listed tool."""
        return cls.model_construct(**dict(tool))

    @classmethod
    def of_custom(cls, tool: CustomTool) -> "ToolOut":
        """Return the answer for a registered tool, with source and policy."""
        return cls.of(ToolListing.of_custom(tool, details=True))


class ToolList(Envelope):
    """A page of tools, sorted by name."""

    tools: list[ToolOut]

    @classmethod
    def of(cls, page: Page[ToolListing]) -> "ToolList":
        """Return the answer for a page."""
        return cls(tools=[ToolOut.of(tool) for tool in page.items], **page_fields(page))


class ToolStatusBody(BaseModel):
    """Whether the tool is switched off, and what its callers are told then."""

    model_config = ConfigDict(extra="forbid")

    disabled: bool
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = BY_HAND


class ToolVersionOut(BaseModel):
    """A registered tool as it was at one of its versions."""

    version: int
    description: str
    source: str
    parameters: dict[str, Any]
    policy: ToolPolicy
    tags: tuple[str, ...]
    created_at: datetime

    @classmethod
    def of(cls, version: ToolVersion) -> "ToolVersionOut":
        """Return the answer for a version."""
        return cls(source=version.code, **version.model_dump(exclude={"code"}))


class ToolVersionList(Envelope):
    """A page of versions, newest first."""

    versions: list[ToolVersionOut]

    @classmethod
    def of(cls, page: Page[ToolVersion]) -> "ToolVersionList":
        """Return the answer for a page."""
        return cls(versions=[ToolVersionOut.of(item) for item in page.items], **page_fields(page))


class CallBody(BaseModel):
    """One call of a tool."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=64, examples=["calculator"])
    arguments: dict[str, Any] = Field(default_factory=dict, examples=[{"expression": "23*19"}])


class CallOut(BaseModel):
    """What a call gave: result, captured prints, what it took."""

    name: str
    result: Any
    duration_ms: float
    logs: str = ""
    cpu_ms: float | None = None
    peak_memory_kb: int | None = None

    @classmethod
    def of(cls, run: ToolRun) -> "CallOut":
        """Return the answer for a call."""
        outcome = run.outcome
        return cls.model_construct(
            name=run.name,
            result=outcome.result,
            duration_ms=round(run.duration_ms, 3),
            logs=outcome.logs,
            cpu_ms=outcome.cpu_ms,
            peak_memory_kb=outcome.peak_memory_kb,
        )


def check_asynchronous(code: str) -> str:
    """Return the code when it contains the text `async def`."""
    if "async def" not in code:
        raise PydanticCustomError("async_def", "must contain `async def`")
    return code
