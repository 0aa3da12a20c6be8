"""Annotations: feedback, notes and tags on runs."""

from dynagent.application.commands import annotations as commands
from dynagent.application.queries import annotations as queries
from dynagent.core.annotations import AnnotationStore
from dynagent.infrastructure.postgres.runs.annotations import PostgresAnnotations
from dynagent.main.noun import Binds, Noun, Process, Routes, handlers_in
from dynagent.presentation.api import annotations


def _binds(_process: Process) -> Binds:
    return Binds(scoped={AnnotationStore: lambda scope: PostgresAnnotations(scope.session, scope.user_id)})


noun = Noun(handlers=handlers_in(commands, queries), binds=_binds, routes=(Routes(65, annotations.router),))
