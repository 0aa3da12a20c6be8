"""Identity: people, their sessions, the keys of their programs, the audit log."""

from dynagent.application.shared.access import ADMINS, EVERY_ROLE, Access, Grant
from dynagent.application.shared.bus import Bus
from dynagent.application.shared.handlers import handlers_of
from dynagent.core import identity as ports
from dynagent.core.executions import Executions
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.unit_of_work import UnitOfWork
from dynagent.infrastructure.postgres import identity_sessions as stored
from dynagent.infrastructure.postgres.access_keys import PostgresAccessKeys
from dynagent.infrastructure.postgres.audit import PRUNED as AUDIT_RETENTION
from dynagent.infrastructure.postgres.audit import PostgresAuditLog
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.identity import SEEDED, PostgresUsers
from dynagent.infrastructure.postgres.runs.executions import executions_in
from dynagent.infrastructure.postgres.unit_of_work import Scopes
from dynagent.infrastructure.security.identity import Identity
from dynagent.main.noun import Binds, Noun, Scoped, access_of, routes_of
from dynagent.presentation.api.identity import people, records, sessions
from dynagent.presentation.api.shared.router import Routes
from dynagent.presentation.api.shared.site import Pages

REPOSITORIES: Scoped = {
    ports.AccessKeys: lambda scope: PostgresAccessKeys(scope.session, scope.user_id),
    ports.AuditLog: lambda scope: PostgresAuditLog(scope.session),
    ports.RefreshTokens: lambda scope: stored.PostgresRefreshTokens(scope.session),
    ports.SetupLinks: lambda scope: stored.PostgresSetupLinks(scope.session),
    ports.StreamTickets: lambda scope: stored.PostgresStreamTickets(scope.session),
    ports.Users: lambda scope: PostgresUsers(scope.session),
}


def bus_over(database: Database, identity: Identity, *, clock: Clock = utc_now, access: Access | None = None) -> Bus:
    """Return a bus that handles the messages of identity alone, for what administers people without the rest.

    `access` has the permissions that keys may be given and accounts are told of, without it those of identity alone.
    """
    access = access or access_of([noun])
    bus = Bus(Scopes(database, deliver=lambda _: None).open, access)
    executions: Scoped = {Executions: lambda scope: executions_in(scope, lambda _id, _frames: None, lambda: None)}
    others = Binds({Access: access, Clock: clock}, {**executions, UnitOfWork: lambda scope: scope.uow})
    bus.serve(routes_of([noun], [Binds(identity.ports, REPOSITORIES), others]))
    return bus


noun = Noun(
    grants={
        "account:read": Grant(EVERY_ROLE),
        "account:write": Grant(EVERY_ROLE, for_keys=False),
        "tickets:write": Grant(EVERY_ROLE, for_keys=False),
        "users:read": Grant(ADMINS),
        "users:write": Grant(ADMINS, for_keys=False),
        "audit:read": Grant(ADMINS),
        # Agents and runs of everybody, read-only; each look is written into the audit log.
        "others:read": Grant(ADMINS),
    },
    retention=(*AUDIT_RETENTION, *stored.PRUNED),
    seeds=SEEDED,
    pages=Pages(
        moved={"/account": "/settings/profile", "/audit-log": "/settings/audit-log"},
        # Tabs that have become pages.
        moved_exactly={"/account?tab=keys": "/settings/access-keys", "/account?tab=people": "/settings/people"},
    ),
    handlers=handlers_of("identity"),
    binds=lambda process: Binds(process.identity.ports, REPOSITORIES),
    routes=(Routes(120, sessions.router), Routes(130, people.router), Routes(140, records.router)),
    tag=(70, "Identity", "Sign in, your account, keys for programs, users, the audit log."),
)
