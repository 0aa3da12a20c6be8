"""Open endpoints of stored models: connections and a circuit per address and key, shared by all who ask there."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent import __version__
from dynagent.core.language_models import (
    ChatModel,
    ModelAddress,
    ModelRecord,
    ModelRefused,
    ModelReply,
    Provider,
    find_provider,
)
from dynagent.core.language_models.keys import read_key
from dynagent.infrastructure.http.addresses import AllowList
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.completions.asides import source_of
from dynagent.infrastructure.llm.guarded_pool import GuardedHttpPool, Resolve, obstacle_at, system_resolve
from dynagent.infrastructure.llm.health import HealthNotes
from dynagent.infrastructure.llm.http_pool import host_and_port
from dynagent.infrastructure.llm.openai_wire import OpenAIWireModel
from dynagent.infrastructure.llm.proxies import unusable_proxy
from dynagent.infrastructure.llm.retries import Persistence, Refusals
from dynagent.infrastructure.llm.usage import Note, UsageMeter

MAX_OPEN = 1000
LOCAL_NETWORKS = "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
"""Loopback and private networks; not link-local ones, where clouds tell machines their secrets."""


class ProviderSettings(BaseSettings):
    """The server's own keys, one per provider, used at the providers' own addresses only; where Ollama is."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    openai_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
    google_api_key: SecretStr | None = None
    deepseek_api_key: SecretStr | None = None
    huggingface_api_key: SecretStr | None = None
    ollama_base_url: str | None = None
    model_calls_per_minute: int = Field(default=0, ge=0, description="Model calls of one user; 0: no limit.")

    @field_validator("*", mode="after")
    @classmethod
    def _is_key(cls, value: Any) -> Any:
        return SecretStr(read_key(value.get_secret_value())) if isinstance(value, SecretStr) else value

    def key_of(self, provider: Provider) -> str | None:
        """Return the server's key for a provider."""
        key: SecretStr | None = getattr(self, f"{provider.id}_api_key", None)
        return None if key is None else key.get_secret_value()

    def lent_key(self, record: ModelRecord, *, is_admin: bool) -> str | None:
        """Return the server's key for global models and those of administrators, at their providers' own addresses."""
        lent = record.at_home and (record.user_id is None or is_admin)
        return self.key_of(find_provider(record.provider)) if lent else None

    def url_of(self, record: ModelRecord) -> str | None:
        """Return where a model is met; where Ollama is, the operator says."""
        if record.provider == "ollama" and record.at_home and self.ollama_base_url:
            return self.ollama_base_url.rstrip("/")
        return record.base_url

    def allowed(self, outbound_allow: str, *, local: bool) -> str:
        """Return what private addresses models may be at, as OUTBOUND_ALLOW is written; where Ollama is, is added."""
        entries = [outbound_allow] if outbound_allow.strip() else []
        if self.ollama_base_url:
            parts = urlsplit(self.ollama_base_url)
            host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
            entries.append(f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}")
        if local:
            # Whoever adds models there is the machine's own administrator.
            entries.append(LOCAL_NETWORKS)
        return ",".join(entries)


@dataclass(slots=True)
class _Endpoint:
    """What all models at one address with one key share."""

    pool: GuardedHttpPool
    provider: str
    circuit: Circuit = field(default_factory=Circuit)


