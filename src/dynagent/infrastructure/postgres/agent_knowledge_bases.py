"""Which knowledge bases agents have, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.agents import AgentKnowledgeBases
from dynagent.core.shared.knowledge_bases import KnowledgeBaseNotFound
from dynagent.infrastructure.postgres.kit.metadata import ID, metadata
from dynagent.infrastructure.postgres.kit.prepared import OWNER, prepared
from dynagent.infrastructure.postgres.knowledge import readable
from dynagent.infrastructure.postgres.knowledge_tables import knowledge_bases

agent_knowledge_bases = Table(
    "agent_knowledge_bases",
    metadata,
    Column("agent_kb_id", ID, primary_key=True, server_default=sa.text("uuidv7()")),
    Column("agent_id", ID, ForeignKey("agents.id", ondelete="CASCADE"), nullable=False),
    Column("kb_id", ID, ForeignKey("knowledge_bases.id", ondelete="CASCADE"), nullable=False, index=True),
    UniqueConstraint("agent_id", "kb_id", name="uq_agent_knowledge_bases_agent_id_kb_id"),
)
_JOINED = agent_knowledge_bases.c
_AGENT = sa.bindparam("agent_id", type_=ID)
_BASES = sa.bindparam("kb_ids", type_=sa.ARRAY(ID))


class PostgresAgentKnowledgeBases(AgentKnowledgeBases):
    """One user's view in one session: an agent has bases that its owner may read."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def of_agents(self, agent_ids: Sequence[str]) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Return agent → (id, name) of its bases, by name."""
        found: dict[str, list[tuple[str, str]]] = {}
        for row in await prepared(_of_agents).fetch(self._session, self._values(agent_ids=list(agent_ids))):
            found.setdefault(str(row["agent_id"]), []).append((str(row["id"]), row["name"]))
        return found

    async def put(self, agent_id: str, kb_ids: Sequence[str]) -> bool:
        """Have an agent have just these; return whether that changed. Raises KnowledgeBaseNotFound."""
        wanted = list(dict.fromkeys(kb_ids))
        values = self._values(agent_id=agent_id, kb_ids=wanted)
        found = await prepared(_known).fetch(self._session, values) if wanted else ()
        known = {str(row["id"]) for row in found}
        for id in wanted:
            if id not in known:
                raise KnowledgeBaseNotFound(f"there is no knowledge base {id!r}")
        removed = await prepared(_removed).fetch(self._session, values)
        added = await prepared(_added).fetch(self._session, values) if wanted else ()
        return bool(removed or added)

    def _values(self, **values: Any) -> dict[str, Any]:
        return {OWNER.key: self._owner, **values}


def _of_agents() -> sa.ClauseElement:
    wanted = _JOINED.agent_id == sa.any_(sa.bindparam("agent_ids", type_=sa.ARRAY(ID)))
    joined = sa.select(_JOINED.agent_id, knowledge_bases.c.id, knowledge_bases.c.name).join(
        knowledge_bases, knowledge_bases.c.id == _JOINED.kb_id
    )
    return joined.where(wanted).order_by(knowledge_bases.c.name, knowledge_bases.c.id)


def _known() -> sa.Select[Any]:
    return sa.select(knowledge_bases.c.id).where(readable(), knowledge_bases.c.id == sa.any_(_BASES))


def _removed() -> sa.ClauseElement:
    others = sa.not_(_JOINED.kb_id == sa.any_(_BASES))
    return sa.delete(agent_knowledge_bases).where(_JOINED.agent_id == _AGENT, others).returning(_JOINED.kb_id)


def _added() -> sa.ClauseElement:
    return sa.text(
        "INSERT INTO agent_knowledge_bases (agent_id, kb_id) SELECT CAST(:agent_id AS uuid), id "
        "FROM unnest(CAST(:kb_ids AS uuid[])) AS id ON CONFLICT DO NOTHING RETURNING kb_id"
    )
