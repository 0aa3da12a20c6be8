"""What is known offline about the providers' models: names, context sizes, prices, from genai-prices' table."""

import re
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

_SERVED = {"google": ("gemini-", "gemma-")}
"""Provider → how names begin that its own endpoint serves; the table has all that its clouds sell."""

_OTHER_WORK = frozenset(
    [
        *("embedding", "tts", "whisper", "image", "audio", "realtime", "live", "transcribe", "translate", "moderation"),
        *("computer", "banana", "robotics", "streaming", "imagen", "veo", "sora", "dall"),
        *("ada", "babbage", "curie", "davinci", "ft"),
    ]
)
"""Words in the names of models that answer no chat: they embed, speak, draw, listen, or are stubs of one's own."""
_COMPLETIONS_ONLY = ("gpt-3.5-turbo-instruct",)


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
    return tuple(
        _read(model) for model in sorted(models, key=lambda model: model.id) if _can_chat(provider_id, model.id)
    )


def _can_chat(provider_id: str, name: str) -> bool:
    """Say whether an agent can ask a model of this name at this provider's endpoint."""
    served = name.startswith(_SERVED.get(provider_id, ("",)))
    return served and name not in _COMPLETIONS_ONLY and not _OTHER_WORK & set(re.split(r"[^a-z0-9]+", name.lower()))


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
