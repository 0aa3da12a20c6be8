"""Who may run what, how its trace is written and read, and how runs are submitted, announced and cancelled."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dynagent.core.runs.journal import Journal
from dynagent.core.runs.model_calls import SentCall
from dynagent.core.runs.run import Lane, Outcome, Run
from dynagent.core.runs.trace import AnyTraceEvent
from dynagent.core.shared.events import DomainEvent


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a submitted execution was stored, and how many of its owner's were pending before it.

    Not stored with fewer pending than allowed means that its idempotency key is taken.
    """

    stored: bool
    waiting: int


class Submissions(Protocol):
    """The way in for new executions: the most frequent write of all, so it is one step."""

    async def submit(self, run: Run, event: DomainEvent, *, most_waiting: int) -> Admission:
        """Commit a pending execution, its opening event (seq 1) and the domain event together, or nothing of it.

        Nothing when `most_waiting` of its owner's executions are pending already (counted no further), or when the
        owner has an execution with its idempotency key.
        """
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run one attempt: the run as claimed, the last stored seq, what earlier attempts did.

    `left_s` is how long the run may still take, measured by the store's clock and not by the worker's; None: no limit.
    `moment` is the store's time of the claim in epoch seconds, never before the log's last event; None: unknown.
    """

    run: Run
    last_seq: int
    journal: Journal = field(default_factory=Journal)
    left_s: float | None = None
    moment: float | None = None


class Dispatch(Protocol):
    """The one authority over who runs what. Each call is a short transaction of its own."""

    async def claim(self, execution_id: str, worker_id: str) -> Claim | None:
        """Take a pending execution (attempt + 1, running). None: somebody else has it, or it is over."""
        ...

    async def requeue(self, execution_id: str, attempt: int, *, crashed: bool, delay_s: float = 0.0) -> bool:
        """Return a running execution to pending, to be claimed by whoever comes. False: the attempt is not current."""
        ...


@dataclass(frozen=True, slots=True)
class DueRun:
    """A pending execution that waits for a worker."""

    execution_id: str
    lane: Lane


@dataclass(frozen=True, slots=True)
class Held:
    """An execution that stands under a worker's name; whether somebody asked to cancel it."""

    execution_id: str
    cancel_requested: bool


Renewal = Literal["renewed", "late", "expired"]
"""What a heartbeat found: the lease renewed in time; late, but nobody had noticed; expired by another worker."""


class Leases(Protocol):
    """Who is alive: one lease per worker, measured by the database's clock."""

    async def register(self, worker_id: str, *, takes_work: bool = True) -> None:
        """Enter a worker with a fresh lease; workers of this machine whose process is gone expire at once.

        One that takes no work is a server's: its lease only says that it is alive.
        """
        ...

    async def beat(self, worker_id: str) -> Renewal:
        """Renew the lease. `expired`: others took this worker for dead; drop everything, register under a new id."""
        ...

    async def retire(self, worker_id: str) -> None:
        """Leave: nobody waits for this worker's lease any more; what it still holds goes back to pending."""
        ...

    async def expire(self, worker_id: str) -> int:
        """Expire other workers that are past their lease; their executions become pending. Returns how many executions.

        Whose own lease has run out expires no lease: after a pause of the whole machine all are late, and all alive.
        """
        ...

    async def expire_neighbours(self) -> int:
        """Expire workers of this machine whose process is gone, lease or not. Returns how many executions."""
        ...

    async def held(self, worker_id: str, running: Sequence[str]) -> Sequence[Held]:
        """Return what stands under this worker's name but is not among `running`, or is to be cancelled."""
        ...

    async def give_up(self, worker_id: str, execution_ids: Sequence[str]) -> int:
        """Return executions that stand under this worker's name to pending; each counts a crash."""
        ...

    async def in_turn(self, execution_ids: Sequence[str]) -> Sequence[str]:
        """Return those of them that are still pending in the order in which they should start.

        Users take turns, counting what they have running; within a user's own, higher priority first.
        """
        ...

    async def due(self, limit: int, *, eager: bool = False) -> Sequence[DueRun]:
        """Return pending executions that no worker was notified of lately, and note that one is notified now.

        `eager`, for who has nothing to do: those as well that others were notified of a moment ago and have not begun.
        """
        ...


@dataclass(frozen=True, slots=True)
class Frame:
    """A stored event: its seq, its JSON bytes exactly as written, and whether it is the log's last."""

    seq: int
    payload: bytes
    terminal: bool


class TraceRecorder(Protocol):
    """Writes the trace of one attempt. Events are stored in the order recorded; seq follows the log's last."""

    def record(self, event: AnyTraceEvent) -> None:
        """Take an event; returns at once, stores it with the next batch. `seq` and `attempt` are filled in."""
        ...

    def record_text(self, message_id: str, text: str, *, span_id: str | None, parent_span_id: str | None) -> None:
        """Take a piece of streamed text; pieces within a short window become one `token` event."""
        ...

    def record_model_call(self, call: SentCall) -> None:
        """Take what a model call was sent; it is stored with the next event. The same key again replaces it."""
        ...

    async def flush(self) -> None:
        """Return when everything recorded is stored. Raises RunLost when another attempt owns the run."""
        ...

    async def finish(self, outcome: Outcome, last: AnyTraceEvent) -> None:
        """Store the last event and the execution's final state in one transaction. Raises RunLost."""
        ...


class TraceLog(Protocol):
    """The log of all executions."""

    def open(self, claim: Claim) -> TraceRecorder:
        """Return the recorder of a claimed attempt."""
        ...

    def follow(self, execution_id: str, after: int) -> AsyncIterator[Sequence[Frame]]:
        """Yield batches of frames strictly after `after`, live, until the terminal one; an empty batch is a heartbeat.

        Never loses or doubles a frame; a slow reader is served from the table. The caller has checked the rights.
        """
        ...

    async def read(self, execution_id: str, after: int, limit: int, *, ended: bool = False) -> Sequence[Frame]:
        """Return up to `limit` stored frames after a seq; of an `ended` execution from wherever it costs least."""
        ...


class Notifier(Protocol):
    """Tells a worker that there may be something to do. A hint: it may be lost, repeated or late."""

    async def notify(self, execution_id: str, lane: Lane) -> None:
        """Notify workers of a pending execution. Never raises."""
        ...


class CancelSignal(Protocol):
    """Tells whichever worker runs an execution to stop it. A hint beside the row's mark."""

    async def announce(self, execution_id: str) -> None:
        """Announce that the execution is marked for cancelling. Never raises."""
        ...
