"""Routes of the audit log and of stream tickets."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from dynagent.application.commands.identity import IssueStreamTicket
from dynagent.application.queries.identity import ListAuditEntries
from dynagent.core.identity import AuditFilter, AuditOutcome
from dynagent.presentation.api.identity.bodies import AuditEntries, TicketOut
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.limits import StrictRoute
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import PREFIX

router = APIRouter(prefix=PREFIX, route_class=StrictRoute, redirect_slashes=False)


@router.get("/audit-log", operation_id="list_audit_entries", summary="Read the audit log", tags=["Identity"])
async def list_audit_entries(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    action: Annotated[str | None, Query(max_length=64)] = None,
    outcome: AuditOutcome | None = None,
) -> AuditEntries:
    """Give who did what, newest first. For administrators."""
    found = await ask(ListAuditEntries(AuditFilter(action=action, outcome=outcome), page))
    link_next(request, response, found)
    return AuditEntries.of(found)


@router.post(
    "/executions/{execution_id}/stream-ticket",
    status_code=201,
    operation_id="issue_stream_ticket",
    summary="Get a stream ticket",
    tags=["Executions"],
)
async def issue_stream_ticket(execution_id: str, response: Response, ask: Ask) -> TicketOut:
    """Let an EventSource follow this execution for a minute: `GET …/stream?ticket=…`."""
    made = await ask(IssueStreamTicket(execution_id))
    response.headers["Cache-Control"] = "no-store"
    return TicketOut.of(made)
