"""Commands of models and providers' keys."""

from dynagent.application.commands.language_models.addresses import (
    AllowModelAddress,
    AllowModelAddressHandler,
    ForbidModelAddress,
    ForbidModelAddressHandler,
)
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
from dynagent.application.commands.language_models.trials import (
    ForgetRefusedParts,
    ForgetRefusedPartsHandler,
    TryModel,
    TryModelHandler,
)

__all__ = [
    "AddProviderKey",
    "AddProviderKeyHandler",
    "AllowModelAddress",
    "AllowModelAddressHandler",
    "CreateModel",
    "CreateModelHandler",
    "DeleteModel",
    "DeleteModelHandler",
    "ForbidModelAddress",
    "ForbidModelAddressHandler",
    "ForgetRefusedParts",
    "ForgetRefusedPartsHandler",
    "ModelEditor",
    "RemoveProviderKey",
    "RemoveProviderKeyHandler",
    "TestProviderKey",
    "TestProviderKeyHandler",
    "TryModel",
    "TryModelHandler",
    "UpdateModel",
    "UpdateModelHandler",
    "address_of",
    "checked",
]
