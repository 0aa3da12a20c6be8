"""Asking without being signed in (to sign in), and with a ticket (to watch); everywhere else it is `Ask`."""

from typing import Annotated

from fastapi import Depends, Query, Request

from dynagent.presentation.api.shared.auth import visitor_of_request, watcher_of_request
from dynagent.presentation.api.shared.dependencies import Asker


async def visitor_asker_of(request: Request) -> Asker:
    """Return the way to ask for whoever it is."""
    return Asker(request.app.state.bus, await visitor_of_request(request))


async def watcher_asker_of(
    request: Request,
    ticket: Annotated[
        str | None, Query(max_length=200, description="A stream ticket, for EventSource, which sends no headers.")
    ] = None,
) -> Asker:
    """Return the way to ask for whoever signed in, or holds a ticket."""
    return Asker(request.app.state.bus, await watcher_of_request(request, ticket))


AskAsVisitor = Annotated[Asker, Depends(visitor_asker_of)]
AskAsWatcher = Annotated[Asker, Depends(watcher_asker_of)]
