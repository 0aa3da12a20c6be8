"""A conversation made to fit a model's window: oldest turns left out first, then long results cut; the last ones stay.

Only what is sent becomes shorter. The log keeps everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dynagent.infrastructure.langgraph.messages import StoredMessage, size_of_calls

SHORTEST = 400
"""Characters that are left of a text that is cut."""
CHARS_PER_TOKEN = 3
"""Fewer than texts have on average: what is estimated too low would be refused again."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What to send in place of a conversation, the turns left out of it, and how many texts were cut."""

    messages: list[StoredMessage]
    left_out: tuple[StoredMessage, ...]
    cut: int

    def reported(self) -> str:
        """Return what was done in one line."""
        parts = [f"{len(self.left_out)} earlier messages left out"] if self.left_out else []
        parts += [f"{self.cut} long texts cut"] if self.cut else []
        return ", ".join(parts)


def size_of(messages: Sequence[StoredMessage]) -> int:
    """Return the characters of a conversation, arguments of calls included."""
    return sum(len(message["content"]) + size_of_calls(message.get("tool_calls") or ()) for message in messages)


def fit(messages: Sequence[StoredMessage], earlier: int, target: int) -> Fitted | None:
    """Return the conversation in at most `target` characters, or as near as it gets; None when nothing can go.

    `earlier` messages after the system's belong to turns before this one; two make a turn. The last of these turns is
    the last to be left out, and this turn's own question is never touched.
    """
    first = 1 if messages and messages[0]["role"] == "system" else 0
    head, history, rest = list(messages[:first]), list(messages[first : first + earlier]), messages[first + earlier :]
    own = list(rest)
    left_out: list[StoredMessage] = []

    def over() -> int:
        return size_of(head) + size_of(history) + size_of(own) - target

    while over() > 0 and len(history) > 2:
        left_out += history[:2]
        del history[:2]
    cut = sum(_cut_down(own, place, over()) for place, message in enumerate(own) if message["role"] == "tool")
    if over() > 0 and history:
        left_out += history
        history.clear()
    if not left_out and not cut:
        return None
    return Fitted([*head, *history, *own], tuple(left_out), cut)


def _cut_down(messages: list[StoredMessage], place: int, over: int) -> bool:
    """Cut a text so that the whole is no longer too long, or to the shortest; the cut is visible."""
    text = messages[place]["content"]
    stored = max(SHORTEST, len(text) - over - 60)
    if over <= 0 or len(text) <= stored + 60:
        return False
    messages[place] = messages[place].copy()
    messages[place]["content"] = f"{text[:stored]}… [cut for the model's window: {len(text)} characters in all]"
    return True


def with_summary(messages: Sequence[StoredMessage], count: int, summary: str) -> list[StoredMessage]:
    """Return the conversation with a word about the messages that are not in it, as the system says it."""
    reported = f"[{count} earlier messages of this conversation are left out.]"
    if summary:
        reported = f"{reported} What they said, in short:\n{summary}"
    if messages and messages[0]["role"] == "system":
        first = messages[0].copy()
        first["content"] = f"{first['content']}\n\n{reported}"
        return [first, *messages[1:]]
    return [StoredMessage(role="system", content=reported), *messages]
