"""Knowledge bases and their documents in PostgreSQL, as people see them: their own and those shared with them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Text
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.knowledge import (
    Document,
    DocumentChangedMeanwhile,
    DocumentNotFound,
    Documents,
    KnowledgeBase,
    KnowledgeBaseChangedMeanwhile,
    KnowledgeBaseNotFound,
    KnowledgeBases,
    Share,
    Shares,
    StoredChunk,
)
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.identity_tables import roles, user_roles
from dynagent.infrastructure.postgres.kit.mapping import TableMapping
from dynagent.infrastructure.postgres.kit.metadata import ID
from dynagent.infrastructure.postgres.kit.owned import OwnedTable
from dynagent.infrastructure.postgres.kit.pages import pattern
from dynagent.infrastructure.postgres.kit.prepared import OWNER, parameter
from dynagent.infrastructure.postgres.knowledge_tables import (
    kb_documents,
    kb_shares,
    knowledge_bases,
)
from dynagent.infrastructure.postgres.statements import fetch, fetch_one

BASES = TableMapping(knowledge_bases, KnowledgeBase)
DOCUMENTS = TableMapping(kb_documents, Document)
_WORDS = sa.bindparam("search", type_=Text)
_NAMED = sa.or_(knowledge_bases.c.name.ilike(_WORDS), knowledge_bases.c.description.ilike(_WORDS))
_OF_BASE = kb_documents.c.kb_id == parameter(kb_documents.c.kb_id)
_OF_STATUS = kb_documents.c.status == parameter(kb_documents.c.status)

COUNTS = sa.text("""
SELECT d.kb_id AS id, count(*)::int AS documents, coalesce(sum(d.num_chunks), 0)::int AS chunks
FROM kb_documents d WHERE d.kb_id = ANY (CAST(:ids AS uuid[])) GROUP BY d.kb_id
""")
ADD_COLLECTION = sa.text("""
INSERT INTO knowledge_collections (id, kb_id, embedding_model, language, chunk_size, chunk_overlap)
VALUES (:id, :kb_id, :embedding_model, :language, :chunk_size, :chunk_overlap)
""")
DROP_COLLECTION = sa.text("DELETE FROM knowledge_collections WHERE id = :id")
IDS = sa.text("""
SELECT id FROM kb_documents WHERE kb_id = :kb_id AND user_id = :owner AND status = ANY (CAST(:statuses AS text[]))
ORDER BY id
""")
# A run that is at work on a document goes on with it; whoever waits for another run is given to this one.
QUEUE = sa.text("""
UPDATE kb_documents SET status = 'pending_processing', error_code = NULL, error = NULL, execution_id = :execution_id,
  updated_at = greatest(CAST(:at AS timestamptz), updated_at + interval '1 microsecond')
WHERE kb_id = :kb_id AND user_id = :owner AND id = ANY (CAST(:ids AS uuid[])) RETURNING id
""")
OPEN_BASE = sa.text("UPDATE knowledge_bases SET status = 'indexing' WHERE id = :kb_id AND user_id = :owner")
CHUNKS = sa.text("""
SELECT v.id, v.ordinal, v.page, v.start, v.text, v.embedding IS NOT NULL AS is_embedded, count(*) OVER ()::int AS total
FROM vector_store v JOIN knowledge_bases b ON b.collection_id = v.collection_id
WHERE b.id = :kb_id AND v.document_id = :document_id ORDER BY v.ordinal LIMIT :limit OFFSET :skip
""")
SHARES = sa.text("SELECT kind, grantee FROM kb_shares WHERE kb_id = :kb_id ORDER BY kind, grantee")
UNSHARE = sa.text("DELETE FROM kb_shares WHERE kb_id = :kb_id")
SHARE = sa.text("""
INSERT INTO kb_shares (kb_id, kind, grantee)
SELECT :kb_id, * FROM unnest(CAST(:kinds AS text[]), CAST(:grantees AS text[])) ON CONFLICT DO NOTHING
""")
KNOWN = sa.text("""
SELECT ARRAY(SELECT id::text FROM users WHERE id::text = ANY (CAST(:names AS text[]))) AS users,
  ARRAY(SELECT role_name FROM roles WHERE role_name = ANY (CAST(:names AS text[]))) AS roles
