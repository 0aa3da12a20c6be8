"""Tools."""

from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.tools import CallableTools, CustomTools, ToolCatalogue, ToolSandbox
from dynagent.infrastructure.postgres.custom_tools import PostgresCustomTools
from dynagent.infrastructure.tools.search.engines import SearchSettings
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.tools import routes


def _binds(process: Process) -> Binds:
    return Binds(
        shared={
            ToolCatalogue: process.catalogue,
            CallableTools: process.catalogue,
            ToolSandbox: process.sandbox,
        },
        scoped={CustomTools: lambda scope: PostgresCustomTools(scope.session, scope.user_id)},
        around={CallableTools: lambda caller: process.models.of(caller.user_id)},
    )


noun = Noun(
    grants={
        "tools:read": Grant(EVERY_ROLE),
        "tools:write": Grant(MAKERS),
        "tools:run": Grant(MAKERS),
    },
    settings=(SearchSettings,),
    handlers=handlers_of("tools"),
    binds=_binds,
    routes=(Routes(35, routes.of_agents), Routes(50, routes.router)),
    tag=(20, "Tools", "What agents can call: prebuilt and registered tools."),
)
