"""What the sandbox tells of itself: one event per fact, to the log and to whoever keeps them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

_log = structlog.get_logger(__name__)
_WARNINGS = frozenset(("sandbox.violation", "sandbox.crashed", "sandbox.limit", "zygote.restarted"))


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One fact: who, which tool, and fields of JSON types; never arguments or secrets."""

    name: str
    user_id: str | None = None
    tool: str | None = None
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


Sink = Callable[[AuditEvent], None]


class Audit:
    """Writes events to the log and hands them to the keeper, whose failure never fails a call."""

    def __init__(self, sink: Sink | None) -> None:
        self._sink = sink

    def report(self, name: str, *, user_id: str | None = None, tool: str | None = None, **fields: Any) -> None:
        """Record one event now."""
        write = _log.warning if name in _WARNINGS or fields.get("level") == 0 else _log.info
        write(name, user_id=user_id, tool=tool, **fields)
        if self._sink is not None:
            try:
                self._sink(AuditEvent(name, user_id, tool, fields))
            except Exception:
                _log.exception("audit_keeper_failed", event_name=name)
