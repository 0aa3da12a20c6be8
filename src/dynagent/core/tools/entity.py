"""The tool as stored and listed, its limits and grants, and the errors of a call."""

import hashlib
import re
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.shared.clock import later
from dynagent.core.shared.errors import (
    Conflict,
    DynagentError,
    ErrorKind,
    InvalidInput,
    NotFound,
    Unavailable,
    Violation,
)
from dynagent.core.tools.events import ToolRegistered

TOOL_NAME = re.compile(r"^[a-zA-Z_][a-zA-Z0-9_]{2,30}$", re.ASCII)
MAX_TOOL_TIMEOUT_S = 60.0
DEFAULT_TOOL_TIMEOUT_S = 5.0

ToolKind = Literal["prebuilt", "custom"]
DisabledBy = Literal["owner", "sandbox"]
ToolShape = Literal["async", "sync", "generator", "class", "langchain"]


class ToolNotFound(NotFound):
    """No tool of this name that the caller may see."""

    code = "tool_not_found"


class ToolNameTaken(Conflict):
    """The name belongs to another tool, a prebuilt one, an alias, or looks like one of those."""

    code = "tool_name_taken"


class ToolVersionNotFound(NotFound):
    """The tool has no version of this number."""

    code = "tool_version_not_found"


class ToolIsPrebuilt(Conflict):
    """Prebuilt tools cannot be changed or removed."""

    code = "tool_is_prebuilt"


class ToolRejected(InvalidInput):
    """The screen refused the source; `extra["findings"]` lists rule, line, column and message of each finding."""

    code = "tool_rejected"


class ToolGrantForbidden(DynagentError):
    """The policy asks for hosts or secrets that only an administrator grants; the text names them."""

    kind = ErrorKind.FORBIDDEN
    code = "tool_grant_forbidden"


class InvalidArguments(InvalidInput):
    """The arguments do not fit the tool's JSON Schema; one violation per misfit."""

    code = "invalid_arguments"


class ToolFailed(DynagentError):
    """The tool was called and failed; the text is what the tool said, cut to 2000 characters."""

    kind = ErrorKind.UPSTREAM_FAILED
    code = "tool_error"


class ToolTimeout(ToolFailed):
    """The call took longer than its limit and was ended."""

    kind = ErrorKind.UPSTREAM_TIMEOUT
    code = "timeout"


class ToolDisabled(ToolFailed):
    """The tool is switched off; the text gives the reason."""

    kind = ErrorKind.CONFLICT
    code = "tool_disabled"


class ToolSwitchedOff(DynagentError):
    """The sandbox switched the tool off after violations: its owner changes the source, or an administrator decides."""

    kind = ErrorKind.FORBIDDEN
    code = "tool_switched_off"


class ToolUnconfigured(ToolFailed):
    """The tool lacks another tool or a setting that it cannot work without; the text names them."""

    kind = ErrorKind.UNAVAILABLE
    code = "tool_unconfigured"


class SandboxUnavailable(Unavailable):
    """There is no sandbox of the required level here, so no registered code is run."""

    code = "sandbox_unavailable"


class Finding(BaseModel):
    """One objection of the screen: the rule's name, where (1-based line, 0-based column), what to do instead."""

    model_config = ConfigDict(frozen=True)

    rule: str
    line: int
    column: int
    message: str


class ToolReflection(BaseModel):
    """What the syntax tree says of a source: its entry point, shape, docstring, imports and arguments' schema."""

    model_config = ConfigDict(frozen=True)

    entry: str
    shape: ToolShape
    description: str
    parameters: dict[str, Any]
    imports: tuple[str, ...] = ()


