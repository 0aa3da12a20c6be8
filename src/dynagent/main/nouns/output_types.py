"""Named output types; their permissions are those of agents."""

from dynagent.application.commands.output_types import OutputSchemaFault
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.output_types import OutputTypes
from dynagent.infrastructure.postgres.output_types import PostgresOutputTypes
from dynagent.infrastructure.tools.arguments import schema_fault
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api import output_types
from dynagent.presentation.api.shared.router import Routes


def _binds(_: Process) -> Binds:
    return Binds(
        shared={OutputSchemaFault: schema_fault},
        scoped={OutputTypes: lambda scope: PostgresOutputTypes(scope.session, scope.user_id)},
    )


noun = Noun(handlers=handlers_of("output_types"), binds=_binds, routes=(Routes(25, output_types.router),))
