"""Asking without being signed in, to sign in; everywhere else it is `Ask`."""

from typing import Annotated

from fastapi import Depends, Request

from dynagent.presentation.api.shared.auth import VisitorOf
from dynagent.presentation.api.shared.dependencies import Asker


async def asker_of_visitor(request: Request, visitor: VisitorOf) -> Asker:
    """Return the way to ask for whoever it is."""
    return Asker(request.app.state.bus, visitor)


AskAsVisitor = Annotated[Asker, Depends(asker_of_visitor)]