class ToolPolicy(BaseModel):
    """What a registered tool may do: hosts (`host:port`, `*.host:port`), secrets by name, limits, reuse, repeats."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: tuple[str, ...] = Field(default=(), max_length=20)
    secrets: tuple[str, ...] = Field(default=(), max_length=20)
    timeout_s: float = Field(default=DEFAULT_TOOL_TIMEOUT_S, gt=0, le=MAX_TOOL_TIMEOUT_S)
    reuse: bool = False
    repeatable: bool = False


class CustomTool(BaseModel):
    """A tool that a user registered: source, what was reflected from it, policy, version (from 1).

    `disabled_by` says who switched it off: what the sandbox has switched off is not for its owner to switch on.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    name: str
    description: str
    code: str
    reflection: ToolReflection
    policy: ToolPolicy = Field(default_factory=ToolPolicy)
    tags: tuple[str, ...] = ()
    version: int = 1
    disabled: bool = False
    disabled_reason: str | None = None
    disabled_by: DisabledBy | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def source_hash(self) -> str:
        """SHA-256 of the source in hex: the same source has the same hash in every process."""
        return hashlib.sha256(self.code.encode()).hexdigest()

    def changed(
        self,
        *,
        description: str,
        code: str,
        reflection: ToolReflection,
        policy: ToolPolicy,
        tags: tuple[str, ...],
        now: datetime,
    ) -> "CustomTool":
        """Return the next version, enabled; one that the sandbox switched off is enabled by a new source only.

        What changes nothing makes no version: the tool itself is returned.
        """
        reported = {"description": description, "code": code, "policy": policy, "tags": tags}
        if all(getattr(self, name) == value for name, value in reported.items()):
            return self
        stays_off = self.disabled_by == "sandbox" and code == self.code
        return self.model_copy(
            update={
                **reported,
                "reflection": reflection,
                "version": self.version + 1,
                "updated_at": later(now, self.updated_at),
                **({} if stays_off else _ON),
            }
        )

    def registered(self) -> ToolRegistered:
        """Return the fact that this version is there."""
        return ToolRegistered(
            occurred_at=self.updated_at, user_id=self.user_id, tool_name=self.name, version=self.version
        )

    def disable(self, reason: str, *, now: datetime) -> "CustomTool":
        """Return the tool switched off by its owner; calls are refused with `reason` until it is enabled or changed."""
        off = {"disabled": True, "disabled_reason": reason, "disabled_by": "owner"}
        return self.model_copy(update={**off, "updated_at": later(now, self.updated_at)})

    def enable(self, *, now: datetime, by_administrator: bool = False) -> "CustomTool":
        """Return the tool switched on. Raises ToolSwitchedOff for its owner when the sandbox switched it off."""
        if self.disabled_by == "sandbox" and not by_administrator:
            raise ToolSwitchedOff(
                f"tool {self.name!r} was {self.disabled_reason or 'switched off by the sandbox'}; "
                "an administrator may switch it on as it is"
            )
        return self.model_copy(update={**_ON, "updated_at": later(now, self.updated_at)})


_ON = {"disabled": False, "disabled_reason": None, "disabled_by": None}


class ToolVersion(BaseModel):
    """A tool as it was at one of its versions."""

    model_config = ConfigDict(frozen=True)

    version: int
    description: str
    code: str
    parameters: dict[str, Any]
    policy: ToolPolicy
    tags: tuple[str, ...] = ()
    created_at: datetime


def check_tool_name(name: str) -> None:
    """Refuse with InvalidInput a name outside `^[a-zA-Z_][a-zA-Z0-9_]{2,30}$` (3–31 ASCII characters)."""
    if not TOOL_NAME.fullmatch(name):
        raise InvalidInput(
            "the tool's name does not fit",
            violations=[Violation("/name", "pattern", f"must match {TOOL_NAME.pattern} (3 to 31 characters)")],
        )


def same_looking(name: str) -> str:
    """Return the form in which look-alike names collide: lower case, no underscores or `tool`, i and digits folded."""
    folded = name.lower().replace("_", "").translate(str.maketrans("015i", "olsl"))
    return folded.removesuffix("tool") or folded
