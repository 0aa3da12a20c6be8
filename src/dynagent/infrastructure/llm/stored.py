"""One user's models: stored records first (by id or name, own before global), else what the environment has."""

from collections.abc import Mapping, Sequence

from dynagent.core.identity import Throttle, TooManyRequests
from dynagent.core.language_models import (
    Candidate,
    Capabilities,
    ChatModel,
    ChatModels,
    KnownModels,
    ModelError,
    ModelHealth,
    ModelRateLimited,
    ModelRecord,
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelRetry,
    ModelSwitched,
    OnRetry,
    OnText,
    ProviderKey,
    find_provider,
)
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.infrastructure.llm.completions.refusals import LENGTHS
from dynagent.infrastructure.llm.endpoints import Endpoints, ProviderSettings
from dynagent.infrastructure.llm.guarded_pool import NOT_ASKED, GuardedHttpPool
from dynagent.infrastructure.llm.retries import Persistence, PersistentModel

LONGEST_WAIT_S = 55.0
"""A wait for our own rate limit is shorter than what the retries refuse to wait for."""


class UserModels(ChatModels):
    """What one user may ask. Made anew when records change; opened models are kept as long."""

    def __init__(
        self,
        *,
        user_id: str,
        records: Sequence[ModelRecord],
        keys: Sequence[ProviderKey],
        is_admin: bool,
        installed: ChatModels,
        endpoints: Endpoints,
        settings: ProviderSettings,
        box: SealsSecrets,
        rates: Throttle,
        health: Mapping[str, ModelHealth] | None = None,
        known: KnownModels | None = None,
    ) -> None:
        self._user_id = user_id
        self._health = health or {}
        self._known = known
        # Own ones last: they replace global ones of the same name.
        ordered = sorted(records, key=lambda record: record.user_id is not None)
        self._by_name = {record.name: record for record in ordered} | {record.id: record for record in records}
        self._keys = keys
        self._is_admin = is_admin
        self._installed = installed
        self._endpoints = endpoints
        self._settings = settings
        self._box = box
        self._rates = rates
        self._opened: dict[str, tuple[ChatModel, Persistence]] = {}

    @property
    def default(self) -> str:
        """The installation's default."""
        return self._installed.default

    def knows(self, name: str) -> bool:
        """Say whether `get` would succeed."""
        return name in self._by_name or self._installed.knows(name)

    def window(self, name: str | None) -> int | None:
        """Return what a model holds: as its owner says, as its endpoint has said, as is known of its name."""
        record = self._by_name.get(name or self.default)
        if record is None:
            return self._installed.window(name)
        found = self._known.find(record.provider, record.model_identifier) if self._known else None
        return record.able(found, self._shown(record)).context_window

    def pool_of(self, model_id: str) -> GuardedHttpPool | None:
        """Return the connections to a stored model's endpoint. Raises ModelRefused, and what an unreadable key does."""
        record = self._by_name.get(model_id)
        url = None if record is None else self._settings.url_of(record)
        return None if record is None or url is None else self._endpoints.pool_of(record, url, self._key_of(record))

    def record_of(self, name: str) -> ModelRecord | None:
        """Return a stored model by id or name, or None."""
        return self._by_name.get(name)

    def candidates(self, known: KnownModels) -> list[Candidate]:
        """Return the user's models as ones that could be chosen for a call, own before global."""
        found = {record.id: record for record in reversed(list(self._by_name.values()))}
        return [
            record.candidate(
                known.find(record.provider, record.model_identifier),
                obstacle=self._obstacle(record),
                shown=self._shown(record),
            )
            for record in sorted(found.values(), key=lambda record: record.user_id is None)
            if self._by_name.get(record.name) is record
        ]

    def _obstacle(self, record: ModelRecord) -> str:
        if find_provider(record.provider).needs_key and not self._has_key(record):
            return "there is no key for it"
        if self._endpoints.circuit_of(record) == "open":
            return "the circuit of its endpoint is open"
        return self._endpoints.obstacle_of(record, self._settings.url_of(record))

    def _shown(self, record: ModelRecord) -> Capabilities | None:
        health = self._health.get(record.id)
        return None if health is None else health.shown()

    def get(self, name: str | None, on_retry: OnRetry | None = None) -> ChatModel:
        """Return the model by id or name (None: the default), with retries and the models that step in for it."""
        name = name or self.default
        record = self._by_name.get(name)
        if record is None:
            return self._installed.get(name, on_retry)
        chain = [self._persistent(record, on_retry)]
        for fallback in record.fallbacks:
            other = self._by_name.get(fallback)
            if other is not None:
                chain.append(self._persistent(other, on_retry))
            elif self._installed.knows(fallback):
                chain.append(self._installed.get(fallback, on_retry))
        return chain[0] if len(chain) == 1 else FallbackModel(chain, on_retry)

    def _persistent(self, record: ModelRecord, on_retry: OnRetry | None) -> ChatModel:
        if record.id not in self._opened:
            try:
                self._opened[record.id] = self._open(record)
            except DynagentError as error:
                return RefusingModel(record.name, ModelRefused(error.detail))
        model, shared = self._opened[record.id]
        return PersistentModel(model, shared, on_retry)

    def _open(self, record: ModelRecord) -> tuple[ChatModel, Persistence]:
        provider = find_provider(record.provider)
        url, key = self._settings.url_of(record), self._key_of(record)
        if url is None:
            raise ModelRefused(f"the model {record.name!r} has no endpoint")
        if key is None and provider.needs_key:
            raise ModelRefused(
                f"there is no key for the model {record.name!r}: give it one, or keep one of {provider.name}'s"
            )
        inner, shared = self._endpoints.open(record, url, key)
        health = self._health.get(record.id)
        shared.refusals.renew({one.part: one.until.timestamp() for one in health.refused} if health else {})
        limits = [(f"model:{record.id}", record.max_rpm or 0)]
        limits.append((f"models-of:{self._user_id}", self._settings.model_calls_per_minute))
        return AskedModel(record, inner, rates=self._rates, limits=[limit for limit in limits if limit[1]]), shared

    def _has_key(self, record: ModelRecord) -> bool:
        try:
            return self._key_of(record) is not None
        except DynagentError:
            return False

    def _key_of(self, record: ModelRecord) -> str | None:
        """The model's own key, the one it names, the user's for this address; at the provider's own the server's."""
        if record.sealed_key is not None:
            return self._box.open(record.sealed_key, row=record.id)
        url = record.base_url
        for key in reversed(self._keys):
            named = key.id == record.key_id
            own = record.key_id is None and key.user_id == self._user_id
            if (named or own) and key.provider == record.provider and url is not None and key.may_go_to(url):
                return self._box.open(key.sealed_key, row=key.id)
        return self._settings.lent_key(record, is_admin=self._is_admin)


