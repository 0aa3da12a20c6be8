"""Runs of teams: as their owner sees them, whether they are paused, and the news of their iterations."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Integer, Table, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.runs import Frame, Run
from dynagent.core.shared.ids import is_id
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.core.teams import (
    IterationFeed,
    IterationNews,
    TeamNotFound,
    TeamPauses,
    TeamRun,
    Teams,
    TeamView,
    turn_of,
)
from dynagent.infrastructure.postgres.errors import in_our_words
from dynagent.infrastructure.postgres.kit.metadata import ID, MOMENT, metadata
from dynagent.infrastructure.postgres.news import PostgresNews, lock_news, notify_followers
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.postgres.runs.children import children_of
from dynagent.infrastructure.postgres.runs.columns import COLUMNS, read_run
from dynagent.infrastructure.postgres.statements import fetch, fetch_one, fetch_page, run, sql

team_pauses = Table(
    "team_pauses",
    metadata,
    Column("run_id", ID, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("paused_at", MOMENT, nullable=False, server_default=func.now()),
)
team_iterations = Table(
    "team_iterations",
    metadata,
    Column("seq", BigInteger, Identity(), primary_key=True),
    Column("user_id", ID, nullable=False),
    Column("run_id", ID, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("iteration", Integer, nullable=False),
    Column("news", JSONB, nullable=False),
    Column("created_at", MOMENT, nullable=False, server_default=func.now()),
    UniqueConstraint("run_id", "iteration"),
)
Index("ix_team_iterations_user_id_seq", team_iterations.c.user_id, team_iterations.c.seq)

GET = sql("SELECT {columns} FROM runs WHERE id = :id AND user_id = :owner AND kind = 'team'", columns=COLUMNS)
PAUSED = text("SELECT run_id FROM team_pauses WHERE run_id = ANY(CAST(:ids AS uuid[])) AND user_id = :owner")
PAUSE = text("""
INSERT INTO team_pauses (run_id, user_id) SELECT id, user_id FROM runs
WHERE id = :id AND user_id = :owner AND kind = 'team' ON CONFLICT (run_id) DO NOTHING
""")
GO_ON = text("DELETE FROM team_pauses WHERE run_id = :id AND user_id = :owner")
OPEN_PAUSES = text("""
SELECT id FROM runs WHERE parent_run_id = :id AND user_id = :owner AND kind = 'timer'
  AND status IN ('pending', 'running', 'waiting')
""")
# Waits for whoever is just about to end the pause: they look for the run's wait for it in the same transaction.
IS_PAUSED = "SELECT true FROM team_pauses WHERE run_id = $1 FOR SHARE"
PUBLISH = """
INSERT INTO team_iterations (user_id, run_id, iteration, news) VALUES ($1, $2, $3, $4::jsonb)
ON CONFLICT (run_id, iteration) DO NOTHING
"""
LAST = "SELECT coalesce(max(seq), 0) FROM team_iterations WHERE user_id = $1"
NEWS = """
SELECT seq, news::text AS news FROM team_iterations
WHERE user_id = $1 AND seq > $2 AND ($4::uuid IS NULL OR run_id = $4::uuid) ORDER BY seq LIMIT $3
"""


class PostgresTeams(Teams):
    """One owner's runs of teams in one session; nothing is committed here."""

    def __init__(self, session: AsyncSession, user_id: str) -> None:
        self._session = session
        self._owner = user_id

    async def find(self, page: PageRequest) -> Page[Run]:
        """Return a page of them, newest first."""
        return await fetch_page(
            self._session,
            columns=COLUMNS,
            table="runs",
            # The kind is written out: by it PostgreSQL knows which index holds them.
            conditions=["user_id = :owner", "kind = 'team'", "parent_run_id IS NULL"],
            parameters={"owner": self._owner},
            page=page,
            read=read_run,
        )

    async def existing(self, id: str) -> TeamView:
        """Return one with all its turns. Raises TeamNotFound."""
        row = await fetch_one(self._session, GET, id=id, owner=self._owner) if is_id(id) else None
        if row is None:
            raise TeamNotFound(f"there is no run of a team {id!r}")
        turns = await children_of(self._session, id, self._owner)
        team = TeamRun(read_run(row), [turn_of(turn) for turn in turns])
        return TeamView(team, paused=id in await self.paused([id]))

    async def paused(self, ids: Sequence[str]) -> set[str]:
        """Return those of these runs that are paused."""
        rows = await fetch(self._session, PAUSED, ids=list(ids), owner=self._owner) if ids else ()
        return {str(row["run_id"]) for row in rows}

    async def set_paused(self, id: str, paused: bool) -> None:
        """Mark a run as paused, or as not."""
        await run(self._session, PAUSE if paused else GO_ON, id=id, owner=self._owner)

    async def open_pauses(self, id: str) -> list[str]:
        """Return the ids of the children by which a run waits for the end of its pause."""
        return [str(row["id"]) for row in await fetch(self._session, OPEN_PAUSES, id=id, owner=self._owner)]


class PostgresTeamPauses(TeamPauses):
    """Whether runs are paused, for whoever runs them."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def is_paused(self, run_id: str) -> bool:
        """Say whether somebody has paused the run."""
        with in_our_words():
            return await self._pool.fetchval(IS_PAUSED, run_id) is not None


class PostgresIterationNews(IterationNews, IterationFeed):
    """Iterations of all runs, written by who runs them and followed by who watches."""

    def __init__(self, pool: Pool, news: PostgresNews) -> None:
        self._pool = pool
        self._news = news

    async def publish(self, run: Run, news: dict[str, Any]) -> None:
        """Keep the news of an iteration and tell it; the same iteration's again changes nothing."""
        with in_our_words():
            async with self._pool.acquire() as connection, connection.transaction():
                await lock_news(connection, run.user_id)
                stored = orjson.dumps(news).decode()
                await connection.execute(PUBLISH, run.user_id, run.id, news["iteration"], stored)
                await notify_followers(connection, run.user_id)

    async def follow(self, user_id: str, run_id: str | None, after: int | None) -> AsyncIterator[Sequence[Frame]]:
        """Yield iterations that end after a seq (None: from now on), of one run or of all, live and without end."""

        async def read(beyond: int, limit: int) -> list[Frame]:
            with in_our_words():
                rows = await self._pool.fetch(NEWS, user_id, beyond, limit, run_id)
            return [_frame(row["seq"], row["news"]) for row in rows]

        if after is None:
            with in_our_words():
                after = await self._pool.fetchval(LAST, user_id)
        async for frames in self._news.follow(user_id, after or 0, read):
            yield frames


def _frame(seq: int, news: str) -> Frame:
    return Frame(seq, orjson.dumps(orjson.loads(news) | {"seq": seq}), terminal=False)
