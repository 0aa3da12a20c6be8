"""Notes of how models do: nothing that was seen is lost, the later fact counts."""

from datetime import UTC, datetime, timedelta

from dynagent.core.language_models import ContextTooLong, ModelUnavailable
from dynagent.infrastructure.llm.health import HealthNotes

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=5)


def test_what_could_not_be_stored_is_put_back_fact_by_fact() -> None:
    notes = HealthNotes(lambda: NOON)
    notes.refused("m", "temperature", NOON.timestamp())
    notes.failed("m", ContextTooLong("too long", extra={"window_tokens": 8192}))
    notes.failed("other", ModelUnavailable("away"))
    taken = notes.take()
    notes.clock = lambda: LATER
    notes.answered("m")
    notes.refused("m", "seed", NOON.timestamp())
    notes.put_back(taken)
    found = notes.take()
    note = found["m"]
    assert set(note.refused) == {"temperature", "seed"}
    assert (note.window_tokens, note.answered_at) == (8192, LATER)
    assert (note.error, note.error_code, note.failed_at) == ("too long", "context_too_long", NOON)
    assert found["other"].error == "away"


def test_of_two_errors_the_later_one_counts() -> None:
    notes = HealthNotes(lambda: NOON)
    notes.failed("m", ModelUnavailable("first"))
    taken = notes.take()
    notes.clock = lambda: LATER
    notes.failed("m", ModelUnavailable("second"))
    notes.put_back(taken)
    note = notes.take()["m"]
    assert (note.error, note.failed_at) == ("second", LATER)
