"""Errors of the domain. Each names the broken rule; its kind says how a protocol should answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ErrorKind(StrEnum):
    """What sort of refusal this is; `presentation/api/shared/problems.py` maps it to an HTTP status."""

    INVALID = "invalid"
    MALFORMED = "malformed"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"
    TOO_LARGE = "too_large"
    BUSY = "busy"
    UPSTREAM_FAILED = "upstream_failed"
    UPSTREAM_TIMEOUT = "upstream_timeout"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule of an input: a JSON pointer, the rule's name, a sentence with the bounds.

    The pointer leads into the body, or for another `location` (query, path, header) to `/<location>/<name>`.
    """

    pointer: str
    rule: str
    detail: str
    location: str = "body"


class DynagentError(Exception):
    """The root of all refusals. `code` is stable and machine readable, `str(error)` is for people."""

    kind: ErrorKind = ErrorKind.INTERNAL
    code: str = "internal_error"

    def __init__(
        self,
        detail: str,
        *,
        violations: Sequence[Violation] = (),
        retry_after_s: float | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.violations = tuple(violations)
        self.retry_after_s = retry_after_s
        self.extra = extra or {}


class InvalidInput(DynagentError):
    """The message is well formed but breaks a rule; `violations` says which, field by field."""

    kind = ErrorKind.INVALID
    code = "invalid_input"


class MalformedInput(DynagentError):
    """The message cannot be read at all (a cursor, an event id, a header that is not of its form)."""

    kind = ErrorKind.MALFORMED
    code = "malformed_input"


class NotFound(DynagentError):
    """There is nothing under that id that this caller may see."""

    kind = ErrorKind.NOT_FOUND
    code = "not_found"


class Conflict(DynagentError):
    """The change collides with what is there."""

    kind = ErrorKind.CONFLICT
    code = "conflict"


class StaleVersion(DynagentError):
    """The caller changed an older version than the current one."""

    kind = ErrorKind.STALE
    code = "stale_version"


class Unavailable(DynagentError):
    """A part this needs is away; trying again later may help."""

    kind = ErrorKind.UNAVAILABLE
    code = "unavailable"


class StorageAway(Unavailable):
    """The store of everything is away; whatever was going on waits for it and goes on."""

    code = "storage_away"


class Busy(DynagentError):
    """A limit of concurrency or rate is reached; `retry_after_s` says when to come back."""

    kind = ErrorKind.BUSY
    code = "busy"
