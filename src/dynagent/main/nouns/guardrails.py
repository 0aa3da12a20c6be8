"""Guardrails of agents; their permissions are those of agents."""

from dynagent.application.shared.handlers import handlers_of
from dynagent.core.guardrails import ConfigFault, Guardrails
from dynagent.infrastructure.langgraph.guard_checks import config_fault
from dynagent.infrastructure.postgres.guardrails import PostgresGuardrails
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api import guardrails
from dynagent.presentation.api.shared.router import Routes


def _binds(_: Process) -> Binds:
    return Binds(
        shared={ConfigFault: config_fault},
        scoped={Guardrails: lambda scope: PostgresGuardrails(scope.session, scope.user_id)},
    )


noun = Noun(handlers=handlers_of("guardrails"), binds=_binds, routes=(Routes(48, guardrails.router),))
