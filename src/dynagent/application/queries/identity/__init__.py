"""Questions about people, sessions, keys and the audit log."""

from dynagent.application.queries.identity.people import (
    GetProfile,
    GetSignInOptions,
    GetUser,
    ListAccessKeys,
    ListAuditEntries,
    ListSessions,
    ListUsers,
    OwnSessions,
    Profile,
    WaysIn,
)
