"""Commands about models: create, change, delete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pydantic

from dynagent.application.commands.language_models.editor import ModelEditor
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.language_models import (
    MAX_MODELS,
    Capabilities,
    ModelChanged,
    ModelChangedMeanwhile,
    ModelCreated,
    ModelDeleted,
    ModelHealths,
    ModelNameTaken,
    ModelNotFound,
    ModelParameters,
    ModelRecord,
    ModelRecords,
    ModelsInStore,
    ModelTrials,
    ProviderKeyNotFound,
    ProviderNotFound,
    TooManyModels,
    find_provider,
    mask_key,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.core.shared.uses import InUse, Uses, refuse_used


@dataclass(frozen=True, kw_only=True)
class CreateModel(
    Command[ModelRecord],
    needs="models:write",
    raises=(InvalidInput, ProviderNotFound, ProviderKeyNotFound, ModelNameTaken, ModelNotFound, TooManyModels),
):
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
class UpdateModel(
    Command[ModelRecord],
    needs="models:write",
    raises=(
        InvalidInput,
        ProviderNotFound,
        ProviderKeyNotFound,
        ModelNameTaken,
        ModelNotFound,
        TooManyModels,
        ModelChangedMeanwhile,
    ),
):
    """Change fields of a model. `api_key` None removes its key; another provider or address does so too.

    Raises as CreateModel, and ModelChangedMeanwhile.
    """

    model_id: str
    changes: Mapping[str, Any] = field(repr=False)
    expected_version: int | None = None


@dataclass(frozen=True)
class DeleteModel(Command[None], needs="models:write", raises=(ModelNotFound, InUse)):
    """Remove a model. Raises ModelNotFound; InUse when agents, schedules or models name it, unless by `force`."""

    model_id: str
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateModelHandler:
    """Handles CreateModel."""

    models: ModelRecords
    uow: UnitOfWork
    box: SealsSecrets
    store: ModelsInStore
    trials: ModelTrials
    editor: ModelEditor
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: CreateModel, caller: Caller) -> ModelRecord:
        """Return the model as stored, its key sealed."""
        now, id = self.clock(), self.new_id()
        if await self.models.count_own() >= MAX_MODELS:
            raise TooManyModels(f"you have {MAX_MODELS} models; remove one first")
        record = ModelRecord(
            id=id,
            user_id=None if message.for_all else caller.user_id,
            name=message.name,
            provider=find_provider(message.provider).id,
            model_identifier=message.model_identifier,
            endpoint_url=message.endpoint_url,
            sealed_key=self.box.seal(message.api_key, row=id) if message.api_key else None,
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
        await self.editor.check_key(record)
        await self.editor.check_fallbacks(record)
        record = await self.models.create(record)
        about = {"name": record.name, "provider": record.provider, "for_all": message.for_all}
        self.editor.record(ModelCreated, record.id, caller, **about)
        await self.uow.commit()
        self.store.forget(record.user_id)
        self.trials.look_soon(record, caller.user_id)
        return record


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateModelHandler:
    """Handles UpdateModel."""

    models: ModelRecords
    uow: UnitOfWork
    box: SealsSecrets
    store: ModelsInStore
    healths: ModelHealths
    trials: ModelTrials
    editor: ModelEditor
    clock: Clock = utc_now

    async def __call__(self, message: UpdateModel, caller: Caller) -> ModelRecord:
        """Return the model at its next version."""
        record = await self.editor.load_writable(message.model_id, caller)
        fields = dict(message.changes)
        if "api_key" in fields:
            key = fields.pop("api_key")
            fields["sealed_key"] = self.box.seal(key, row=record.id) if key else None
            fields["key_hint"] = mask_key(key) if key else None
        if "provider" in fields:
            fields["provider"] = find_provider(fields["provider"]).id
        changed = checked(record.changed(self.clock(), expected_version=message.expected_version, **fields))
        if message.changes.get("key_id") is not None:
            # Only a key that is set now: a global model may go on with that of the administrator who made it.
            await self.editor.check_key(changed)
        if changed.fallbacks != record.fallbacks:
            await self.editor.check_fallbacks(changed)
        changed = await self.models.update(changed)
        if changed.place != record.place:
            await self.healths.reset(changed.id)
        self.editor.record(ModelChanged, changed.id, caller, name=changed.name, fields=sorted(message.changes))
        await self.uow.commit()
        self.store.forget(changed.user_id)
        if changed.enabled:
            self.trials.look_soon(changed, caller.user_id)
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteModelHandler:
    """Handles DeleteModel."""

    models: ModelRecords
    uow: UnitOfWork
    store: ModelsInStore
    editor: ModelEditor
    uses: Uses

    async def __call__(self, message: DeleteModel, caller: Caller) -> None:
        """Remove it; by force also from under those that name it."""
        record = await self.editor.load_writable(message.model_id, caller)
        if not message.force:
            shared = record.user_id is None
            refuse_used(f"the model {record.name!r}", await self.uses.of_model(record.id, record.name, shared=shared))
        await self.models.delete(record.id)
        self.editor.record(ModelDeleted, record.id, caller, name=record.name)
        await self.uow.commit()
        self.store.forget(record.user_id)


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
