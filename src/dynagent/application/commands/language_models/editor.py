"""What the commands about models and keys share."""

from dataclasses import dataclass
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.core.language_models import (
    ChatModels,
    ModelEvent,
    ModelNotFound,
    ModelRecord,
    ModelRecords,
    ProviderKey,
    ProviderKeyNotFound,
    ProviderKeys,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEditor:
    """Loads models that are to be changed, checks the keys they name, and records what was done."""

    models: ModelRecords
    keys: ProviderKeys
    asked: ChatModels
    uow: UnitOfWork
    clock: Clock = utc_now

    def record(self, kind: type[ModelEvent], target_id: str, caller: Caller, **details: Any) -> None:
        """Record that the caller did something, for whoever listens."""
        event = kind(
            occurred_at=self.clock(),
            user_id=caller.user_id,
            target_id=target_id,
            address=caller.address,
            details=details,
        )
        self.uow.record(event)

    async def load_writable(self, model_id: str, caller: Caller) -> ModelRecord:
        """Return a model that the caller may write. Raises ModelNotFound, also for a global one of administrators."""
        record = await self.models.existing(model_id)
        if record.user_id != caller.user_id and not caller.is_admin:
            raise ModelNotFound(f"the model {model_id!r} is looked after by administrators")
        return record

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

    async def check_fallbacks(self, record: ModelRecord) -> None:
        """Refuse (InvalidInput) fallbacks that are not there; for a global model, those that only its maker has."""
        stored = await self.models.named(record.fallbacks)
        shared = {name for model in stored if model.user_id is None for name in (model.id, model.name)}
        own = {name for model in stored if model.user_id is not None for name in (model.id, model.name)} - shared
        problems: list[Violation] = []
        for place, name in enumerate(record.fallbacks):
            pointer = f"/fallbacks/{place}"
            if record.user_id is None and name in own:
                words = f"{name!r} is yours alone; a global model falls back to global ones"
                problems.append(Violation(pointer, "global_model", words))
            elif name not in shared | own and not self.asked.knows(name):
                problems.append(Violation(pointer, "known_model", f"no model answers to the name {name!r}"))
        if problems:
            raise InvalidInput("the model falls back to models that are not there", violations=problems)
