"""Scopes of the real store with the repositories that tests of adapters ask for by name."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.core.agents import AgentRepository
from dynagent.core.runs import Frame
from dynagent.infrastructure.postgres.access_keys import PostgresAccessKeys
from dynagent.infrastructure.postgres.agents import PostgresAgents
from dynagent.infrastructure.postgres.audit import PostgresAuditLog
from dynagent.infrastructure.postgres.custom_tools import PostgresCustomTools
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.identity import PostgresUsers
from dynagent.infrastructure.postgres.identity_sessions import (
    PostgresRefreshTokens,
    PostgresSetupLinks,
    PostgresStreamTickets,
)
from dynagent.infrastructure.postgres.language_models import PostgresModelRecords, PostgresProviderKeys
from dynagent.infrastructure.postgres.runs.executions import PostgresExecutions, executions_in
from dynagent.infrastructure.postgres.schedules import PostgresSchedules
from dynagent.infrastructure.postgres.unit_of_work import Scope, Scopes

Publish = Callable[[str, Sequence[Frame]], None]


class IdentityRepositories:
    """The repositories of identity and models over one session."""

    def __init__(self, session: Any, user_id: str, is_admin: bool = False) -> None:
        self.session = session
        self.user_id = user_id
        self.users = PostgresUsers(session)
        self.refresh_tokens = PostgresRefreshTokens(session)
        self.access_keys = PostgresAccessKeys(session, user_id)
        self.stream_tickets = PostgresStreamTickets(session)
        self.setup_links = PostgresSetupLinks(session)
        self.audit = PostgresAuditLog(session)
        self.models = PostgresModelRecords(session, user_id, writes_global=is_admin)
        self.provider_keys = PostgresProviderKeys(session, user_id)


class Repositories:
    """The repositories of one caller over one scope."""

    def __init__(self, scope: Scope, publish: Publish) -> None:
        self.session = scope.session
        self.uow = scope.uow
        self.agents: AgentRepository = PostgresAgents(scope.session, scope.user_id)
        self.custom_tools = PostgresCustomTools(scope.session, scope.user_id)
        self.executions: PostgresExecutions = executions_in(scope, publish, lambda: None)
        self.schedules = PostgresSchedules(scope.session, scope.user_id)
        self.identity = IdentityRepositories(scope.session, scope.user_id, scope.caller.is_admin)


class RepositoryScopes:
    """Opens scopes of the store, for tests."""

    def __init__(self, database: Database, *, deliver: Any, publish: Publish = lambda _id, _frames: None) -> None:
        self._scopes = Scopes(database, deliver=deliver)
        self._publish = publish

    @asynccontextmanager
    async def open(self, caller: Caller) -> AsyncGenerator[Repositories]:
        """Open one for a caller."""
        async with self._scopes.open(caller) as scope:
            yield Repositories(scope, self._publish)
