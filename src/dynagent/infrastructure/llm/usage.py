"""Counting calls by user, provider and model in memory; whoever keeps them takes them every few seconds."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal

from dynagent.core.language_models import ModelReply, Prices

MAX_COUNTED = 50_000
"""Sums that wait to be stored; what comes while the database is away for long is not counted."""

working_for: ContextVar[str | None] = ContextVar("working_for", default=None)
"""The user for whom this task, and the tasks it makes, ask models."""

Note = Callable[[ModelReply | None, BaseException | None], None]
"""Told of each try: the reply, or what went wrong."""


@dataclass(slots=True)
class Count:
    """What one user asked of one model."""

    calls: int = 0
    failures: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = None


Place = tuple[str, str, str]
"""User, provider, model."""


class UsageMeter:
    """Counts tries. A cancelled one is none, nor is one that an open circuit kept from happening."""

    def __init__(self, prices: Prices) -> None:
        self._prices = prices
        self._counts: dict[Place, Count] = {}

    def noting(self, provider: str, model: str) -> Note:
        """Return what tries of this model are to be told to."""

        def note(reply: ModelReply | None, error: BaseException | None) -> None:
            user_id = working_for.get()
            if user_id is not None and (reply is not None or isinstance(error, Exception)):
                self._add((user_id, provider, model), reply)

        return note

    def take(self) -> dict[Place, Count]:
        """Return what was counted since the last time."""
        counts, self._counts = self._counts, {}
        return counts

    def put_back(self, counts: dict[Place, Count]) -> None:
        """Take back what could not be stored."""
        for place, count in counts.items():
            here = self._counts.setdefault(place, count)
            if here is not count:
                here.calls += count.calls
                here.failures += count.failures
                here.input_tokens += count.input_tokens
                here.output_tokens += count.output_tokens
                here.cost_usd = _added(here.cost_usd, count.cost_usd)

    def _add(self, place: Place, reply: ModelReply | None) -> None:
        count = self._counts.get(place)
        if count is None:
            if len(self._counts) >= MAX_COUNTED:
                return
            count = self._counts[place] = Count()
        count.calls += 1
        if reply is None:
            count.failures += 1
            return
        count.input_tokens += reply.usage.input_tokens
        count.output_tokens += reply.usage.output_tokens
        count.cost_usd = _added(count.cost_usd, self._prices.cost_usd(reply.model, reply.usage))


def _added(known: Decimal | None, more: Decimal | None) -> Decimal | None:
    """Return the sum of what is known; nothing known is not nothing."""
    return more if known is None else known + (more or 0)
