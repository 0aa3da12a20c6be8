"""The way in for a run of any kind: room in the queue, a key that starts it once only, word of it to a worker."""

from collections.abc import Callable
from dataclasses import dataclass

from dynagent.core.executions.entity import Execution, IdempotencyKeyReused, TooManyExecutions
from dynagent.core.executions.ports import Executions
from dynagent.core.runs import Notifier, Run, Submissions
from dynagent.core.shared.events import DomainEvent

Same = Callable[[Execution], bool]
"""Says whether an earlier execution of the same key is of the same request."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many of a user's executions may wait, and in how many seconds to come back when so many do."""

    most: int
    retry_after_s: float

    def check(self, waiting: int) -> None:
        """Refuse with TooManyExecutions when so many are waiting already."""
        if waiting >= self.most:
            words = f"{waiting} of your executions are waiting; at most {self.most} may"
            raise TooManyExecutions(words, retry_after_s=self.retry_after_s)


@dataclass(frozen=True, slots=True)
class Submitting:
    """Submits runs."""

    executions: Executions
    submissions: Submissions
    notifier: Notifier

    async def earlier(self, key: str | None, same: Same) -> Execution | None:
        """Return the owner's execution that this key had started, if any. Raises IdempotencyKeyReused."""
        found = None if key is None else await self.executions.by_idempotency_key(key)
        if found is not None and not same(found):
            raise IdempotencyKeyReused("this Idempotency-Key was used before, for another request")
        return found

    async def submit(self, run: Run, event: DomainEvent, room: Room, same: Same = lambda _: False) -> Execution | None:
        """Store a pending run and notify a worker; return the execution that was first with its key, None for none.

        Raises TooManyExecutions, IdempotencyKeyReused.
        """
        admission = await self.submissions.submit(run, event, most_waiting=room.most)
        if admission.stored:
            await self.notifier.notify(run.id, run.lane)
            return None
        room.check(admission.waiting)
        earlier = await self.earlier(run.idempotency_key, same)
        if earlier is None:
            raise IdempotencyKeyReused("this Idempotency-Key was used before, for a request that is gone by now")
        return earlier
