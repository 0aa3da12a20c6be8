"""Events that a request adds to logs: handed to the followers once its transaction is committed."""

from collections.abc import Callable, Sequence

from dynagent.core.runs import Frame
from dynagent.infrastructure.postgres.unit_of_work import Scope

OnStored = Callable[[str, Sequence[Frame]], None]
"""Takes a run's id and events that are stored once the transaction is committed: its followers wait for them."""


def once_committed(scope: Scope, publish: OnStored) -> OnStored:
    """Return what hands events to `publish` after the commit of a scope."""

    def note(run_id: str, frames: Sequence[Frame]) -> None:
        async def hand_over() -> None:
            publish(run_id, frames)

        scope.uow.after_commit(hand_over)

    return note
