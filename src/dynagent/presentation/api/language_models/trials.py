"""Routes about how models do: trying one out, what endpoints refuse, which private addresses are allowed."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Path
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict

from dynagent.application.commands.language_models import (
    AllowModelAddress,
    ForbidModelAddress,
    ForgetInstalledRefusedParts,
    ForgetRefusedParts,
    TryModel,
)
from dynagent.application.queries.language_models import (
    GetInstalledModel,
    GetModel,
    InstalledModel,
    ListModelAddresses,
    ModelView,
)
from dynagent.core.language_models import ModelAddress, RefusedPart, Tried
from dynagent.core.shared.tasks import end_tasks
from dynagent.presentation.api.language_models.bodies import ModelDetails, Url
from dynagent.presentation.api.shared.dependencies import Ask, StreamsOf
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.shared.sse import HEADERS, HEARTBEAT, MEDIA_TYPE

router = noun_router("models", "Models")

HEARTBEAT_S = 10.0
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`tried` events, one for each thing, and a last event `done` with the model as it is known now.",
        "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
    }
}


class AddressBody(BaseModel):
    """An endpoint whose host and port are to be allowed."""

    model_config = ConfigDict(extra="forbid")

    endpoint_url: Url


class AddressOut(BaseModel):
    """A host and port that models may be at."""

    host: str
    port: int
    allowed_by: str | None
    allowed_at: datetime

    @classmethod
    def of(cls, address: ModelAddress) -> "AddressOut":
        """Return the answer for an address."""
        return cls(**address.model_dump())


class AddressList(BaseModel):
    """All addresses that were allowed, by host and port."""

    addresses: list[AddressOut]


class InstalledModelOut(BaseModel):
    """The model of agents that choose none, and what its endpoint refuses, as far as this process has seen."""

    model: str
    provider: str
    obstacle: str
    refused: tuple[RefusedPart, ...]

    @classmethod
    def of(cls, installed: InstalledModel) -> "InstalledModelOut":
        """Return the answer for the installation's model."""
        one = installed.candidate
        return cls(model=one.name, provider=one.provider, obstacle=one.obstacle, refused=installed.refused)


class TrialOut(BaseModel):
    """What a trial has shown, and the model as it is known now."""

    results: list[Tried]
    model: ModelDetails


@router.get("/installed", operation_id="get_installed_model", summary="The server's default model")
async def get_installed_model(ask: Ask) -> InstalledModelOut:
    """Give the model of agents that choose none, and what is left out of requests to it."""
    return InstalledModelOut.of(await ask(GetInstalledModel()))


@router.delete(
    "/installed/refused",
    status_code=204,
    operation_id="forget_installed_refusals",
    summary="Ask the server's endpoint in full again",
)
async def forget_installed_refusals(ask: Ask) -> None:
    """Forget what the server's own endpoint has refused, in the process that answers this. For administrators.

    What is refused is known to each process by itself, and forgotten by all of them within an hour.
    """
    await ask(ForgetInstalledRefusedParts())


@router.get("/addresses", operation_id="list_model_addresses", summary="Allowed private addresses")
async def list_model_addresses(ask: Ask) -> AddressList:
    """Give the private addresses that models may be at. For administrators."""
    return AddressList(addresses=[AddressOut.of(address) for address in await ask(ListModelAddresses())])


@router.post("/addresses", status_code=201, operation_id="allow_model_address", summary="Allow a private address")
async def allow_model_address(body: AddressBody, ask: Ask) -> AddressOut:
    """Let models be at the host and port of this URL. For administrators; the audit log tells of it."""
    return AddressOut.of(await ask(AllowModelAddress(body.endpoint_url)))


@router.delete(
    "/addresses/{host}/{port}", status_code=204, operation_id="forbid_model_address", summary="Take an address back"
)
async def forbid_model_address(host: str, port: Annotated[int, Path(ge=1, le=65535)], ask: Ask) -> None:
    """Forbid an address that was allowed. For administrators; the audit log tells of it."""
    await ask(ForbidModelAddress(host, port))


@router.post(
    "/{model_id}/try",
    operation_id="try_model",
    summary="Try a model out",
    responses=STREAM,
    response_model=TrialOut,
)
async def try_model(
    model_id: str, ask: Ask, streams: StreamsOf, accept: Annotated[str, Header(include_in_schema=False)] = ""
) -> Response:
    """Ask a model some seven questions, one of them long, and stream what it can and cannot do.

    Events: `tried` for each thing, then `done`. With `Accept: application/json` one answer at the end. What is shown
    is stored with the model. When the server stops meanwhile there is no `done`.
    """
    results = await ask(TryModel(model_id))
    if "application/json" in accept and MEDIA_TYPE not in accept:
        with streams.shutdown.watch() as closing:
            tried = [item async for item in _with_heartbeats(results, closing) if item is not None]
        out = TrialOut(results=tried, model=ModelDetails.of_view(await ask(GetModel(model_id))))
        return Response(out.model_dump_json(), media_type="application/json")

    async def view() -> ModelView:
        return await ask(GetModel(model_id))

    async def frames() -> AsyncIterator[bytes]:
        with streams.shutdown.watch() as closing:
            async for item in _with_heartbeats(results, closing):
                yield HEARTBEAT if item is None else _frame("tried", item.model_dump(mode="json"))
            if closing.done():
                return
        yield _frame("done", {"model": ModelDetails.of_view(await view()).model_dump(mode="json")})

    return StreamingResponse(frames(), media_type=MEDIA_TYPE, headers=HEADERS)


@router.delete("/{model_id}/refused", status_code=204, operation_id="forget_refused_parts", summary="Ask in full again")
async def forget_refused_parts(model_id: str, ask: Ask) -> None:
    """Forget what the endpoint of a model has refused: it is asked with all parts again."""
    await ask(ForgetRefusedParts(model_id))


def _frame(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


async def _with_heartbeats(results: AsyncIterator[Tried], closing: asyncio.Future[None]) -> AsyncIterator[Tried | None]:
    """Give the results until the server stops, and None after a while without any: a model may think for minutes."""
    waiting: asyncio.Task[Tried] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(results))  # pyright: ignore[reportArgumentType]
            await asyncio.wait([waiting, closing], timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done() and closing.done():
                return
            if not waiting.done():
                yield None
                continue
            try:
                item = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield item
    finally:
        if waiting is not None:
            await end_tasks([waiting])
