"""What models and keys tell. Their facts hold no secret."""

from typing import Any, ClassVar

from pydantic import Field

from dynagent.core.shared.events import DomainEvent


class ModelEvent(DomainEvent):
    """Something happened to a model or a key (`target_id`); `user_id` is who did it, `address` from where."""

    name: ClassVar[str] = "model.event"
    target_kind: ClassVar[str] = "model"
    target_id: str
    address: str = ""
    details: dict[str, Any] = Field(default_factory=dict)


class ModelCreated(ModelEvent):
    """A new model can be chosen."""

    name: ClassVar[str] = "model.created"


class ModelChanged(ModelEvent):
    """A model has a new version; `details` name the fields."""

    name: ClassVar[str] = "model.changed"


class ModelDeleted(ModelEvent):
    """A model is gone."""

    name: ClassVar[str] = "model.deleted"


class ProviderKeyAdded(ModelEvent):
    """Somebody keeps a new key."""

    name: ClassVar[str] = "provider_key.added"
    target_kind: ClassVar[str] = "provider_key"


class ProviderKeyRemoved(ModelEvent):
    """A key is forgotten."""

    name: ClassVar[str] = "provider_key.removed"
    target_kind: ClassVar[str] = "provider_key"


class ModelAddressAllowed(ModelEvent):
    """An administrator lets models be at a private address; `details` name it."""

    name: ClassVar[str] = "model_address.allowed"
    target_kind: ClassVar[str] = "model_address"


class ModelAddressForbidden(ModelEvent):
    """An administrator has taken that back."""

    name: ClassVar[str] = "model_address.forbidden"
    target_kind: ClassVar[str] = "model_address"
