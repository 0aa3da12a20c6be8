"""What the handlers of models share."""

from dataclasses import dataclass
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.core.language_models import (
    KnownModels,
    ModelEvent,
    ModelNotFound,
    ModelRecord,
    ModelRecords,
    ModelsInStore,
    ProviderKey,
    ProviderKeyNotFound,
    ProviderKeys,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, is_id, new_id
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDesk:
    """The ports of one message."""

    models: ModelRecords
    keys: ProviderKeys
    uow: UnitOfWork
    box: SealsSecrets
    store: ModelsInStore
    known: KnownModels
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def load(self, model_id: str) -> ModelRecord:
        """Return a model that the caller may see. Raises ModelNotFound."""
        record = await self.models.get_by_id(model_id) if is_id(model_id) else None
        if record is None:
            raise ModelNotFound(f"there is no model {model_id!r}")
        return record

    def report(self, kind: type[ModelEvent], target_id: str, caller: Caller, **details: Any) -> None:
        """Record that the caller did something; the audit log hears of it."""
        event = kind(
            occurred_at=self.clock(),
            user_id=caller.user_id,
            target_id=target_id,
            address=caller.address,
            details=details,
        )
        self.uow.record(event)

    async def check_key(self, record: ModelRecord) -> ProviderKey | None:
        """Refuse (ProviderKeyNotFound, InvalidInput) a key that is not the caller's or not meant for this address."""
        if record.key_id is None:
            return None
        key = await self.keys.get(record.key_id) if is_id(record.key_id) else None
        if key is None:
            raise ProviderKeyNotFound(f"you have no provider key {record.key_id!r}")
        if key.provider != record.provider or record.base_url is None or not key.may_go_to(record.base_url):
            words = "this key was stored for another provider or address, and is sent to no other"
            raise InvalidInput(
                "the key does not fit the model", violations=[Violation("/key_id", "same_origin", words)]
            )
        return key
