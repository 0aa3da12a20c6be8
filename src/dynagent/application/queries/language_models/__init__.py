"""Questions about models, providers and keys."""

from dynagent.application.queries.language_models.choice import (
    Advice,
    CheckFit,
    CheckFitHandler,
    ChooseModel,
    ChooseModelHandler,
)
from dynagent.application.queries.language_models.models import (
    GetModel,
    GetModelHandler,
    GetProviderCapabilities,
    GetProviderCapabilitiesHandler,
    ListModels,
    ListModelsHandler,
    ListProviderKeys,
    ListProviderKeysHandler,
    ListProviderModels,
    ListProviderModelsHandler,
    ListProviders,
    ListProvidersHandler,
    ModelView,
    ModelViews,
    having_key,
)
from dynagent.application.queries.language_models.usage import (
    GetEverybodysUsage,
    GetEverybodysUsageHandler,
    GetModelUsage,
    GetModelUsageHandler,
)

__all__ = [
    "Advice",
    "CheckFit",
    "CheckFitHandler",
    "ChooseModel",
    "ChooseModelHandler",
    "GetEverybodysUsage",
    "GetEverybodysUsageHandler",
    "GetModel",
    "GetModelHandler",
    "GetModelUsage",
    "GetModelUsageHandler",
    "GetProviderCapabilities",
    "GetProviderCapabilitiesHandler",
    "ListModels",
    "ListModelsHandler",
    "ListProviderKeys",
    "ListProviderKeysHandler",
    "ListProviderModels",
    "ListProviderModelsHandler",
    "ListProviders",
    "ListProvidersHandler",
    "ModelView",
    "ModelViews",
    "having_key",
]
