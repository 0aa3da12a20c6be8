"""Commands of models and providers' keys."""

from dynagent.application.commands.language_models.addresses import AllowModelAddress, ForbidModelAddress
from dynagent.application.commands.language_models.models import CreateModel, DeleteModel, UpdateModel
from dynagent.application.commands.language_models.provider_keys import (
    AddProviderKey,
    RemoveProviderKey,
    TestProviderKey,
)
from dynagent.application.commands.language_models.trials import (
    ForgetInstalledRefusedParts,
    ForgetRefusedParts,
    TryModel,
)
