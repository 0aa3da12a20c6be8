"""How often which provider was asked, and what that used."""

from datetime import date
from decimal import Decimal
from typing import Protocol

from pydantic import BaseModel, ConfigDict


class ProviderUsage(BaseModel):
    """Sums for one model of one provider. `calls` count each try, `failures` those of them that failed.

    `cost_usd` is what is known of it, None when the price of no call is.
    """

    model_config = ConfigDict(frozen=True)

    provider: str
    model: str
    calls: int = 0
    failures: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = None


class ModelUsage(Protocol):
    """Where usage is kept, by user and day."""

    async def of_user(self, user_id: str, since: date) -> list[ProviderUsage]:
        """Return one user's sums from that day on, most calls first."""
        ...

    async def of_all(self, since: date) -> list[ProviderUsage]:
        """Return everybody's sums from that day on, most calls first."""
        ...
