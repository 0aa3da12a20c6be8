"""What lets people in, in PostgreSQL: refresh tokens, access keys, tickets, setup links; whom each stands for."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.identity import (
    AccessClaims,
    Principal,
    Principals,
    RefreshToken,
    RefreshTokens,
    Session,
    SetupLink,
    SetupLinks,
    StreamTicket,
    StreamTickets,
    newest_first,
    role_of,
)
from dynagent.core.shared.ids import is_id
from dynagent.infrastructure.postgres.identity_tables import (
    refresh_tokens,
    setup_links,
    stream_tickets,
)
from dynagent.infrastructure.postgres.kit.retention import Retention
from dynagent.infrastructure.postgres.kit.session import execute
from dynagent.infrastructure.postgres.pool import Pool, Row

PRUNED = (
    Retention("refresh_tokens", "expires_at < $1", timedelta(days=1)),
    Retention("setup_links", "expires_at < $1", timedelta(days=1)),
)

_OF_SESSION = """
SELECT u.id, ARRAY(SELECT r.role_name FROM user_roles JOIN roles r USING (role_id) WHERE user_id = u.id) AS roles
FROM users u
WHERE u.id = $1 AND NOT u.disabled AND (u.sessions_valid_from IS NULL OR u.sessions_valid_from <= $3)
  AND EXISTS (SELECT FROM refresh_tokens t
              WHERE t.family_id = $2 AND t.user_id = u.id AND t.revoked_at IS NULL AND t.expires_at > $4)
"""
_OF_KEY = """
SELECT u.id, ARRAY(SELECT r.role_name FROM user_roles JOIN roles r USING (role_id) WHERE user_id = u.id) AS roles,
  k.id AS key_id, k.scopes, k.last_used_at
FROM access_keys k JOIN users u ON u.id = k.user_id
WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2) AND NOT u.disabled
"""
_OF_TICKET = """
SELECT u.id, ARRAY(SELECT r.role_name FROM user_roles JOIN roles r USING (role_id) WHERE user_id = u.id) AS roles,
  t.execution_id
FROM stream_tickets t JOIN users u ON u.id = t.user_id
WHERE t.token_hash = $1 AND t.expires_at > $2 AND NOT u.disabled
"""
USED_EVERY = timedelta(minutes=1)
STORED_AFTER_EXPIRY = timedelta(days=1)


class PostgresRefreshTokens(RefreshTokens):
    """Families of refresh tokens."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, token: RefreshToken) -> None:
        """Store a new token, and drop the user's that expired a day ago: they tell nothing about reuse any more."""
        old = refresh_tokens.c.expires_at < token.issued_at - STORED_AFTER_EXPIRY
        await execute(self._session, sa.delete(refresh_tokens).where(refresh_tokens.c.user_id == token.user_id, old))
        await execute(self._session, sa.insert(refresh_tokens).values(**token.model_dump()))

    async def take(self, token_hash: str) -> RefreshToken | None:
        """Return the token of this hash, locked until the commit."""
        return await self._locked(refresh_tokens.c.token_hash == token_hash)

    async def get(self, token_id: str) -> RefreshToken | None:
        """Return a token by its id, locked until the commit."""
        return await self._locked(refresh_tokens.c.id == token_id)

    async def save(self, token: RefreshToken) -> None:
        """Store what changes about a token."""
        changed = token.model_dump(include={"used_at", "revoked_at", "replaced_by"})
        await execute(self._session, sa.update(refresh_tokens).where(refresh_tokens.c.id == token.id).values(**changed))

    async def revoke_family(self, family_id: str, user_id: str, now: datetime) -> int:
        """End a session of this user."""
        return await self._revoke(now, refresh_tokens.c.family_id == family_id, refresh_tokens.c.user_id == user_id)

    async def revoke_user(self, user_id: str, now: datetime, *, except_family: str | None = None) -> int:
        """End all sessions of a user."""
        where = [refresh_tokens.c.user_id == user_id]
        if except_family is not None:
            where.append(refresh_tokens.c.family_id != except_family)
        return await self._revoke(now, *where)

    async def sessions(self, user_id: str, now: datetime) -> list[Session]:
        """Return the user's live sessions, last used first."""
        of_user = refresh_tokens.c.user_id == user_id
        found = await execute(self._session, sa.select(refresh_tokens).where(of_user).order_by(refresh_tokens.c.id))
        families: dict[str, list[Any]] = {}
        for row in found.mappings():
            families.setdefault(row["family_id"], []).append(row)
        return newest_first(
            [
                Session(
                    id=family,
                    started_at=rows[0]["issued_at"],
                    last_used_at=rows[-1]["issued_at"],
                    expires_at=rows[-1]["expires_at"],
                    address=rows[-1]["address"],
                    user_agent=rows[-1]["user_agent"],
                )
                for family, rows in families.items()
                if rows[-1]["revoked_at"] is None and rows[-1]["expires_at"] > now
            ]
        )

    async def _locked(self, condition: sa.ColumnElement[bool]) -> RefreshToken | None:
        query = sa.select(refresh_tokens).where(condition).with_for_update()
        row = (await execute(self._session, query)).mappings().one_or_none()
        return None if row is None else RefreshToken(**row)

    async def _revoke(self, now: datetime, *where: sa.ColumnElement[bool]) -> int:
        live = refresh_tokens.c.revoked_at.is_(None)
        changed = sa.update(refresh_tokens).where(live, *where).values(revoked_at=now).returning(refresh_tokens.c.id)
        return len((await execute(self._session, changed)).all())


