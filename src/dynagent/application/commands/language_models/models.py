"""Commands about models: create, change, delete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pydantic

from dynagent.application.commands.language_models.desk import ModelDesk
from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.language_models import (
    MAX_MODELS,
    Capabilities,
    ModelChanged,
    ModelCreated,
    ModelDeleted,
    ModelNotFound,
    ModelParameters,
    ModelRecord,
    TooManyModels,
    find_provider,
    mask_key,
)
from dynagent.core.shared.errors import InvalidInput, Violation


@dataclass(frozen=True, kw_only=True)
class CreateModel(Returns[ModelRecord]):
    """Keep a model; `for_all` makes a global one, which is for administrators.

    Raises InvalidInput, ProviderNotFound, ProviderKeyNotFound, ModelNameTaken, ModelNotFound, TooManyModels.
    """

    name: str
    provider: str
    model_identifier: str
    endpoint_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    key_id: str | None = None
    parameters: ModelParameters = field(default_factory=ModelParameters)
    capabilities: Capabilities = field(default_factory=Capabilities)
    fallbacks: tuple[str, ...] = ()
    max_rpm: int | None = None
    for_all: bool = False


@dataclass(frozen=True)
class UpdateModel(Returns[ModelRecord]):
    """Change fields of a model. `api_key` None removes its key; another provider or address does so too.

    Raises as CreateModel, and ModelChangedMeanwhile.
    """

    model_id: str
    changes: Mapping[str, Any] = field(repr=False)
    expected_version: int | None = None


@dataclass(frozen=True)
class DeleteModel(Returns[None]):
    """Remove a model; agents that name it are told when they run. Raises ModelNotFound."""

    model_id: str


class CreateModelHandler:
    """Handles CreateModel."""

    def __init__(self, desk: ModelDesk) -> None:
        self._desk = desk

    async def __call__(self, message: CreateModel, caller: Caller) -> ModelRecord:
        """Return the model as stored, its key sealed."""
        desk, now, id = self._desk, self._desk.clock(), self._desk.new_id()
        if await desk.models.count_own() >= MAX_MODELS:
            raise TooManyModels(f"you have {MAX_MODELS} models; remove one first")
        record = ModelRecord(
            id=id,
            user_id=None if message.for_all else caller.user_id,
            name=message.name,
            provider=find_provider(message.provider).id,
            model_identifier=message.model_identifier,
            endpoint_url=message.endpoint_url,
            sealed_key=desk.box.seal(message.api_key, row=id) if message.api_key else None,
            key_hint=mask_key(message.api_key) if message.api_key else None,
            key_id=message.key_id,
            parameters=message.parameters,
            capabilities=message.capabilities.model_dump(exclude_none=True),
            fallbacks=message.fallbacks,
            max_rpm=message.max_rpm,
            created_at=now,
            updated_at=now,
        )
        record.check()
        await desk.check_key(record)
        record = await desk.models.create(record)
        about = {"name": record.name, "provider": record.provider, "for_all": message.for_all}
        desk.report(ModelCreated, record.id, caller, **about)
        await desk.uow.commit()
        desk.store.forget(record.user_id)
        return record


class UpdateModelHandler:
    """Handles UpdateModel."""

    def __init__(self, desk: ModelDesk) -> None:
        self._desk = desk

    async def __call__(self, message: UpdateModel, caller: Caller) -> ModelRecord:
        """Return the model at its next version."""
        desk = self._desk
        record = await written(desk, message.model_id, caller)
        fields = dict(message.changes)
        if "api_key" in fields:
            key = fields.pop("api_key")
            fields["sealed_key"] = desk.box.seal(key, row=record.id) if key else None
            fields["key_hint"] = mask_key(key) if key else None
        if "provider" in fields:
            fields["provider"] = find_provider(fields["provider"]).id
        changed = checked(record.changed(desk.clock(), expected_version=message.expected_version, **fields))
        if message.changes.get("key_id") is not None:
            # Only a key that is set now: a global model may go on with that of the administrator who made it.
            await desk.check_key(changed)
        changed = await desk.models.update(changed)
        desk.report(ModelChanged, changed.id, caller, name=changed.name, fields=sorted(message.changes))
        await desk.uow.commit()
        desk.store.forget(changed.user_id)
        return changed


class DeleteModelHandler:
    """Handles DeleteModel."""

    def __init__(self, desk: ModelDesk) -> None:
        self._desk = desk

    async def __call__(self, message: DeleteModel, caller: Caller) -> None:
        """Remove it."""
        record = await written(self._desk, message.model_id, caller)
        await self._desk.models.delete(record.id)
        self._desk.report(ModelDeleted, record.id, caller, name=record.name)
        await self._desk.uow.commit()
        self._desk.store.forget(record.user_id)


async def written(desk: ModelDesk, model_id: str, caller: Caller) -> ModelRecord:
    """Return a model that the caller may write. Raises ModelNotFound, also for a global one of the administrators."""
    record = await desk.load(model_id)
    if record.user_id != caller.user_id and not caller.is_admin:
        raise ModelNotFound(f"the model {model_id!r} is looked after by administrators")
    return record


def checked(record: ModelRecord) -> ModelRecord:
    """Return a changed model. Raises InvalidInput, one violation per misfit."""
    try:
        record = ModelRecord.model_validate(record.model_dump())
    except pydantic.ValidationError as error:
        violations = [
            Violation("/" + "/".join(str(part) for part in item["loc"]), item["type"], item["msg"])
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise InvalidInput("the change does not fit a model", violations=violations) from None
    record.check()
    return record
