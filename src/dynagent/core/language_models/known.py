"""What is known offline about the providers' models."""

from decimal import Decimal
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from dynagent.core.language_models.providers import Provider


class KnownModel(BaseModel):
    """A model that a provider is known to have; prices in US dollars per million tokens."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    context_window: int | None = None
    input_usd_per_million: str | None = None
    output_usd_per_million: str | None = None

    @property
    def input_usd(self) -> Decimal | None:
        """The price of input as a number."""
        return None if self.input_usd_per_million is None else Decimal(self.input_usd_per_million)

    @property
    def output_usd(self) -> Decimal | None:
        """The price of output as a number."""
        return None if self.output_usd_per_million is None else Decimal(self.output_usd_per_million)


class KnownModels(Protocol):
    """What is known offline about the providers' models."""

    def of_provider(self, provider: Provider) -> list[KnownModel]:
        """Return the models of a provider, by name."""
        ...

    def find(self, provider_id: str, model: str) -> KnownModel | None:
        """Return what is known about a model of a provider."""
        ...
