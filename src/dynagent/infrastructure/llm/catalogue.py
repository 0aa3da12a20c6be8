"""What is known offline about the providers' models: names, context sizes, prices, from genai-prices' table."""

from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from dynagent.core.language_models import KnownModel, KnownModels, Provider

_TABLE = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "azure-openai": "azure",
    "deepseek": "deepseek",
    "huggingface": "huggingface_together",
}
"""Our id of a provider → the table's."""


class PricedModels(KnownModels):
    """Implements KnownModels; providers that are not in the table have no known models."""

    def of_provider(self, provider: Provider) -> list[KnownModel]:
        """Return the models of a provider, by name."""
        return list(_known(provider.id))

    def find(self, provider_id: str, model: str) -> KnownModel | None:
        """Return what is known about a model, by the table's own matching of names."""
        return _find(provider_id, model.lower())


@lru_cache(maxsize=1000)
def _find(provider_id: str, model: str) -> KnownModel | None:
    table = _provider(provider_id)
    found = table.find_model(model) if table is not None else None
    return None if found is None else _read(found)


@cache
def _provider(provider_id: str) -> Any:
    # late: the table is large, and only people who look at models need it.
    from genai_prices.data_snapshot import get_snapshot

    wanted = _TABLE.get(provider_id)
    return next((provider for provider in get_snapshot().providers if provider.id == wanted), None)


@cache
def _known(provider_id: str) -> tuple[KnownModel, ...]:
    table = _provider(provider_id)
    models = [] if table is None else [model for model in table.models if not model.deprecated]
    return tuple(_read(model) for model in sorted(models, key=lambda model: model.id))


def _read(model: Any) -> KnownModel:
    return KnownModel(
        id=model.id,
        name=model.name or model.id,
        context_window=model.context_window,
        input_usd_per_million=_price(model, "input_mtok"),
        output_usd_per_million=_price(model, "output_mtok"),
    )


def _price(model: Any, kind: str) -> str | None:
    # Prices that change with time or size are lists and tables: too much to say in one number.
    amount = getattr(model.prices, kind, None)
    return format(amount, "f") if isinstance(amount, Decimal) else None
