"""Questions about models, providers and keys."""

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

__all__ = [
    "GetModel",
    "GetModelHandler",
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
