"""Questions about what models were asked and what that used."""

from dataclasses import dataclass
from datetime import date, timedelta

from dynagent.application.shared.bus import Returns
from dynagent.application.shared.caller import Caller
from dynagent.core.language_models import ModelUsage, ProviderUsage
from dynagent.core.shared.clock import Clock, utc_now


@dataclass(frozen=True)
class GetModelUsage(Returns[list[ProviderUsage]]):
    """What the caller asked in the last days, today included, by provider and model."""

    days: int = 30


@dataclass(frozen=True)
class GetEverybodysUsage(Returns[list[ProviderUsage]]):
    """What all users asked in the last days, by provider and model."""

    days: int = 30


class GetModelUsageHandler:
    """Handles GetModelUsage."""

    def __init__(self, usage: ModelUsage, *, clock: Clock = utc_now) -> None:
        self._usage = usage
        self._clock = clock

    async def __call__(self, message: GetModelUsage, caller: Caller) -> list[ProviderUsage]:
        """Return the sums, most calls first."""
        return await self._usage.of_user(caller.user_id, first_day(self._clock, message.days))


class GetEverybodysUsageHandler:
    """Handles GetEverybodysUsage."""

    def __init__(self, usage: ModelUsage, *, clock: Clock = utc_now) -> None:
        self._usage = usage
        self._clock = clock

    async def __call__(self, message: GetEverybodysUsage, caller: Caller) -> list[ProviderUsage]:
        """Return the sums, most calls first."""
        return await self._usage.of_all(first_day(self._clock, message.days))


def first_day(clock: Clock, days: int) -> date:
    """Return the first of so many days, the last of which is today."""
    return clock().date() - timedelta(days=days - 1)
