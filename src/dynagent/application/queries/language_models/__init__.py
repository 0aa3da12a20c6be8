"""Questions about models, providers and keys."""

from dynagent.application.queries.language_models.choice import Advice, CheckFit, ChooseModel
from dynagent.application.queries.language_models.models import (
    GetInstalledModel,
    GetModel,
    GetProviderCapabilities,
    InstalledModel,
    ListModelAddresses,
    ListModels,
    ListProviderKeys,
    ListProviderModels,
    ListProviders,
    ModelView,
)
from dynagent.application.queries.language_models.usage import GetEverybodysUsage, GetModelUsage
