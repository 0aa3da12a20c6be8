"""What the API shows of the audit log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from dynagent.core.identity import AuditEntry, AuditOutcome
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.paging import Envelope, page_fields


class AuditEntryOut(BaseModel):
    """One line of the audit log."""

    id: str
    at: datetime
    action: str
    outcome: AuditOutcome
    actor_id: str | None
    target_kind: str
    target_id: str
    address: str
    link: str | None = Field(description="Where the API shows the target; it may be gone by now.")
    details: dict[str, Any] = Field(
        description="`changes` has JSON pointer → `before` and `after` of each field; secrets are masked, "
        "long values cut."
    )


class AuditEntries(Envelope):
    """A page of the audit log, newest first."""

    entries: list[AuditEntryOut]

    @classmethod
    def of(cls, page: Page[AuditEntry], link: Callable[[str, str], str | None]) -> "AuditEntries":
        """Return the answer for a page; `link` says where a target of (kind, id) is shown."""
        entries = [
            AuditEntryOut(**entry.model_dump(), link=link(entry.target_kind, entry.target_id)) for entry in page.items
        ]
        return cls(entries=entries, **page_fields(page))
