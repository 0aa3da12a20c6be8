"""The installation's models: the keyless demo always, every name at the configured endpoint when there is one."""

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent import __version__
from dynagent.core.language_models import (
    AUTO,
    PROVIDERS,
    Candidate,
    Capabilities,
    ChatModel,
    ModelRefused,
    OnRetry,
    provider_at,
)
from dynagent.core.language_models.keys import read_key
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import is_id
from dynagent.infrastructure.llm.catalogue import PricedModels
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.demo import DEMO, DemoModel
from dynagent.infrastructure.llm.http_pool import HttpPool
from dynagent.infrastructure.llm.openai_wire import OpenAIWireModel
from dynagent.infrastructure.llm.proxies import unusable_proxy
from dynagent.infrastructure.llm.retries import Persistence, PersistentModel
from dynagent.infrastructure.llm.usage import UsageMeter

OPENAI = "https://api.openai.com/v1"
FALLBACK_DEFAULT = "gpt-4o-mini"
MAX_NAME = 200

Lane = Literal["auto", "wire", "langchain"]


class ModelSettings(BaseSettings):
    """Where the models are. Neither key nor base URL: only the demo model is there."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    openai_api_key: SecretStr | None = Field(default=None, description="Key of the OpenAI-compatible endpoint.")
    openai_base_url: str | None = Field(default=None, description=f"Its base URL; {OPENAI} unless set.")
    default_model: str | None = Field(default=None, max_length=MAX_NAME, description="For agents that choose none.")
    lent_models: str = Field(
        default="",
        max_length=4000,
        description="Names that users who are no administrators may ask with this key, besides the default; `*`: any.",
    )
    model_context_window: int | None = Field(
        default=None, ge=256, description="Tokens that the endpoint's models hold; unset: as known by their names."
    )
    openai_use_responses_api: bool = Field(default=False, description="Speak the Responses API (through LangChain).")
    model_lane: Lane = Field(
        default="auto", description="Client: our own `wire`, or `langchain`. auto: wire where it can."
    )

    @field_validator("openai_base_url")
    @classmethod
    def _is_http(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError("must be of the form http(s)://host[:port][/path]")
        return url

    @field_validator("openai_api_key")
    @classmethod
    def _is_key(cls, key: SecretStr | None) -> SecretStr | None:
        return None if key is None else SecretStr(read_key(key.get_secret_value()))

    def lends(self, name: str) -> bool:
        """Say whether the operator lends this name at the endpoint to users who are no administrators."""
        lent = {entry.strip() for entry in self.lent_models.split(",")}
        return "*" in lent or name in lent

    @property
    def has_endpoint(self) -> bool:
        """Whether there is a real endpoint to ask."""
        return self.openai_api_key is not None or self.openai_base_url is not None


class InstalledModels:
    """Implements ChatModels. With an endpoint every name is known to it; `demo` is always ours."""

    def __init__(self, settings: ModelSettings, meter: UsageMeter | None = None) -> None:
        self._settings = settings
        self._meter = meter
        self._url = settings.openai_base_url or OPENAI
        self._lane = _choose_lane(settings)
        client = "langchain" if self._lane == "langchain" else "wire"
        if settings.has_endpoint and (proxy := unusable_proxy(self._url, client)):
            raise InvalidInput(proxy)
        self._circuit = Circuit()
        self._pool: HttpPool | None = None
        self._models: dict[str, tuple[ChatModel, Persistence]] = {}
        self._demo = DemoModel()

    @property
    def default(self) -> str:
        """The configured default, else a small common model, else (without an endpoint) the demo model."""
        return (self._settings.default_model or FALLBACK_DEFAULT) if self._settings.has_endpoint else DEMO

    @property
    def provider(self) -> str:
        """Whose the endpoint is, as far as its address tells."""
        return provider_at(self._url)

    @property
    def circuit(self) -> str | None:
        """`closed`, `open` or `half_open`; None without an endpoint."""
        return self._circuit.state if self._settings.has_endpoint else None

    @property
    def _own_default(self) -> str:
        """The default, with a model in the place of `auto`, which is made of others."""
        return FALLBACK_DEFAULT if self.default.partition(":")[0] == AUTO else self.default

    def candidate(self) -> Candidate:
        """Return the default model as one that could be chosen for a call."""
        name = self._own_default
        if name == DEMO:
            return Candidate(name=DEMO, provider=DEMO, model_identifier=DEMO, capabilities=Capabilities(tools=True))
        known = PricedModels().find(self.provider, name)
        return Candidate(
            name=name,
            provider=self.provider,
            model_identifier=name,
            capabilities=PROVIDERS[self.provider].capabilities,
            input_usd=known.input_usd if known else None,
            output_usd=known.output_usd if known else None,
            obstacle="the circuit of its endpoint is open" if self.circuit == "open" else "",
        )

    def lends(self, name: str) -> bool:
        """Say whether users who are no administrators may ask for this name."""
        return self.knows(name) and (name in (DEMO, self.default, self._own_default) or self._settings.lends(name))

    def knows(self, name: str) -> bool:
        """Say whether `get` would succeed; whether the endpoint has a model of this name only it can say."""
        # Ids are those of models that are kept here; no endpoint calls its models so.
        return name == DEMO or (self._settings.has_endpoint and 0 < len(name) <= MAX_NAME and not is_id(name))

    def get(self, name: str | None, on_retry: OnRetry | None = None) -> ChatModel:
        """Return the model by name (None: the default), with retries. Raises ModelRefused for an unknown name."""
        name = name or self._own_default
        if name == DEMO:
            return self._demo
        if not self.knows(name):
            why = f"without OPENAI_API_KEY or OPENAI_BASE_URL there is only the model {DEMO!r}"
            raise ModelRefused(
                f"no model answers to the name {name[:MAX_NAME]!r}"
                + ("" if self._settings.has_endpoint else f": {why}")
            )
        if name not in self._models:
            if len(self._models) >= 1000:
                self._models.clear()  # names come from users: the clients are cheap, endless growth is not
            note = self._meter.noting(self.provider, name) if self._meter else None
            self._models[name] = (self._open(name), Persistence(self._circuit, note=note))
        model, shared = self._models[name]
        return PersistentModel(model, shared, on_retry)

    def window(self, name: str | None) -> int | None:
        """Return what the operator says that models hold, else what is known of a model of this name."""
        name = name or self._own_default
        if name == DEMO:
            return None
        if self._settings.model_context_window is not None:
            return self._settings.model_context_window
        known = PricedModels().find(self.provider, name)
        return known.context_window if known else None

    def refused(self, name: str | None = None) -> dict[str, datetime]:
        """Return what a model's endpoint refuses, and until when (UTC) it is not sent."""
        known = self._models.get(name or self._own_default)
        until = known[1].refusals.until() if known else {}
        return {part: datetime.fromtimestamp(moment, UTC) for part, moment in until.items()}

    def forget_refused(self) -> None:
        """Ask all models in full again."""
        for _, shared in self._models.values():
            shared.refusals.clear()

    def left_out(self, name: str | None = None) -> frozenset[str]:
        """Return what of its requests a model's endpoint has refused of late and is not sent; for the model's card."""
        known = self._models.get(name or self._own_default)
        return known[1].left_out if known else frozenset()

    async def aclose(self) -> None:
        """Close the connections that wait for work."""
        if self._pool is not None:
            await self._pool.aclose()

    def _open(self, name: str) -> ChatModel:
        key = self._settings.openai_api_key.get_secret_value() if self._settings.openai_api_key else None
        if self._lane == "langchain":
            # Imported here: langchain-openai costs a second and 60 MB that the wire lane does without.
            from dynagent.infrastructure.llm.langchain import open_langchain_model

            return open_langchain_model(
                name,
                api_key=key,
                base_url=self._url,
                use_responses_api=self._settings.openai_use_responses_api,
            )
        if self._pool is None:
            headers = {
                "Content-Type": "application/json",
                "Accept": "text/event-stream, application/json",
                "Accept-Encoding": "identity",
                "User-Agent": f"dynagent/{__version__}",
            }
            self._pool = HttpPool(self._url, {**headers, "Authorization": f"Bearer {key}"} if key else headers)
        return OpenAIWireModel(name, self._pool, key)


def _choose_lane(settings: ModelSettings) -> Lane:
    if settings.openai_use_responses_api:
        if settings.model_lane == "wire":
            raise InvalidInput("MODEL_LANE=wire speaks Chat Completions only; unset it or OPENAI_USE_RESPONSES_API")
        return "langchain"
    return "wire" if settings.model_lane == "auto" else settings.model_lane
