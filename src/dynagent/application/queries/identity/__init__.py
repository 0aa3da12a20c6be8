"""Questions about people, sessions, keys and the audit log."""

from dynagent.application.queries.identity.people import (
    GetProfile,
    GetProfileHandler,
    GetSignInOptions,
    GetSignInOptionsHandler,
    GetUser,
    GetUserHandler,
    ListAccessKeys,
    ListAccessKeysHandler,
    ListAuditEntries,
    ListAuditEntriesHandler,
    ListSessions,
    ListSessionsHandler,
    ListUsers,
    ListUsersHandler,
    Profile,
    SignInOptions,
)

__all__ = [
    "GetProfile",
    "GetProfileHandler",
    "GetSignInOptions",
    "GetSignInOptionsHandler",
    "GetUser",
    "GetUserHandler",
    "ListAccessKeys",
    "ListAccessKeysHandler",
    "ListAuditEntries",
    "ListAuditEntriesHandler",
    "ListSessions",
    "ListSessionsHandler",
    "ListUsers",
    "ListUsersHandler",
    "Profile",
    "SignInOptions",
]
