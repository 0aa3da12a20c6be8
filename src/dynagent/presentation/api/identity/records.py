"""Routes of the audit log and of stream tickets."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from dynagent.application.commands.identity import IssueStreamTicket
from dynagent.application.queries.identity import ListAuditEntries
from dynagent.core.identity import AuditFilter, AuditOutcome
from dynagent.presentation.api.identity.audit import AuditEntries
from dynagent.presentation.api.identity.bodies import TicketOut
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.limits import StrictRoute
from dynagent.presentation.api.shared.links import link_to
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import PREFIX

Moment = Annotated[AwareDatetime | None, Query(description="ISO 8601 with time zone.")]

router = APIRouter(prefix=PREFIX, route_class=StrictRoute, redirect_slashes=False)


@router.get("/audit-log", operation_id="list_audit_entries", summary="Read the audit log", tags=["Identity"])
async def list_audit_entries(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    action: Annotated[
        str | None, Query(max_length=64, description="A whole action, `session.opened`, or its noun, `session`.")
    ] = None,
    outcome: AuditOutcome | None = None,
    actor_id: Annotated[str | None, Query(max_length=100)] = None,
    target_kind: Annotated[str | None, Query(max_length=32, description="`agent`, `model`, `user` …")] = None,
    target_id: Annotated[
        str | None, Query(max_length=100, description="What it was done to; of tools the name.")
    ] = None,
    at_from: Moment = None,
    at_to: Moment = None,
) -> AuditEntries:
    """Give who did what, newest first; `at_to` is exclusive. For administrators."""
    wanted = AuditFilter(
        action=action,
        outcome=outcome,
        actor_id=actor_id,
        target_kind=target_kind,
        target_id=target_id,
        at_from=at_from,
        at_to=at_to,
    )
    found = await ask(ListAuditEntries(wanted, page))
    link_next(request, response, found)
    return AuditEntries.of(found, link=lambda kind, id: link_to(request, kind, id))


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
