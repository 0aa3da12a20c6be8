"""Conversations and messages by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

from dynagent.core.conversations import Conversation, NewMessage, key_of

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_conversation() -> Conversation:
    about: dict[str, Any] = {"id": "i", "user_id": "u", "key": "A_B", "first_agent": "A", "second_agent": "B"}
    return Conversation(last_message_at=NOW, created_at=NOW, updated_at=NOW, **about)


def test_the_key_is_the_sorted_names() -> None:
    assert key_of("structures", "aerodynamics") == "aerodynamics_structures" == key_of("aerodynamics", "structures")


def test_an_archived_conversation_comes_back_with_the_next_message() -> None:
    archived = a_conversation().with_archived(True, now=NOW)
    assert (archived.status, archived.with_archived(True, now=NOW)) == ("archived", archived)
    later = archived.model_copy(update={"last_message_at": archived.updated_at + timedelta(seconds=1)})
    assert later.status == "active"
    assert archived.with_archived(False, now=NOW).status == "active"
    assert archived.updated_at > NOW, "a change is later than the last"


def test_messages_are_cleaned_and_cut_before_they_are_stored() -> None:
    given = NewMessage(place="p", from_agent="A", to_agent="B", content="a\x00b\x1b[2Jc\ud800\n\td" + "x" * 200, at=NOW)
    cleaned = given.cleaned(100)
    assert cleaned.content.startswith("a\ufffdb[2Jc") and "\n\td" in cleaned.content
    assert (len(cleaned.content), cleaned.content[-1]) == (100, "…")
