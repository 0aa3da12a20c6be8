"""Notes."""

from dynagent.core.notes import Notes
from dynagent.infrastructure.postgres.notes import PostgresNotes

from dynagent.application.commands import notes as commands
from dynagent.application.queries import notes as queries
from dynagent.main.noun import Binds, Noun, Routes, handlers_in
from dynagent.presentation.api import notes

noun = Noun(
    handlers=handlers_in(commands, queries),
    binds=lambda _: Binds(scoped={Notes: lambda scope: PostgresNotes(scope.session, scope.user_id)}),
    routes=(Routes(500, notes.router),),
    tag=(500, "Notes", "Short texts."),
)
