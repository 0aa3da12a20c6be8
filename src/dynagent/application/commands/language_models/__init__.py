"""Commands of models and providers' keys."""

from dynagent.application.commands.language_models.desk import (
    ModelDesk,
)
from dynagent.application.commands.language_models.models import (
    CreateModel,
    CreateModelHandler,
    DeleteModel,
    DeleteModelHandler,
    UpdateModel,
    UpdateModelHandler,
    checked,
    written,
)
from dynagent.application.commands.language_models.provider_keys import (
    AddProviderKey,
    AddProviderKeyHandler,
    RemoveProviderKey,
    RemoveProviderKeyHandler,
    TestProviderKey,
    TestProviderKeyHandler,
    address_of,
)

__all__ = [
    "AddProviderKey",
    "AddProviderKeyHandler",
    "CreateModel",
    "CreateModelHandler",
    "DeleteModel",
    "DeleteModelHandler",
    "ModelDesk",
    "RemoveProviderKey",
    "RemoveProviderKeyHandler",
    "TestProviderKey",
    "TestProviderKeyHandler",
    "UpdateModel",
    "UpdateModelHandler",
    "address_of",
    "checked",
    "written",
]
