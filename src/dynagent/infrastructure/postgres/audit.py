"""The audit log in PostgreSQL: only added to."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.identity import AuditEntry, AuditFilter, AuditLog
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.identity_tables import audit_log
from dynagent.infrastructure.postgres.kit.changes import note_line
from dynagent.infrastructure.postgres.kit.pages import page_of
from dynagent.infrastructure.postgres.kit.retention import Retention
from dynagent.infrastructure.postgres.kit.session import execute

PRUNED = (
    # Refused sign-ins are written by anonymous callers: they must not fill the disk.
    Retention("audit_log", "outcome = 'refused' AND id < dyn_uuid_floor($1)", timedelta(days=90)),
    # Who called which tool is kept for a month; incidents, refusals and what people did, for ever.
    Retention("audit_log", "action = 'tool.called' AND id < dyn_uuid_floor($1)", timedelta(days=30)),
)


class PostgresAuditLog(AuditLog):
    """The audit log."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, entry: AuditEntry) -> None:
        """Write a line, unless there is one under its id: events may be told twice."""
        line = insert(audit_log).values(**entry.model_dump())
        await execute(self._session, line.on_conflict_do_nothing(index_elements=["id"]))
        note_line(self._session, entry.target_kind, entry.target_id)

    async def find(self, wanted: AuditFilter, page: PageRequest) -> Page[AuditEntry]:
        """Return a page of lines, newest first."""
        query = sa.select(audit_log).where(*_conditions(wanted))
        return await page_of(self._session, query, id=audit_log.c.id, page=page, read=lambda row: AuditEntry(**row))

    async def count_incidents(self, target_kind: str, target_id: str, since: datetime) -> int:
        """Return how many incidents were written down about something since then."""
        query = (
            sa.select(sa.func.count())
            .select_from(audit_log)
            .where(
                audit_log.c.outcome == "incident",
                audit_log.c.target_kind == target_kind,
                audit_log.c.target_id == target_id,
                audit_log.c.at >= since,
            )
        )
        return (await execute(self._session, query)).scalar_one()


def _conditions(wanted: AuditFilter) -> list[sa.ColumnElement[bool]]:
    column = audit_log.c
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.action is not None:
        conditions.append(
            sa.or_(column.action == wanted.action, column.action.startswith(f"{wanted.action}.", autoescape=True))
        )
    if wanted.actor_id is not None:
        conditions.append(column.actor_id == wanted.actor_id)
    if wanted.target_kind is not None:
        conditions.append(column.target_kind == wanted.target_kind)
    if wanted.target_id is not None:
        conditions.append(column.target_id == wanted.target_id)
    if wanted.outcome is not None:
        conditions.append(column.outcome == wanted.outcome)
    if wanted.at_from is not None:
        conditions.append(column.at >= wanted.at_from)
    if wanted.at_to is not None:
        conditions.append(column.at < wanted.at_to)
    return conditions
