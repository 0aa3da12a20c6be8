"""How models do, stored by several processes: the later fact counts, whoever stores it first."""

from datetime import UTC, datetime, timedelta

from dynagent.core.language_models import ModelUnavailable
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.llm.health import HealthNotes
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.model_health import HealthStore

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=5)
MODEL = """
INSERT INTO language_models (id, name, provider, model_identifier, version, created_at, updated_at)
VALUES ($1, 'm', 'openai', 'm', 1, now(), now())
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
