"""Language models: those that people keep, their providers, keys and use."""

from dynagent.application.commands.language_models import addresses, models, provider_keys, trials
from dynagent.application.queries.language_models import choice, usage
from dynagent.application.queries.language_models import models as model_queries
from dynagent.core.language_models import (
    ChatModels,
    KnownModels,
    ModelAddresses,
    ModelHealths,
    ModelRecords,
    ModelsInStore,
    ModelTrials,
    ModelUsage,
    ProviderKeyCheck,
    ProviderKeys,
)
from dynagent.infrastructure.llm.catalogue import PricedModels
from dynagent.infrastructure.llm.provider_key_check import HttpProviderKeyCheck
from dynagent.infrastructure.postgres.language_models import PostgresModelRecords, PostgresProviderKeys
from dynagent.infrastructure.postgres.model_health import PostgresModelAddresses, PostgresModelHealths
from dynagent.main.models import outbound_of
from dynagent.main.noun import Binds, Noun, Process, Routes, Scoped, handlers_in
from dynagent.presentation.api.language_models import keys, routes
from dynagent.presentation.api.language_models import trials as trials_routes

REPOSITORIES: Scoped = {
    ModelRecords: lambda scope: PostgresModelRecords(scope.session, scope.user_id, writes_global=scope.caller.is_admin),
    ProviderKeys: lambda scope: PostgresProviderKeys(scope.session, scope.user_id),
    ModelAddresses: lambda scope: PostgresModelAddresses(scope.session),
}


def _binds(process: Process) -> Binds:
    health = process.model_health
    return Binds(
        shared={
            ChatModels: process.models,
            ProviderKeyCheck: HttpProviderKeyCheck(outbound_of(process.settings)),
            KnownModels: PricedModels(),
            ModelUsage: process.usage,
            ModelsInStore: process.models,
            ModelTrials: process.trials,
        },
        scoped={
            **REPOSITORIES,
            ModelHealths: lambda scope: PostgresModelHealths(
                scope.session, scope.user_id, store=health, writes_global=scope.caller.is_admin
            ),
        },
        around={ChatModels: lambda caller: process.models.of(caller.user_id)},
    )


noun = Noun(
    handlers=handlers_in(addresses, models, provider_keys, trials, model_queries, choice, usage),
    binds=_binds,
    routes=(Routes(99, trials_routes.router), Routes(100, routes.router), Routes(110, keys.router)),
    tag=(60, "Models", "Models you keep, their providers and keys."),
)
