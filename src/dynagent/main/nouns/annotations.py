"""Annotations: feedback, notes and tags on runs."""

from dynagent.application.shared.access import MAKERS, Grant
from dynagent.application.shared.handlers import handlers_of
from dynagent.core.annotations import AnnotationStore
from dynagent.infrastructure.postgres.runs.annotations import PostgresAnnotations
from dynagent.main.noun import Binds, Noun
from dynagent.presentation.api import annotations
from dynagent.presentation.api.shared.router import Routes

noun = Noun(
    grants={"annotations:write": Grant(MAKERS)},
    handlers=handlers_of("annotations"),
    binds=lambda _: Binds(scoped={AnnotationStore: lambda scope: PostgresAnnotations(scope.session, scope.user_id)}),
    routes=(Routes(65, annotations.router),),
)
