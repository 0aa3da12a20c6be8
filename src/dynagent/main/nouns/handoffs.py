"""Handoffs between agents; their permissions are those of agents."""

from dynagent.application.shared.handlers import handlers_of
from dynagent.core.handoffs import Handoffs
from dynagent.infrastructure.postgres.handoffs import PostgresHandoffs
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api import handoffs
from dynagent.presentation.api.shared.router import Routes


def _binds(_: Process) -> Binds:
    return Binds(scoped={Handoffs: lambda scope: PostgresHandoffs(scope.session, scope.user_id)})


noun = Noun(handlers=handlers_of("handoffs"), binds=_binds, routes=(Routes(49, handoffs.router),))
