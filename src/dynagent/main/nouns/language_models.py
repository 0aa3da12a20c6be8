"""Language models: those that people keep, their providers, keys and use."""

from dynagent.application.commands.language_models import models, provider_keys
from dynagent.application.queries.language_models import choice, usage
from dynagent.application.queries.language_models import models as model_queries
from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.core.language_models import (
    ChatModels,
    KnownModels,
    ModelRecords,
    ModelsInStore,
    ModelUsage,
    ProviderKeyCheck,
    ProviderKeys,
)
from dynagent.infrastructure.llm.catalogue import PricedModels
from dynagent.infrastructure.llm.provider_key_check import HttpProviderKeyCheck
from dynagent.infrastructure.postgres.language_models import PostgresModelRecords, PostgresProviderKeys
from dynagent.main.models import outbound_of
from dynagent.main.noun import Binds, Noun, Process, Routes, Scoped, handlers_in
from dynagent.presentation.api.language_models import keys, routes
from dynagent.presentation.api.shared.site import Pages

REPOSITORIES: Scoped = {
    ModelRecords: lambda scope: PostgresModelRecords(scope.session, scope.user_id, writes_global=scope.caller.is_admin),
    ProviderKeys: lambda scope: PostgresProviderKeys(scope.session, scope.user_id),
}


def _binds(process: Process) -> Binds:
    return Binds(
        shared={
            ChatModels: process.models,
            ProviderKeyCheck: HttpProviderKeyCheck(outbound_of(process.settings)),
            KnownModels: PricedModels(),
            ModelUsage: process.usage,
            ModelsInStore: process.models,
        },
        scoped=REPOSITORIES,
        around={ChatModels: lambda caller: process.models.of(caller.user_id)},
    )


noun = Noun(
    grants={
        "models:read": Grant(EVERY_ROLE),
        "models:write": Grant(MAKERS),
        "keys:read": Grant(MAKERS),
        "keys:write": Grant(MAKERS, for_keys=False),
    },
    pages=Pages(moved={"/models": "/settings/models"}, moved_exactly={"/settings/models?tab=usage": "/usage"}),
    handlers=handlers_in(models, provider_keys, model_queries, choice, usage),
    binds=_binds,
    routes=(Routes(100, routes.router), Routes(110, keys.router)),
    tag=(60, "Models", "Models you keep, their providers and keys."),
)
