"""Notes."""

from dynagent.core.notes import Notes
from dynagent.infrastructure.postgres.notes import PRUNED, PostgresNotes

from dynagent.application.commands import notes as commands
from dynagent.application.shared.access import EVERY_ROLE, MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.main.noun import Binds, Noun
from dynagent.presentation.api import notes
from dynagent.presentation.api.shared.router import Routes

noun = Noun(
    grants={"notes:read": Grant(EVERY_ROLE), "notes:write": Grant(MAKERS)},
    settings=(commands.NoteSettings,),
    handlers=handlers_of("notes"),
    binds=lambda _: Binds(scoped={Notes: lambda scope: PostgresNotes(scope.session, scope.user_id)}),
    routes=(Routes(500, notes.router),),
    retention=PRUNED,
    tag=(500, "Notes", "Short texts."),
)
