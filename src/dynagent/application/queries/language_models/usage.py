"""Questions about what models were asked and what that used."""

from dataclasses import KW_ONLY, dataclass
from datetime import date, timedelta

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.language_models import ModelUsage, ProviderUsage
from dynagent.core.shared.clock import Clock, utc_now


@dataclass(frozen=True)
class GetModelUsage(Query[list[ProviderUsage]], needs="models:read", scope="none"):
    """What the caller asked in the last days, today included, by provider and model."""

    days: int = 30


@dataclass(frozen=True)
class GetEverybodysUsage(Query[list[ProviderUsage]], needs="users:read", scope="none"):
    """What all users asked in the last days, by provider and model."""

    days: int = 30


@dataclass(frozen=True, slots=True)
class GetModelUsageHandler:
    """Handles GetModelUsage."""

    usage: ModelUsage
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: GetModelUsage, caller: Caller) -> list[ProviderUsage]:
        """Return the sums, most calls first."""
        return await self.usage.of_user(caller.user_id, first_day(self.clock, message.days))


@dataclass(frozen=True, slots=True)
class GetEverybodysUsageHandler:
    """Handles GetEverybodysUsage."""

    usage: ModelUsage
    _: KW_ONLY
    clock: Clock = utc_now

    async def __call__(self, message: GetEverybodysUsage, caller: Caller) -> list[ProviderUsage]:
        """Return the sums, most calls first."""
        return await self.usage.of_all(first_day(self.clock, message.days))


def first_day(clock: Clock, days: int) -> date:
    """Return the first of so many days, the last of which is today (UTC)."""
    return clock().date() - timedelta(days=days - 1)
