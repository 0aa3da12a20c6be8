"""Asking without being signed in (to sign in), and with a ticket (to watch); everywhere else it is `Ask`."""

from typing import Annotated

from fastapi import Depends, Request

from dynagent.presentation.api.shared.auth import VisitorOf, WatcherOf
from dynagent.presentation.api.shared.dependencies import Asker


async def asker_of_visitor(request: Request, visitor: VisitorOf) -> Asker:
    """Return the way to ask for whoever it is."""
    return Asker(request.app.state.bus, visitor)


async def asker_of_watcher(request: Request, watcher: WatcherOf) -> Asker:
    """Return the way to ask for whoever signed in, or holds a ticket."""
    return Asker(request.app.state.bus, watcher)


AskAsVisitor = Annotated[Asker, Depends(asker_of_visitor)]
AskAsWatcher = Annotated[Asker, Depends(asker_of_watcher)]
