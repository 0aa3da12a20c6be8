"""Notes of how models do, gathered from their calls in memory; whoever keeps them takes them every few seconds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from dynagent.core.language_models import ContextTooLong, ModelError, ModelReply
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.text import clean_text

MAX_NOTED = 10_000
ANSWERED_EVERY = timedelta(minutes=1)
"""How often an answer after an answer is worth a note."""
MAX_ERROR = 500


OnRefused = Callable[[str, str, float], None]
"""Told of a model's id, a part that its endpoint refuses, and until when it is left out (seconds since the epoch)."""


@dataclass(slots=True)
class Note:
    """What was seen of one model since the last time; times in UTC."""

    refused: dict[str, datetime] = field(default_factory=dict[str, datetime])
    window_tokens: int | None = None
    answered_at: datetime | None = None
    error: str | None = None
    error_code: str | None = None
    failed_at: datetime | None = None

    def after(self, earlier: "Note") -> "Note":
        """Return this note with what an earlier one knew besides."""
        failed = self if self.failed_at is not None else earlier
        return Note(
            refused={**earlier.refused, **self.refused},
            window_tokens=self.window_tokens or earlier.window_tokens,
            answered_at=self.answered_at or earlier.answered_at,
            error=failed.error,
            error_code=failed.error_code,
            failed_at=failed.failed_at,
        )


class HealthNotes:
    """Told of the calls of models by their ids; `observe` hears of each refused part at once."""

    def __init__(self, clock: Clock = utc_now, observe: OnRefused = lambda _model_id, _part, _until_s: None) -> None:
        self.clock = clock
        self._observe = observe
        self._noted: dict[str, Note] = {}
        self._answered: dict[str, datetime] = {}

    def noting(self, model_id: str) -> Callable[[ModelReply | None, BaseException | None], None]:
        """Return what tries of this model are to be told to."""

        def note(reply: ModelReply | None, error: BaseException | None) -> None:
            if reply is not None:
                self.answered(model_id)
            elif isinstance(error, ModelError):
                self.failed(model_id, error)

        return note

    def answered(self, model_id: str) -> None:
        """Note an answer, unless one was noted just now and nothing failed since."""
        now, before = self.clock(), self._answered.get(model_id)
        if before is not None and now - before < ANSWERED_EVERY:
            return
        if len(self._answered) >= MAX_NOTED:
            self._answered.clear()
        self._answered[model_id] = now
        if (note := self._note(model_id)) is not None:
            note.answered_at = now

    def failed(self, model_id: str, error: ModelError) -> None:
        """Note an error, and the window when it names one."""
        self._answered.pop(model_id, None)
        note = self._note(model_id)
        if note is None:
            return
        note.error, note.error_code = clean_text(error.detail)[:MAX_ERROR], error.code
        note.failed_at = self.clock()
        if isinstance(error, ContextTooLong):
            note.window_tokens = error.extra.get("window_tokens") or note.window_tokens

    def refused(self, model_id: str, part: str, until_s: float) -> None:
        """Note a part that is left out until a moment, in seconds since the epoch."""
        self._observe(model_id, part, until_s)
        note = self._note(model_id)
        if note is not None:
            note.refused[part] = datetime.fromtimestamp(until_s, UTC)

    def holds(self, model_id: str, window_tokens: int) -> None:
        """Note how much a model holds."""
        note = self._note(model_id)
        if note is not None:
            note.window_tokens = window_tokens

    def take(self) -> dict[str, Note]:
        """Return what was noted since the last time."""
        noted, self._noted = self._noted, {}
        return noted

    def put_back(self, noted: dict[str, Note]) -> None:
        """Take back what could not be stored; of the same fact what was noted since counts more."""
        for model_id, earlier in noted.items():
            since = self._noted.get(model_id)
            self._noted[model_id] = earlier if since is None else since.after(earlier)

    def _note(self, model_id: str) -> Note | None:
        note = self._noted.get(model_id)
        if note is None and len(self._noted) < MAX_NOTED:
            note = self._noted[model_id] = Note()
        return note
