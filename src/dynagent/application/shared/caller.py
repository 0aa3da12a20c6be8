"""Who asks."""

from dataclasses import dataclass

LOCAL_USER_ID = "00000000-0000-7000-8000-000000000001"
"""The seeded local administrator: everybody, while the server listens on a loopback address only."""

ANONYMOUS_ID = "00000000-0000-0000-0000-000000000000"
SYSTEM_ID = "00000000-0000-7000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Caller:
    """The user a message is sent for, with the names of the user's roles.

    `scopes` narrow what a program with an access key may do (None: all that the roles allow), `execution_id` narrows a
    stream ticket to one execution; `session_id` and `address` say where the request came from.
    """

    user_id: str
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    execution_id: str | None = None
    session_id: str | None = None
    address: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether the caller holds the role `admin`."""
        return "admin" in self.roles

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has signed in."""
        return self.user_id == ANONYMOUS_ID


LOCAL_ADMIN = Caller(LOCAL_USER_ID, frozenset({"admin"}))
SYSTEM = Caller(SYSTEM_ID, frozenset({"system"}))
"""The program itself: workers, timers."""

ANONYMOUS = Caller(ANONYMOUS_ID)
"""A request without credentials."""
