"""How models do, stored by several processes: the later fact counts, whoever stores it first."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.language_models import ModelUnavailable
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.llm.health import HealthNotes
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.model_health import HealthStore, PostgresModelHealths
from tests.repositories import RepositoryScopes

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=5)
MODEL = """
INSERT INTO language_models (id, name, provider, model_identifier, version, created_at, updated_at)
VALUES ($1::uuid, 'm' || $1::uuid, 'openai', 'm', 1, now(), now())
"""
READ = "SELECT error, error_code, failed_at, answered_at FROM model_health WHERE model_id = $1"


async def test_an_earlier_error_that_is_stored_later_changes_nothing(database: Database) -> None:
    id = new_id()
    await database.pool.execute(MODEL, id)
    one = HealthStore(database.pool, HealthNotes(lambda: NOON))
    other = HealthStore(database.pool, HealthNotes(lambda: LATER))
    one.notes.failed(id, ModelUnavailable("early"))
    other.notes.failed(id, ModelUnavailable("late"))
    await other.store()
    await one.store()
    row = await database.pool.fetchrow(READ, id)
    assert row is not None and (row["error"], row["failed_at"]) == ("late", LATER)
    one.notes.answered(id)
    await one.store()
    row = await database.pool.fetchrow(READ, id)
    assert row is not None and (row["error"], row["answered_at"]) == ("late", NOON), "an answer takes no error away"
    one.notes.clock = lambda: LATER + timedelta(minutes=1)
    one.notes.failed(id, ModelUnavailable("latest"))
    await one.store()
    row = await database.pool.fetchrow(READ, id)
    assert row is not None and (row["error"], row["error_code"]) == ("latest", "model_unavailable")


async def test_forgetting_the_health_of_a_model_that_gets_another_name_waits_for_nobody(
    database: Database,
) -> None:
    id = new_id()
    await database.pool.execute(MODEL, id)
    store = HealthStore(database.pool, HealthNotes(lambda: NOON))
    store.notes.failed(id, ModelUnavailable("of the old one"))
    store.notes.refused(id, "seed", NOON.timestamp())
    async with RepositoryScopes(database, deliver=lambda _: None).open(LOCAL_ADMIN) as scope, asyncio.timeout(30):
        await scope.session.execute(
            text("UPDATE language_models SET name = 'renamed' || id WHERE id = :id"), {"id": id}
        )
        healths = PostgresModelHealths(scope.session, LOCAL_ADMIN.user_id, store=store, writes_global=True)
        await healths.forget_refused(id)
        await healths.reset(id)
        await scope.uow.commit()
    await store.store()
    assert await database.pool.fetchrow(READ, id) is None
