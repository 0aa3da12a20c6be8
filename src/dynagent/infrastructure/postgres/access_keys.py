"""Access keys in PostgreSQL: with one a program acts for its owner."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ARRAY, Column, Index, Table, Text, UniqueConstraint

from dynagent.core.identity import AccessKey, AccessKeys
from dynagent.core.shared.errors import NotFound
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.prepared import parameter

access_keys = Table(
    "access_keys",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("name", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("key_hash", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("expires_at", MOMENT),
    Column("last_used_at", MOMENT),
    Column("revoked_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("key_hash"),
)
Index("ix_access_keys_user_id", access_keys.c.user_id)
_LIVE = access_keys.c.revoked_at.is_(None)


class PostgresAccessKeys(OwnedTable[AccessKey], AccessKeys):
    """One owner's access keys."""

    mapping = TableMapping(access_keys, AccessKey)
    noun = "access key"
    not_found = NotFound

    async def add(self, key: AccessKey) -> None:
        """Store a new key, as the owner's whatever it says."""
        await self.create(key)

    async def list_own(self) -> list[AccessKey]:
        """Return the keys that are not revoked, newest first."""
        return await self.all_of(self.live)

    async def revoke(self, key_id: str, now: datetime) -> bool:
        """Void a key."""
        return await self.first(self.revoked, id=key_id, now=now) is not None

    @classmethod
    def live(cls) -> sa.Select[Any]:
        """Return the selection of the keys that are not revoked, newest first."""
        return cls.query(_LIVE).order_by(access_keys.c.id.desc())

    @classmethod
    def revoked(cls) -> sa.ClauseElement:
        """Return the statement that voids a key and gives back a row if it did."""
        void = sa.update(access_keys).where(cls.has_id(), cls.writable(), _LIVE)
        now = parameter(access_keys.c.revoked_at, "now")
        return void.values(revoked_at=now).returning(access_keys.c.id)
