"""The tables of knowledge. Vectors are `halfvec`: half the memory, and the same order in all that was measured.

Indexes of vectors are made at run time, one for each space (`ix_vector_store_space_…`), by `knowledge_index`.
"""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

from dynagent.core.knowledge import DocumentTaken
from dynagent.infrastructure.postgres.errors import refuse
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata, of_user


class HalfVector(UserDefinedType[Any]):
    """pgvector's `halfvec`, of any number of dimensions."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return its name in SQL."""
        return "halfvec"


# What SQLAlchemy makes of the type as it reads a schema.
cast("dict[str, Any]", ischema_names)["halfvec"] = HalfVector

knowledge_bases = Table(
    "knowledge_bases",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("vector_db_collection_name", Text, nullable=False),
    Column("collection_id", ID, nullable=False),
    Column("building_id", ID),
    Column("embedding_model", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("chunk_size", Integer, nullable=False),
    Column("chunk_overlap", Integer, nullable=False),
    Column("weights", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("vector_db_collection_name"),
)
Index("ix_knowledge_bases_user_id_id", knowledge_bases.c.user_id, knowledge_bases.c.id.desc())

embedding_spaces = Table(
    "embedding_spaces",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("key", Text, nullable=False),
    Column("dimensions", Integer, nullable=False),
    UniqueConstraint("key", "dimensions", name="uq_embedding_spaces_key_dimensions"),
)

knowledge_collections = Table(
    "knowledge_collections",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kb_id", ID, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("space", Integer, ForeignKey("embedding_spaces.id")),
    Column("embedding_model", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("chunk_size", Integer, nullable=False),
    Column("chunk_overlap", Integer, nullable=False),
    Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
)

kb_documents = Table(
    "kb_documents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", ID, of_user(), nullable=False, index=True),
    Column("kb_id", ID, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
    Column("source_type", Text, nullable=False),
    Column("original_file_name", Text),
    Column("storage_path_or_url", Text),
    Column("url", Text),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("content_hash", Text),
    Column("status", Text, nullable=False),
    Column("error_code", Text),
    Column("error", Text),
    Column("num_chunks", Integer, nullable=False),
    Column("page_count", Integer),
    Column("metadata", JSONB, nullable=False),
    Column("execution_id", ID),
    Column("processed_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("kb_id", "content_hash", name="uq_kb_documents_kb_id_content_hash"),
    UniqueConstraint("kb_id", "url", name="uq_kb_documents_kb_id_url"),
)
Index("ix_kb_documents_kb_id_id", kb_documents.c.kb_id, kb_documents.c.id.desc())
Index(
    "ix_kb_documents_unfinished",
    kb_documents.c.execution_id,
    postgresql_where=sa.text("status IN ('pending_processing', 'processing')"),
)

vector_store = Table(
    "vector_store",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("collection_id", ID, ForeignKey("knowledge_collections.id", ondelete="CASCADE"), nullable=False),
    Column("document_id", ID, ForeignKey("kb_documents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("page", Integer),
    Column("start", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("metadata", JSONB, nullable=False),
    Column("searched", TSVECTOR, nullable=False),
    Column("space", Integer, ForeignKey("embedding_spaces.id")),
    Column("embedding", HalfVector),
    UniqueConstraint(
        "collection_id", "document_id", "ordinal", name="uq_vector_store_collection_id_document_id_ordinal"
    ),
    Index("ix_vector_store_searched", "searched", postgresql_using="gin"),
    Index(
        "ix_vector_store_metadata", "metadata", postgresql_using="gin", postgresql_ops={"metadata": "jsonb_path_ops"}
    ),
)

kb_shares = Table(
    "kb_shares",
    metadata,
    Column("kb_id", ID, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("grantee", Text, nullable=False),
    PrimaryKeyConstraint("kb_id", "kind", "grantee"),
)
Index("ix_kb_shares_kind_grantee", kb_shares.c.kind, kb_shares.c.grantee)


refuse("uq_kb_documents_kb_id_content_hash", DocumentTaken, "the knowledge base has a document with this content")

refuse("uq_kb_documents_kb_id_url", DocumentTaken, "the knowledge base has this page")
