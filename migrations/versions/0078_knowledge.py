"""Knowledge bases: their documents, collections of chunks with vectors (pgvector), and who may read them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0078_knowledge"
down_revision = "0076_files"
branch_labels = None
depends_on = None

_id = postgresql.UUID
_moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the extension where it is missing, and the tables."""
    known = op.get_bind().scalar(sa.text("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"))
    if not known:
        raise RuntimeError("this PostgreSQL has no pgvector: install its package (postgresql-18-pgvector) beside it")
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.create_table(
        "knowledge_bases",
        sa.Column("id", _id, primary_key=True),
        sa.Column("user_id", _id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("source_type", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("vector_db_collection_name", sa.Text, nullable=False),
        sa.Column("collection_id", _id, nullable=False),
        sa.Column("building_id", _id),
        sa.Column("embedding_model", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("chunk_overlap", sa.Integer, nullable=False),
        sa.Column("weights", postgresql.JSONB, nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
        sa.UniqueConstraint("vector_db_collection_name", name="uq_knowledge_bases_vector_db_collection_name"),
    )
    op.create_index("ix_knowledge_bases_user_id_id", "knowledge_bases", ["user_id", sa.text("id DESC")])
    op.create_table(
        "embedding_spaces",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("dimensions", sa.Integer, nullable=False),
        sa.UniqueConstraint("key", "dimensions", name="uq_embedding_spaces_key_dimensions"),
    )
    op.create_table(
        "knowledge_collections",
        sa.Column("id", _id, primary_key=True),
        sa.Column("kb_id", _id, sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("space", sa.Integer, sa.ForeignKey("embedding_spaces.id")),
        sa.Column("embedding_model", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("chunk_size", sa.Integer, nullable=False),
        sa.Column("chunk_overlap", sa.Integer, nullable=False),
        sa.Column("created_at", _moment, nullable=False, server_default=sa.func.now()),
    )
    op.create_index("ix_knowledge_collections_kb_id", "knowledge_collections", ["kb_id"])
    _documents()
    _chunks()
    op.create_table(
        "kb_shares",
        sa.Column("kb_id", _id, sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("grantee", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kb_id", "kind", "grantee", name="pk_kb_shares"),
    )
    op.create_index("ix_kb_shares_kind_grantee", "kb_shares", ["kind", "grantee"])


def _documents() -> None:
    op.create_table(
        "kb_documents",
        sa.Column("id", _id, primary_key=True),
        sa.Column("user_id", _id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kb_id", _id, sa.ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False),
        sa.Column("source_type", sa.Text, nullable=False),
        sa.Column("original_file_name", sa.Text),
        sa.Column("storage_path_or_url", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("content_hash", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("error_code", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("num_chunks", sa.Integer, nullable=False),
        sa.Column("page_count", sa.Integer),
        sa.Column("metadata", postgresql.JSONB, nullable=False),
        sa.Column("execution_id", _id),
        sa.Column("processed_at", _moment),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("updated_at", _moment, nullable=False),
        sa.UniqueConstraint("kb_id", "content_hash", name="uq_kb_documents_kb_id_content_hash"),
        sa.UniqueConstraint("kb_id", "url", name="uq_kb_documents_kb_id_url"),
    )
    op.create_index("ix_kb_documents_kb_id_id", "kb_documents", ["kb_id", sa.text("id DESC")])
    op.create_index("ix_kb_documents_user_id", "kb_documents", ["user_id"])
    unfinished = sa.text("status IN ('pending_processing', 'processing')")
    op.create_index("ix_kb_documents_unfinished", "kb_documents", ["execution_id"], postgresql_where=unfinished)


def _chunks() -> None:
    op.execute(
        """
CREATE TABLE vector_store (
  id bigint GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_vector_store PRIMARY KEY,
  collection_id uuid NOT NULL CONSTRAINT fk_vector_store_collection_id
    REFERENCES knowledge_collections (id) ON DELETE CASCADE,
  document_id uuid NOT NULL CONSTRAINT fk_vector_store_document_id REFERENCES kb_documents (id) ON DELETE CASCADE,
  ordinal integer NOT NULL,
  page integer,
  start integer NOT NULL,
  text text NOT NULL,
  metadata jsonb NOT NULL,
  searched tsvector NOT NULL,
  space integer CONSTRAINT fk_vector_store_space REFERENCES embedding_spaces (id),
  embedding halfvec,
  CONSTRAINT uq_vector_store_collection_id_document_id_ordinal UNIQUE (collection_id, document_id, ordinal)
)"""
    )
    # A vector stays in its row: an exact scan that fetched each from elsewhere took five times as long.
    op.execute("ALTER TABLE vector_store ALTER COLUMN embedding SET STORAGE MAIN")
    op.create_index("ix_vector_store_document_id", "vector_store", ["document_id"])
    op.create_index("ix_vector_store_searched", "vector_store", ["searched"], postgresql_using="gin")
    op.create_index(
        "ix_vector_store_metadata",
        "vector_store",
        ["metadata"],
        postgresql_using="gin",
        postgresql_ops={"metadata": "jsonb_path_ops"},
    )


def downgrade() -> None:
    """Drop the tables; the extension stays, others may use it."""
    for table in (
        "kb_shares",
        "vector_store",
        "kb_documents",
        "knowledge_collections",
        "embedding_spaces",
        "knowledge_bases",
    ):
        op.drop_table(table)
