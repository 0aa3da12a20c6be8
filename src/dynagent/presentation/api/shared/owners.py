"""Whose things a route reads: one's own, or with the permission `others:read` somebody else's, which is written down.

What belongs to somebody else is read as that user with no more than the permissions to read these things, so nothing
of it can be changed this way.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request

from dynagent.application.commands.identity.others import LookAtOthers
from dynagent.application.shared.caller import Caller
from dynagent.presentation.api.shared.auth import WatcherOf, caller_of_request
from dynagent.presentation.api.shared.dependencies import Asker
from dynagent.presentation.api.shared.problems import original_path

READABLE = frozenset({"agents:read", "executions:read"})
EVERYBODY = "all"
_ID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

Owner = Annotated[
    str | None,
    Query(pattern=f"^{_ID}$", description="Read a thing of this user's; needs `others:read`, and is audited."),
]
OwnerOfList = Annotated[
    str | None,
    Query(
        pattern=f"^({EVERYBODY}|{_ID})$",
        description="`all`, or the id of a user: list what others have; needs `others:read`, and is audited.",
    ),
]


@dataclass(frozen=True, slots=True)
class Lister:
    """How a list is asked for: for the caller or one other user, or that of `everybody`."""

    ask: Asker
    everybody: bool = False


async def reading_asker_of(request: Request, owner: Owner = None) -> Asker:
    """Return the way to read things of the caller's, or of the owner who is named."""
    return await _asker(request, await caller_of_request(request), owner)


async def watching_reader_of(request: Request, caller: WatcherOf, owner: Owner = None) -> Asker:
    """Return the way to watch, for the caller or the holder of a ticket."""
    return await _asker(request, caller, owner)


async def lister_of(request: Request, owner: OwnerOfList = None) -> Lister:
    """Return the way to list."""
    caller = await caller_of_request(request)
    if owner != EVERYBODY:
        return Lister(await _asker(request, caller, owner))
    asker = Asker(request.app.state.bus, caller)
    await asker(LookAtOthers(None, original_path(request.scope)))
    return Lister(asker, everybody=True)


async def _asker(request: Request, caller: Caller, owner: str | None) -> Asker:
    asker = Asker(request.app.state.bus, caller)
    if owner is None or owner.lower() == caller.user_id:
        return asker
    await asker(LookAtOthers(owner.lower(), original_path(request.scope)))
    reader = Caller(owner.lower(), frozenset({"viewer"}), scopes=READABLE, address=caller.address)
    return Asker(request.app.state.bus, reader)


AskToRead = Annotated[Asker, Depends(reading_asker_of)]
AskToWatchOthers = Annotated[Asker, Depends(watching_reader_of)]
ListOf = Annotated[Lister, Depends(lister_of)]
