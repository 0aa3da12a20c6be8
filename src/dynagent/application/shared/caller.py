"""Who asks."""

from dataclasses import dataclass

LOCAL_USER_ID = "00000000-0000-7000-8000-000000000001"
"""The seeded local administrator: everybody, while the server listens on a loopback address only."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The user a message is sent for, with the names of the user's roles."""

    user_id: str
    roles: frozenset[str] = frozenset()

    @property
    def is_admin(self) -> bool:
        """Whether the caller holds the role `admin`."""
        return "admin" in self.roles


LOCAL_ADMIN = Caller(LOCAL_USER_ID, frozenset({"admin"}))
