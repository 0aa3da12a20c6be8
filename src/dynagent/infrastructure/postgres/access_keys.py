"""Access keys in PostgreSQL: with one a program acts for its owner."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import ARRAY, Column, Index, Table, Text, UniqueConstraint

from dynagent.core.identity import AccessKey, AccessKeys
from dynagent.core.shared.errors import NotFound
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.session import first

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
        live = self.query().where(access_keys.c.revoked_at.is_(None))
        return await self.all_of(live.order_by(access_keys.c.id.desc()))

    async def revoke(self, key_id: str, now: datetime) -> bool:
        """Void a key."""
        live = (access_keys.c.id == key_id, self.writable(), access_keys.c.revoked_at.is_(None))
        void = sa.update(access_keys).where(*live).values(revoked_at=now).returning(access_keys.c.id)
        return await first(self._session, void) is not None
