"""What tokens cost, from the price table that genai-prices ships: no network, rates looked up once per model."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from genai_prices import Usage, calc_price

from dynagent.core.language_models import Prices
from dynagent.core.shared.calls import TokenUsage

DEMO = "demo"
_MILLION = 1_000_000


class GenaiPrices(Prices):
    """Implements Prices. The demo model costs nothing; a model that the table does not know has no price."""

    def cost_usd(self, model: str, usage: TokenUsage) -> Decimal | None:
        """Return the price in US dollars, cached input at its own rate; None for an unknown model."""
        if model == DEMO:
            return Decimal(0)
        rates = _rates(model)
        cached = min(usage.cached_input_tokens, usage.input_tokens)
        if rates is None:
            return None
        if rates.tiered:
            return _price(model, usage.input_tokens, usage.output_tokens, cached)
        fresh = usage.input_tokens - cached
        return (rates.given * fresh + rates.cached * cached + rates.made * usage.output_tokens) / _MILLION


@dataclass(frozen=True, slots=True)
class _Rates:
    """Dollars per million tokens; `tiered` when the rate depends on how many there are."""

    given: Decimal
    cached: Decimal
    made: Decimal
    tiered: bool


@lru_cache(maxsize=1024)
def _rates(model: str) -> _Rates | None:
    given = _price(model, _MILLION, 0, 0)
    cached = _price(model, _MILLION, 0, _MILLION)
    made = _price(model, 0, _MILLION, 0)
    if given is None or cached is None or made is None:
        return None
    # A million small calls cost what one of a million tokens costs, unless there are tiers.
    small = _price(model, 1000, 1000, 0)
    return _Rates(given, cached, made, tiered=small is None or small * 1000 != given + made)


@lru_cache(maxsize=4096)
def _price(model: str, given: int, made: int, cached: int) -> Decimal | None:
    usage = Usage(input_tokens=given, output_tokens=made, cache_read_tokens=cached)
    try:
        return calc_price(usage, model_ref=model).total_price
    except (LookupError, ValueError):
        return None
