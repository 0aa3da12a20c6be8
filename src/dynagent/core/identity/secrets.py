"""What lets somebody in: refresh tokens in families, access keys, stream tickets, setup links: stored as hashes."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.identity.errors import BadToken

REFRESH_PREFIX, KEY_PREFIX, TICKET_PREFIX = "dynr_", "dyn_", "dynt_"
SETUP_PREFIX, PASSWORD_PREFIX = "dyns_", "dynp_"
REUSE_GRACE = timedelta(seconds=10)
"""A browser that reloads while it renews loses the answer; so soon after, the old token is no sign of theft yet."""

MAX_ACCESS_KEYS = 50

NewSecret = Callable[[str], str]
"""The port: returns a fresh unguessable text (256 bits) after a prefix."""


class RefreshToken(BaseModel):
    """One link of a family: a session is a family of tokens, of which only the newest may be used, once."""

    model_config = ConfigDict(frozen=True)

    id: str
    family_id: str
    user_id: str
    token_hash: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    replaced_by: str | None = None
    address: str = ""
    user_agent: str = ""

    def check_live(self, now: datetime) -> None:
        """Refuse with BadToken when it has expired or its family was ended."""
        if self.revoked_at is not None or self.expires_at <= now:
            raise BadToken("the session has ended; sign in again")

    def within_grace(self, now: datetime) -> bool:
        """Say whether it was used a moment ago, so that its answer may have been lost on the way."""
        return self.used_at is not None and self.revoked_at is None and now - self.used_at <= REUSE_GRACE

    def used(self, now: datetime, *, replaced_by: str) -> "RefreshToken":
        """Return the token as used, with the one that follows it."""
        return self.model_copy(update={"used_at": self.used_at or now, "replaced_by": replaced_by})

    def revoked(self, now: datetime) -> "RefreshToken":
        """Return the token as void."""
        return self.model_copy(update={"revoked_at": self.revoked_at or now})


class Session(BaseModel):
    """A family as its owner sees it."""

    model_config = ConfigDict(frozen=True)

    id: str
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime
    address: str = ""
    user_agent: str = ""


class AccessKey(BaseModel):
    """A key with which a program acts for its owner; `hint` is the visible beginning of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    user_id: str
    name: str = Field(min_length=1, max_length=100)
    hint: str
    key_hash: str = Field(repr=False)
    scopes: tuple[str, ...]
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    created_at: datetime


class StreamTicket(BaseModel):
    """Lets an EventSource read one execution for a short time: the only secret that may stand in a URL."""

    model_config = ConfigDict(frozen=True)

    token_hash: str
    user_id: str
    execution_id: str
    expires_at: datetime


class SetupLink(BaseModel):
    """Lets whoever holds it set a password, once: the first administrator's, or that of the user it was made for."""

    model_config = ConfigDict(frozen=True)

    id: str
    token_hash: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    user_id: str | None = None

    def check_usable(self, now: datetime) -> None:
        """Refuse with BadToken when it was used or has expired."""
        if self.used_at is None and self.expires_at > now:
            return
        if self.user_id is None:
            raise BadToken("this setup link was used or has expired; restart the server to get a new one")
        raise BadToken("this link was used or has expired; ask an administrator for a new one")


class AccessClaims(BaseModel):
    """What an access token says: who, in which session, issued when."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    session_id: str
    issued_at: datetime
    expires_at: datetime


def fingerprint(secret: str) -> str:
    """Return the hash under which a random secret is stored (SHA-256: 256 random bits need no slow hash)."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two texts in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def csrf_token(refresh_token: str) -> str:
    """Return what a page must repeat in a header to use this cookie: known to whoever was given the cookie only."""
    return hashlib.sha256(b"csrf:" + refresh_token.encode("utf-8", "replace")).hexdigest()[:43]


def key_hint(key: str) -> str:
    """Return the visible beginning of an access key: `dyn_Ab3x…`."""
    return key[: len(KEY_PREFIX) + 4] + "…"


def newest_first(sessions: Sequence[Session]) -> list[Session]:
    """Return sessions, last used first."""
    return sorted(sessions, key=lambda session: session.last_used_at, reverse=True)
