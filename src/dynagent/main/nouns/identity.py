"""Identity: people, their sessions, the keys of their programs, the audit log."""

from dynagent.application.commands.identity import (
    Rules,
    access_keys,
    incidents,
    password_links,
    people,
    setup,
    sign_in,
    sign_out,
)
from dynagent.application.queries.identity import WaysIn
from dynagent.application.queries.identity import people as people_queries
from dynagent.application.shared.bus import Bus
from dynagent.core.executions import Executions
from dynagent.core.identity import (
    AccessKeys,
    AccessTokens,
    AuditLog,
    NewSecret,
    Passwords,
    Principals,
    RefreshTokens,
    SetupLinks,
    StreamTickets,
    Throttle,
    Users,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.infrastructure.postgres.access_keys import PostgresAccessKeys
from dynagent.infrastructure.postgres.audit import PostgresAuditLog
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.identity import PostgresUsers
from dynagent.infrastructure.postgres.identity_sessions import (
    PostgresRefreshTokens,
    PostgresSetupLinks,
    PostgresStreamTickets,
)
from dynagent.infrastructure.postgres.runs.executions import PostgresExecutions
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from dynagent.infrastructure.security.tokens import new_secret
from dynagent.main.identity import Identity
from dynagent.main.noun import Binds, Noun, Routes, Scoped, handlers_in, routes_of
from dynagent.presentation.api.identity import people as people_routes
from dynagent.presentation.api.identity import records, sessions

REPOSITORIES: Scoped = {
    AccessKeys: lambda scope: PostgresAccessKeys(scope.session, scope.user_id),
    AuditLog: lambda scope: PostgresAuditLog(scope.session),
    RefreshTokens: lambda scope: PostgresRefreshTokens(scope.session),
    SetupLinks: lambda scope: PostgresSetupLinks(scope.session),
    StreamTickets: lambda scope: PostgresStreamTickets(scope.session),
    Users: lambda scope: PostgresUsers(scope.session),
}


def binds_of(identity: Identity) -> Binds:
    """Return identity's ports."""
    rules = identity.rules
    return Binds(
        shared={
            AccessTokens: identity.access,
            NewSecret: new_secret,
            Passwords: identity.passwords,
            Principals: identity.principals,
            Rules: rules,
            SealsSecrets: identity.box,
            Throttle: identity.throttle,
            WaysIn: WaysIn(rules.sign_in_required, rules.registration_open),
        },
        scoped=REPOSITORIES,
    )


def bus_over(database: Database, identity: Identity, *, clock: Clock = utc_now) -> Bus:
    """Return a bus that handles the messages of identity alone, for what administers people without the rest."""
    bus = Bus(Scopes(database, deliver=lambda _: None).open)
    others: Scoped = {
        Executions: lambda scope: PostgresExecutions(scope.session, scope.user_id),
        UnitOfWork: lambda scope: scope.uow,
    }
    bus.serve(routes_of([noun], [binds_of(identity), Binds({Clock: clock}, others)]))
    return bus


noun = Noun(
    handlers=handlers_in(access_keys, incidents, password_links, people, setup, sign_in, sign_out, people_queries),
    binds=lambda process: binds_of(process.identity),
    routes=(Routes(120, sessions.router), Routes(130, people_routes.router), Routes(140, records.router)),
    tag=(70, "Identity", "Sign in, your account, keys for programs, users, the audit log."),
)