class PostgresStreamTickets(StreamTickets):
    """Tickets of streams."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, ticket: StreamTicket) -> None:
        """Store a ticket, and drop those that have expired."""
        await execute(self._session, sa.delete(stream_tickets).where(stream_tickets.c.expires_at < sa.func.now()))
        await execute(self._session, sa.insert(stream_tickets).values(**ticket.model_dump()))


class PostgresSetupLinks(SetupLinks):
    """Setup links."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, link: SetupLink) -> None:
        """Store a link."""
        await execute(self._session, sa.insert(setup_links).values(**link.model_dump()))

    async def take(self, token_hash: str) -> SetupLink | None:
        """Return the link of this hash, locked until the commit."""
        query = sa.select(setup_links).where(setup_links.c.token_hash == token_hash).with_for_update()
        row = (await execute(self._session, query)).mappings().one_or_none()
        return None if row is None else SetupLink(**row)

    async def use_all(self, user_id: str | None, now: datetime) -> None:
        """Void every link for this user; None: every link of the first setup."""
        unused = (setup_links.c.used_at.is_(None), setup_links.c.user_id.is_not_distinct_from(user_id))
        await execute(self._session, sa.update(setup_links).where(*unused).values(used_at=now))


class PostgresPrincipals(Principals):
    """One statement per lookup, on the raw pool; nothing is remembered, so that what is revoked ends at once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_session(self, claims: AccessClaims, now: datetime) -> Principal | None:
        """Return whom an access token stands for."""
        if not (is_id(claims.user_id) and is_id(claims.session_id)):
            return None
        issued, session = claims.issued_at, claims.session_id
        row = await self._pool.fetchrow(_OF_SESSION, claims.user_id, session, issued, now)
        return None if row is None else _principal(row, session_id=claims.session_id)

    async def of_access_key(self, key_hash: str, now: datetime) -> Principal | None:
        """Return whom an access key stands for, and note once a minute that it was used."""
        row = await self._pool.fetchrow(_OF_KEY, key_hash, now)
        if row is None:
            return None
        if row["last_used_at"] is None or now - row["last_used_at"] >= USED_EVERY:
            await self._pool.execute("UPDATE access_keys SET last_used_at = $2 WHERE id = $1", row["key_id"], now)
        return _principal(row, scopes=frozenset(row["scopes"]))

    async def of_ticket(self, token_hash: str, now: datetime) -> Principal | None:
        """Return whom a stream ticket stands for."""
        row = await self._pool.fetchrow(_OF_TICKET, token_hash, now)
        return None if row is None else _principal(row, execution_id=str(row["execution_id"]))


def _principal(row: Row, **more: Any) -> Principal:
    return Principal(user_id=str(row["id"]), role=role_of(row["roles"]), **more)
