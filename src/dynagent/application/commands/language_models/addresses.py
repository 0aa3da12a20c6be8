"""Commands about private addresses: where models may be besides the public internet."""

from dataclasses import KW_ONLY, dataclass

from dynagent.application.commands.language_models.editor import ModelEditor
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.language_models import (
    MAX_ADDRESSES,
    ModelAddress,
    ModelAddressAllowed,
    ModelAddresses,
    ModelAddressForbidden,
    ModelAddressNotFound,
    ModelsInStore,
    TooManyModels,
    host_and_port,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class AllowModelAddress(Command[ModelAddress], needs="users:write", raises=(InvalidInput, TooManyModels)):
    """Let models be at the host and port of a URL, wherever they lead. Raises InvalidInput, TooManyModels."""

    endpoint_url: str


@dataclass(frozen=True)
class ForbidModelAddress(Command[None], needs="users:write", raises=(ModelAddressNotFound,)):
    """Take that back. Raises ModelAddressNotFound."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class AllowModelAddressHandler:
    """Handles AllowModelAddress."""

    addresses: ModelAddresses
    editor: ModelEditor
    store: ModelsInStore
    uow: UnitOfWork
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: AllowModelAddress, caller: Caller) -> ModelAddress:
        """Return the address; one that is allowed already stays as it is."""
        host, port = host_and_port(message.endpoint_url)
        there = await self.addresses.list_all()
        if (same := next((one for one in there if (one.host, one.port) == (host, port)), None)) is not None:
            return same
        if len(there) >= MAX_ADDRESSES:
            raise TooManyModels(f"{MAX_ADDRESSES} addresses are allowed; take one back first")
        address = ModelAddress(host=host, port=port, allowed_by=caller.user_id, allowed_at=self.clock())
        await self.addresses.add(address)
        self.editor.record(ModelAddressAllowed, address.shown, caller)
        await self.uow.commit()
        self.store.forget(None)
        return address


@dataclass(frozen=True, slots=True)
class ForbidModelAddressHandler:
    """Handles ForbidModelAddress."""

    addresses: ModelAddresses
    editor: ModelEditor
    store: ModelsInStore
    uow: UnitOfWork

    async def __call__(self, message: ForbidModelAddress, caller: Caller) -> None:
        """Forget it; models there are refused from the next call on."""
        host = message.host.lower().strip("[]")
        if not await self.addresses.remove(host, message.port):
            raise ModelAddressNotFound(f"{host}:{message.port} is not among the allowed addresses")
        self.editor.record(ModelAddressForbidden, f"{host}:{message.port}", caller)
        await self.uow.commit()
        self.store.forget(None)
