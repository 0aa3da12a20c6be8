"""Notes."""

from dynagent.core.notes import Notes
from dynagent.infrastructure.postgres.notes import PostgresNotes

from dynagent.application.shared.handlers import handlers_of
from dynagent.main.noun import Binds, Noun
from dynagent.presentation.api import notes
from dynagent.presentation.api.shared.router import Routes

noun = Noun(
    handlers=handlers_of("notes"),
    binds=lambda _: Binds(scoped={Notes: lambda scope: PostgresNotes(scope.session, scope.user_id)}),
    routes=(Routes(500, notes.router),),
    tag=(500, "Notes", "Short texts."),
)
