"""Who asks: until people and roles exist, everybody on the loopback address is the local administrator."""

from fastapi import Request

from dynagent.application.shared.caller import LOCAL_ADMIN, Caller


async def caller_of_request(request: Request) -> Caller:
    """Return the caller that the messages of a request are sent for."""
    return LOCAL_ADMIN
