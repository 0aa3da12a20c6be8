"""Triggers: signed messages that start agents and workflows."""

from dynagent.application.commands.triggers import TriggerSettings
from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.triggers import KnownTriggers, Triggers
from dynagent.infrastructure.postgres.triggers import PostgresKnownTriggers, PostgresTriggers
from dynagent.main.noun import Binds, Noun, Process
from dynagent.presentation.api import triggers
from dynagent.presentation.api.shared.router import Routes


def _binds(process: Process) -> Binds:
    return Binds(
        shared={KnownTriggers: PostgresKnownTriggers(process.database.pool)},
        scoped={Triggers: lambda scope: PostgresTriggers(scope.session, scope.user_id)},
    )


noun = Noun(
    grants={"triggers:read": Grant(EVERY_ROLE), "triggers:write": Grant(MAKERS)},
    settings=(TriggerSettings,),
    handlers=handlers_of("triggers"),
    binds=_binds,
    routes=(Routes(82, triggers.router), Routes(83, triggers.hooks)),
    tag=(45, "Triggers", "Signed messages that start agents and workflows."),
)