""")


def readable() -> sa.ColumnElement[bool]:
    """Say which bases the caller may read: their own, and those shared with them or with one of their roles."""
    held = sa.select(roles.c.role_name).join(user_roles).where(user_roles.c.user_id == OWNER)
    shared = sa.select(kb_shares.c.kb_id).where(
        sa.or_(
            sa.and_(kb_shares.c.kind == sa.literal_column("'user'"), kb_shares.c.grantee == sa.cast(OWNER, Text)),
            sa.and_(kb_shares.c.kind == sa.literal_column("'role'"), kb_shares.c.grantee.in_(held)),
        )
    )
    return sa.or_(knowledge_bases.c.user_id == OWNER, knowledge_bases.c.id.in_(shared))


class PostgresKnowledgeBases(OwnedTable[KnowledgeBase], KnowledgeBases):
    """The bases that one user may read, in one session; only their own are changed."""

    mapping = BASES
    changed_meanwhile = KnowledgeBaseChangedMeanwhile

    @classmethod
    def visible(cls) -> sa.ColumnElement[bool]:
        """Say which rows are shown."""
        return readable()

    @classmethod
    def writable(cls) -> sa.ColumnElement[bool]:
        """Say which rows may be changed."""
        return knowledge_bases.c.user_id == OWNER

    async def find(self, search: str, page: PageRequest) -> Page[KnowledgeBase]:
        """Return a page of those whose name or description has this text, newest first."""
        return await self.page(page, _NAMED, search=pattern(search)) if search else await self.page(page)

    async def own(self, id: str) -> KnowledgeBase:
        """Return one of the owner's own. Raises KnowledgeBaseNotFound."""
        found = await self.existing(id)
        if found.user_id != self._owner:
            raise KnowledgeBaseNotFound(f"there is no knowledge base {id!r} of your own")
        return found

    async def readable(self, ids: Sequence[str]) -> list[KnowledgeBase]:
        """Return the bases in the order of the ids. Raises KnowledgeBaseNotFound."""
        wanted = [id for id in dict.fromkeys(ids) if is_id(id)]
        found = {base.id: base for base in await self.all_of(_of_ids, ids=wanted)} if wanted else {}
        for id in ids:
            if id not in found:
                raise KnowledgeBaseNotFound(f"there is no knowledge base {id!r}")
        return [found[id] for id in dict.fromkeys(ids)]

    async def counts(self, ids: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Return id → how many documents and chunks there are."""
        rows = await fetch(self._session, COUNTS, ids=list(ids))
        return {str(row["id"]): (row["documents"], row["chunks"]) for row in rows}

    async def add_collection(self, base: KnowledgeBase, collection_id: str) -> None:
        """Make an empty collection with the settings of a base; one that was being built in its place goes."""
        if base.building_id is not None and base.building_id != collection_id:
            await fetch(self._session, DROP_COLLECTION, id=base.building_id)
        await fetch(
            self._session,
            ADD_COLLECTION,
            id=collection_id,
            kb_id=base.id,
            embedding_model=base.embedding_model,
            language=base.language,
            chunk_size=base.chunk_size,
            chunk_overlap=base.chunk_overlap,
        )


class PostgresDocuments(OwnedTable[Document], Documents):
    """The documents of the bases that one user may read, in one session; only of their own can be changed."""

    mapping = DOCUMENTS
    changed_meanwhile = DocumentChangedMeanwhile

    @classmethod
    def visible(cls) -> sa.ColumnElement[bool]:
        """Say which rows are shown."""
        return kb_documents.c.kb_id.in_(sa.select(knowledge_bases.c.id).where(readable()))

    @classmethod
    def writable(cls) -> sa.ColumnElement[bool]:
        """Say which rows may be changed."""
        return kb_documents.c.user_id == OWNER

    async def page_of(self, kb_id: str, status: str | None, page: PageRequest) -> Page[Document]:
        """Return a page of a base's documents, newest first."""
        if status is None:
            return await self.page(page, _OF_BASE, kb_id=kb_id)
        return await self.page(page, _OF_BASE, _OF_STATUS, kb_id=kb_id, status=status)

    async def in_base(self, kb_id: str, id: str) -> Document:
        """Return a document of a base. Raises DocumentNotFound."""
        found = await self.existing(id)
        if found.kb_id != kb_id:
            raise DocumentNotFound(f"knowledge base {kb_id} has no document {id!r}")
        return found

    async def of_content(self, kb_id: str, content_hash: str) -> Document | None:
        """Return the document of a base with this content, or None."""
        found = await self.all_of(_of_content, kb_id=kb_id, content_hash=content_hash)
        return found[0] if found else None

    async def of_url(self, kb_id: str, url: str) -> Document | None:
        """Return the document of a base that is this web page, or None."""
        found = await self.all_of(_of_url, kb_id=kb_id, url=url)
        return found[0] if found else None

    async def of_files(self, kb_ids: Sequence[str], file_ids: Sequence[str]) -> list[str]:
        """Return the ids of the documents of these bases that are these files."""
        rows = await self.rows(_of_files, kb_ids=list(kb_ids), file_ids=list(file_ids))
        return [str(row["id"]) for row in rows]

    async def count(self, kb_id: str) -> int:
        """Return how many documents a base has."""
        row = await fetch_one(self._session, COUNTS, ids=[kb_id])
        return 0 if row is None else row["documents"]

    async def ids_of(self, kb_id: str, statuses: Sequence[str]) -> list[str]:
        """Return the ids of a base's documents in these states, oldest first."""
        rows = await fetch(self._session, IDS, kb_id=kb_id, owner=self._owner, statuses=list(statuses))
        return [str(row["id"]) for row in rows]

    async def queue(self, kb_id: str, ids: Sequence[str], execution_id: str, *, at: datetime) -> int:
        """Have documents wait for a run. Return how many."""
        values: dict[str, Any] = {"kb_id": kb_id, "owner": self._owner}
        found = await fetch(self._session, QUEUE, ids=list(ids), execution_id=execution_id, at=at, **values)
        if found:
            await fetch(self._session, OPEN_BASE, **values)
        return len(found)

    async def chunks(self, kb_id: str, document_id: str, page: PageRequest) -> Page[StoredChunk]:
        """Return a page of a document's chunks, in their order."""
        values = {"kb_id": kb_id, "document_id": document_id, "limit": page.limit, "skip": page.skip}
        rows = await fetch(self._session, CHUNKS, **values)
        items = [
            StoredChunk(**{name: row[name] for name in ("id", "ordinal", "page", "start", "text", "is_embedded")})
            for row in rows
        ]
        return Page(items=items, total=rows[0]["total"] if rows else 0, skip=page.skip, limit=page.limit)


class PostgresShares(Shares):
    """Who else may read bases, in one session; the caller has seen to it that they are the owner's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, kb_id: str) -> list[Share]:
        """Return who else may read a base."""
        return [Share(row["kind"], row["grantee"]) for row in await fetch(self._session, SHARES, kb_id=kb_id)]

    async def put(self, kb_id: str, shares: Sequence[Share]) -> None:
        """Share a base with just these. Raises InvalidInput for people and roles that are not there."""
        row = await fetch_one(self._session, KNOWN, names=[share.grantee for share in shares])
        assert row is not None
        known = {("user", name) for name in row["users"]} | {("role", name) for name in row["roles"]}
        found = [
            Violation(f"/shares/{at}/grantee", f"known_{share.kind}", f"there is no {share.kind} {share.grantee!r}")
            for at, share in enumerate(shares)
            if (share.kind, share.grantee) not in known
        ]
        if found:
            raise InvalidInput("the base cannot be shared with who is not there", violations=found)
        await fetch(self._session, UNSHARE, kb_id=kb_id)
        kinds, grantees = [share.kind for share in shares], [share.grantee for share in shares]
        await fetch(self._session, SHARE, kb_id=kb_id, kinds=kinds, grantees=grantees)


def _of_ids() -> sa.Select[Any]:
    ids = sa.any_(sa.bindparam("ids", type_=sa.ARRAY(ID)))
    return PostgresKnowledgeBases.query(knowledge_bases.c.id == ids)


def _of_content() -> sa.Select[Any]:
    same = kb_documents.c.content_hash == parameter(kb_documents.c.content_hash)
    return PostgresDocuments.query(_OF_BASE, same)


def _of_url() -> sa.Select[Any]:
    return PostgresDocuments.query(_OF_BASE, kb_documents.c.url == parameter(kb_documents.c.url))


def _of_files() -> sa.Select[Any]:
    of_bases = kb_documents.c.kb_id == sa.any_(sa.bindparam("kb_ids", type_=sa.ARRAY(ID)))
    file = kb_documents.c.metadata["file_id"].astext
    of_files = file == sa.any_(sa.bindparam("file_ids", type_=sa.ARRAY(Text)))
    return sa.select(kb_documents.c.id).where(PostgresDocuments.visible(), of_bases, of_files)