class AskedModel:
    """A stored model: fills in its parameters where the agent is silent, and keeps to its rates."""

    def __init__(
        self, record: ModelRecord, inner: ChatModel, *, rates: Throttle, limits: Sequence[tuple[str, int]]
    ) -> None:
        self.name = record.name
        self._parameters = record.parameters
        self._capabilities = record.able()
        self._inner = inner
        self._rates = rates
        self._limits = limits

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask. Raises ModelError; ModelRateLimited also for our own limits, with the seconds to wait."""
        if request.tools and self._capabilities.tools is False:
            raise ModelRefused(
                f"the model {self.name!r} cannot call tools: choose another, or take the agent's tools away"
            )
        for subject, per_minute in self._limits:
            await self._admit(subject, per_minute)
        return await self._inner.reply(self._completed(request), on_text)

    async def _admit(self, subject: str, per_minute: int) -> None:
        try:
            await self._rates.admit(subject, per_minute)
        except TooManyRequests as error:
            whose = f"the model {self.name!r}" if subject.startswith("model:") else "one user"
            raise ModelRateLimited(
                f"the limit of {per_minute} calls a minute to {whose} is reached",
                retry_after_s=min(LONGEST_WAIT_S, error.retry_after_s or LONGEST_WAIT_S),
            ) from None

    def _completed(self, request: ModelRequest) -> ModelRequest:
        given = self._parameters
        changes: dict[str, object] = {}
        if request.temperature is None and given.temperature is not None and "temperature" not in request.omit:
            changes["temperature"] = given.temperature
        if request.max_tokens is None and given.max_tokens is not None and not request.omit >= LENGTHS:
            changes["max_tokens"] = given.max_tokens
        if given.timeout_s is not None and given.timeout_s < request.timeout_s:
            changes["timeout_s"] = given.timeout_s
        if request.output_schema is not None and self._capabilities.structured_output is False:
            changes["output_schema"] = None
        return request.model_copy(update=changes) if changes else request


class FallbackModel:
    """Asks one model after the other until one answers; each change is told, never silent.

    With `most` no more than so many are asked; those whose address may not be spoken to do not count.
    """

    def __init__(self, chain: Sequence[ChatModel], on_retry: OnRetry | None, most: int | None = None) -> None:
        self.name = chain[0].name
        # Nobody waits for an endpoint whose circuit is open while another model can be asked.
        self._chain = [*(hurried(model) for model in chain[:-1]), chain[-1]]
        self._on_retry = on_retry
        self._most = most or len(chain)

    def hurried(self) -> "FallbackModel":
        """Return the same, but without waiting for the last one either."""
        return FallbackModel([*self._chain[:-1], hurried(self._chain[-1])], self._on_retry, self._most)

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Ask. Raises the last model's error."""
        streamed = False

        def note(text: str) -> None:
            nonlocal streamed
            streamed = True
            on_text(text)

        asked = 0
        for number, model in enumerate(self._chain[:-1]):
            try:
                return await model.reply(request, note)
            except ModelError as error:
                asked += NOT_ASKED not in error.extra
                if (streamed and self._on_retry is None) or asked >= self._most:
                    raise
                self._report(number, error)
        return await self._chain[-1].reply(request, on_text)

    def _report(self, number: int, error: ModelError) -> None:
        if self._on_retry is not None:
            following = self._chain[number + 1].name
            switched = ModelSwitched(f"switched to {following} because {self._chain[number].name}: {error.detail}")
            self._on_retry(ModelRetry(switched, 0.0, number + 2))


def hurried(model: ChatModel) -> ChatModel:
    """Return the model so that it does not wait for an endpoint whose circuit is open."""
    return model.hurried() if isinstance(model, PersistentModel | FallbackModel) else model


class RefusingModel:
    """A model that cannot be asked, and says why when it is."""

    def __init__(self, name: str, error: ModelRefused) -> None:
        self.name = name
        self._error = error

    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        """Raise the reason."""
        raise self._error
