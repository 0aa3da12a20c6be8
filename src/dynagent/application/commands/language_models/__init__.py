"""Commands of models and providers' keys."""

from dynagent.application.commands.language_models.editor import ModelEditor
from dynagent.application.commands.language_models.models import (
    CreateModel,
    CreateModelHandler,
    DeleteModel,
    DeleteModelHandler,
    UpdateModel,
    UpdateModelHandler,
    checked,
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
    "ModelEditor",
    "RemoveProviderKey",
    "RemoveProviderKeyHandler",
    "TestProviderKey",
    "TestProviderKeyHandler",
    "UpdateModel",
    "UpdateModelHandler",
    "address_of",
    "checked",
]