class Endpoints:
    """Opens models; what was not asked for longest is closed when there are too many."""

    def __init__(
        self,
        *,
        allowed: AllowList,
        resolve: Resolve = system_resolve,
        meter: UsageMeter | None = None,
        notes: HealthNotes | None = None,
    ) -> None:
        self._meter = meter
        self._notes = notes
        self._always_allowed = self._allowed = allowed
        self._resolve = resolve
        self._open: OrderedDict[tuple[str, str], _Endpoint] = OrderedDict()
        self._by_record: OrderedDict[str, tuple[_Endpoint, Refusals, str]] = OrderedDict()

    def open(self, record: ModelRecord, url: str, key: str | None) -> tuple[ChatModel, Persistence]:
        """Return a model ready to be asked, without retries, and what its retries share. Raises ModelRefused."""
        provider = find_provider(record.provider)
        key = key and _sent_as(key)
        endpoint = self._endpoint(url, key, provider)
        refusals = self._remember(record, endpoint, source_of(url, record.model_identifier))
        shared = Persistence(endpoint.circuit, note=self._note(record, provider), refusals=refusals)
        if record.parameters.responses_api:
            if proxy := unusable_proxy(url, "langchain"):
                raise ModelRefused(proxy)
            # late: langchain-openai costs a second and 60 MB that the wire lane does without.
            from dynagent.infrastructure.llm.langchain import open_langchain_model

            model = open_langchain_model(record.model_identifier, api_key=key, base_url=url, use_responses_api=True)
            return model, shared
        return OpenAIWireModel(record.model_identifier, endpoint.pool, key), shared

    def allow(self, addresses: Iterable[ModelAddress]) -> None:
        """Let models be at these addresses besides those that the operator allows."""
        more = {(address.host, address.port) for address in addresses}
        allowed = replace(self._always_allowed, endpoints=self._always_allowed.endpoints | more)
        if allowed != self._allowed:
            self._allowed = allowed
            for endpoint in self._open.values():
                endpoint.pool.allow(allowed)

    def circuit_of(self, record: ModelRecord) -> str:
        """Return the state of the circuit that this model's calls pass, `closed` before the first."""
        known = self._by_record.get(record.id)
        return "closed" if known is None else known[0].circuit.state

    def obstacle_of(self, record: ModelRecord, url: str | None) -> str:
        """Return why this model's address cannot be spoken to, as far as is known; empty when it can."""
        known = self._by_record.get(record.id)
        if url is None or (known is not None and known[0].pool.url == url):
            return known[0].pool.look() if known is not None else ""
        try:
            return unusable_proxy(url, "wire") or obstacle_at(*host_and_port(url), self._allowed)
        except ModelRefused as error:
            return error.detail

    def refusals_of(self, model_id: str) -> Refusals | None:
        """Return what is known here of a model's refusals."""
        known = self._by_record.get(model_id)
        return None if known is None else known[1]

    def pool_of(self, record: ModelRecord, url: str, key: str | None) -> GuardedHttpPool:
        """Return the connections to a model's endpoint. Raises ModelRefused."""
        return self._endpoint(url, key and _sent_as(key), find_provider(record.provider)).pool

    def states(self) -> Counter[tuple[str, str]]:
        """Return how many endpoints of which provider are in which state, for metrics."""
        return Counter((endpoint.provider, endpoint.circuit.state) for endpoint in self._open.values())

    async def aclose(self) -> None:
        """Close the connections that wait for work."""
        for endpoint in self._open.values():
            await endpoint.pool.aclose()
        self._open.clear()

    def _remember(self, record: ModelRecord, endpoint: _Endpoint, source: str) -> Refusals:
        """Return the refusals of a model, the same as long as it is the same model at the same address."""
        known = self._by_record.get(record.id)
        on_new = partial(self._notes.refused, record.id) if self._notes else None
        refusals = known[1] if known is not None and known[2] == source else Refusals(on_new=on_new)
        self._by_record[record.id] = (endpoint, refusals, source)
        self._by_record.move_to_end(record.id)
        if len(self._by_record) > MAX_OPEN * 10:
            self._by_record.popitem(last=False)
        return refusals

    def _note(self, record: ModelRecord, provider: Provider) -> Note | None:
        """Return who is told of each try: who counts what was used, and who notes how the model does."""
        meter = self._meter.noting(provider.id, record.model_identifier) if self._meter else None
        if self._notes is None:
            return meter
        health = self._notes.noting(record.id)

        def note(reply: ModelReply | None, error: BaseException | None) -> None:
            if meter is not None:
                meter(reply, error)
            health(reply, error)

        return note

    def _endpoint(self, url: str, key: str | None, provider: Provider) -> _Endpoint:
        place = (url, hashlib.sha256((key or "").encode()).hexdigest())
        endpoint = self._open.get(place)
        if endpoint is None:
            headers = _headers(key, provider)
            pool = GuardedHttpPool(url, headers, allowed=self._allowed, resolve=self._resolve)
            endpoint = _Endpoint(pool, provider.id)
            self._open[place] = endpoint
            if len(self._open) > MAX_OPEN:
                self._open.popitem(last=False)
        self._open.move_to_end(place)
        return endpoint


def _headers(key: str | None, provider: Provider) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "Accept": "text/event-stream, application/json",
        "Accept-Encoding": "identity",
        "User-Agent": f"dynagent/{__version__}",
    }
    if key is None:
        return headers
    sent = {"api-key": key} if provider.key_header == "api-key" else {"Authorization": f"Bearer {key}"}
    return {**headers, **sent}


def _sent_as(key: str) -> str:
    """Return a key that was kept, as HTTP can carry it: older ones were kept as they were pasted."""
    try:
        return read_key(key)
    except ValueError as error:
        raise ModelRefused(f"the key for the model endpoint cannot be sent: {error}") from None
