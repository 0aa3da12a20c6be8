"""Language models: those that people keep, their providers, keys and use."""

from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core import language_models as ports
from dynagent.infrastructure.llm.catalogue import PricedModels
from dynagent.infrastructure.llm.provider_key_check import HttpProviderKeyCheck
from dynagent.infrastructure.postgres.language_models import PostgresModelRecords, PostgresProviderKeys
from dynagent.infrastructure.postgres.model_health import PostgresModelAddresses, PostgresModelHealths
from dynagent.main.noun import Binds, Noun, Process, Scoped
from dynagent.presentation.api.language_models import keys, routes, trials
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages

REPOSITORIES: Scoped = {
    ports.ModelRecords: lambda scope: PostgresModelRecords(
        scope.session, scope.user_id, writes_global=scope.caller.is_admin
    ),
    ports.ProviderKeys: lambda scope: PostgresProviderKeys(scope.session, scope.user_id),
    ports.ModelAddresses: lambda scope: PostgresModelAddresses(scope.session),
}


def _binds(process: Process) -> Binds:
    health = process.model_health
    return Binds(
        shared={
            ports.ChatModels: process.models,
            ports.ProviderKeyCheck: HttpProviderKeyCheck(process.settings.models_outbound),
            ports.KnownModels: PricedModels(),
            ports.ModelUsage: process.usage,
            ports.ModelsInStore: process.models,
            ports.ModelTrials: process.trials,
        },
        scoped={
            **REPOSITORIES,
            ports.ModelHealths: lambda scope: PostgresModelHealths(
                scope.session, scope.user_id, store=health, writes_global=scope.caller.is_admin
            ),
        },
        around={ports.ChatModels: lambda caller: process.models.of(caller.user_id)},
    )


noun = Noun(
    grants={
        "models:read": Grant(EVERY_ROLE),
        "models:write": Grant(MAKERS),
        "keys:read": Grant(MAKERS),
        "keys:write": Grant(MAKERS, for_keys=False),
    },
    pages=Pages(moved={"/models": "/settings/models"}, moved_exactly={"/settings/models?tab=usage": "/usage"}),
    handlers=handlers_of("language_models"),
    binds=_binds,
    routes=(Routes(99, trials.router), Routes(100, routes.router), Routes(110, keys.router)),
    tag=(60, "Models", "Models you keep, their providers and keys."),
)
