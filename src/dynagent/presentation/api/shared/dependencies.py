"""What routes are given: a way to ask the application for the caller, and the streams; both set by `build_app`."""

from typing import Annotated, TypeVar

from fastapi import Depends, Request

from dynagent.application.shared.bus import Bus
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Message
from dynagent.presentation.api.shared.auth import WatcherOf, caller_of_request
from dynagent.presentation.api.shared.sse import Streams

R = TypeVar("R")


class Asker:
    """Sends messages over the bus for the caller of one request."""

    def __init__(self, bus: Bus, caller: Caller) -> None:
        self._bus = bus
        self._caller = caller

    async def __call__(self, message: Message[R]) -> R:
        """Return what the message's handler returns. Raises what it raises."""
        return await self._bus.send(message, self._caller)


async def asker_of(request: Request) -> Asker:
    """Return the way to ask for this request's caller; raises what says that nobody knows him."""
    return Asker(request.app.state.bus, await caller_of_request(request))


async def watching_asker_of(request: Request, caller: WatcherOf) -> Asker:
    """Return the way to ask for whoever may watch: the caller, or the holder of a stream ticket."""
    return Asker(request.app.state.bus, caller)


async def streams_of(request: Request) -> Streams:
    """Return the streams of the application."""
    return request.app.state.streams


Ask = Annotated[Asker, Depends(asker_of)]
AskToWatch = Annotated[Asker, Depends(watching_asker_of)]
StreamsOf = Annotated[Streams, Depends(streams_of)]
