"""Cancelling: the mark in the store, and word of it to whoever runs the run or waited for it."""

from dataclasses import dataclass

from dynagent.core.executions.entity import CancelRequest
from dynagent.core.executions.ports import Executions
from dynagent.core.runs import CancelSignal, Notifier
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Cancelling:
    """Cancels runs of any kind, with all that they have started."""

    executions: Executions
    uow: UnitOfWork
    signal: CancelSignal
    notifier: Notifier

    async def cancel(self, *ids: str) -> list[CancelRequest]:
        """Cancel those of these runs that are there, and commit; return what became of each.

        What they have started runs wherever there was room: each worker is told of its own.
        """
        marked = [found for id in ids if (found := await self.executions.request_cancel(id)) is not None]
        await self.uow.commit()
        for id in dict.fromkeys((*ids, *(running for found in marked for running in found.running))):
            await self.signal.announce(id)
        for id, lane in (woken for found in marked for woken in found.woken):
            await self.notifier.notify(id, lane)
        return marked
