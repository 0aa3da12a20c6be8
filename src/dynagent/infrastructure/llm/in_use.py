"""Whose models a piece of work asks: the user travels with the task, as the correlation id does.

Whoever asks for a model by name (the runner, tools, the rules of agents) holds one `ModelsInUse` and knows no users.
"""

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import datetime

from dynagent.core.executions import AgentRunner, RunPlan
from dynagent.core.identity import Throttle
from dynagent.core.language_models import Candidate, ChatModel, ChatModels, ModelRecord, OnRetry
from dynagent.core.runs import Claim, Outcome, TraceRecorder
from dynagent.infrastructure.llm.choosing import ChoosingModels
from dynagent.infrastructure.llm.endpoints import Endpoints, ProviderSettings
from dynagent.infrastructure.llm.factory import InstalledModels
from dynagent.infrastructure.llm.openai_traces import BufferedTrace, OpenAITraces, TracingTarget
from dynagent.infrastructure.llm.planned import PlannedModels
from dynagent.infrastructure.llm.usage import working_for

CACHED_S = 5.0
MAX_USERS = 10_000

LoadModels = Callable[[str], Awaitable[ChoosingModels]]
"""Returns what a user may ask, read anew."""

_current: ContextVar[ChatModels | None] = ContextVar("models_in_use", default=None)


@contextmanager
def asking(models: ChatModels) -> Generator[None]:
    """Have this task, and the tasks it makes, ask these models."""
    token = _current.set(models)
    try:
        yield
    finally:
        _current.reset(token)


class ModelsInUse(ChatModels):
    """The models of the user that this task works for; outside of such work the installation's own.

    What was read is kept for five seconds: so long other processes may ask with a key that was just replaced.
    """

    def __init__(
        self,
        installed: InstalledModels,
        load: LoadModels,
        endpoints: Endpoints,
        *,
        settings: ProviderSettings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._installed = installed
        self._load = load
        self._endpoints = endpoints
        self._clock = clock
        self._cached: OrderedDict[str, tuple[float, ChoosingModels]] = OrderedDict()

    @property
    def default(self) -> str:
        """Name of the model for agents that choose none."""
        return self.now.default

    def knows(self, name: str) -> bool:
        """Say whether `get` would succeed."""
        return self.now.knows(name)

    def get(self, name: str | None, on_retry: OnRetry | None = None) -> ChatModel:
        """Return the model by name. Raises ModelRefused for an unknown name."""
        return self.now.get(name, on_retry)

    @asynccontextmanager
    async def of(self, user_id: str) -> AsyncGenerator[None]:
        """Have this task, and the tasks it makes, ask this user's models."""
        token = working_for.set(user_id)
        try:
            with asking(await self.models_of(user_id)):
                yield
        finally:
            working_for.reset(token)

    def forget(self, user_id: str | None) -> None:
        """Read the models of this user (None: everybody's) anew."""
        if user_id is None:
            self._cached.clear()
        else:
            self._cached.pop(user_id, None)

    def window(self, name: str | None) -> int | None:
        """Return how many tokens a model holds, None when that is not known."""
        return self.now.window(name)

    def forget_refused(self, model_id: str) -> None:
        """Ask this model in full again, in this process; the others hear of it when they read it anew."""
        refusals = self._endpoints.refusals_of(model_id)
        if refusals is not None:
            refusals.clear()

    def obstacle_of(self, record: ModelRecord) -> str:
        """Return why this model's address cannot be spoken to, as far as is known; empty when it can."""
        return self._endpoints.obstacle_of(record, self._settings.url_of(record))

    def installed_refused(self) -> Mapping[str, datetime]:
        """Return what the endpoint of the default model refuses in this process, and until when it is left out."""
        return self._installed.refused()

    def forget_installed_refused(self) -> None:
        """Ask the models of the installation's endpoint in full again, in this process."""
        self._installed.forget_refused()

    def circuit_of(self, record: ModelRecord) -> str:
        """Return the state of the circuit that this model's calls pass in this process."""
        return self._endpoints.circuit_of(record)

    def lends_key(self, record: ModelRecord, *, is_admin: bool) -> bool:
        """Say whether the server's own key serves this model."""
        return self._settings.lent_key(record, is_admin=is_admin) is not None

    def installed(self) -> Candidate:
        """Return the installation's default model as one that could be chosen."""
        return self._installed.candidate()

    def circuits(self) -> Mapping[tuple[str, str], int]:
        """Return how many endpoints of which provider are in which state in this process."""
        states = self._endpoints.states()
        if self._installed.circuit is not None:
            states[self._installed.provider, self._installed.circuit] += 1
        return states

    @property
    def circuit_open(self) -> bool:
        """Whether the circuit of the installation's own endpoint is open in this process."""
        return self._installed.circuit in ("open", "half_open")

    @property
    def tracing(self) -> TracingTarget | None:
        """Where runs of whoever this task works for are sent besides."""
        models = self.now
        return models.tracing if isinstance(models, ChoosingModels) else None

    @property
    def now(self) -> ChatModels:
        """The models of whoever this task works for."""
        return _current.get() or self._installed

    async def models_of(self, user_id: str) -> ChoosingModels:
        """Return what a user may ask."""
        cached = self._cached.get(user_id)
        if cached is not None and cached[0] > self._clock():
            return cached[1]
        models = await self._load(user_id)
        self._cached[user_id] = (self._clock() + CACHED_S, models)
        self._cached.move_to_end(user_id)
        if len(self._cached) > MAX_USERS:
            self._cached.popitem(last=False)
        return models


class OwnersRunner(AgentRunner):
    """Runs agents with the models of whoever the execution belongs to, as the agent wants them."""

    def __init__(self, inner: AgentRunner, models: ModelsInUse, rates: Throttle, traces: OpenAITraces) -> None:
        self._traces = traces
        self._inner = inner
        self._models = models
        self._rates = rates

    async def run(self, claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        """Run to the end."""
        async with self._models.of(claim.run.user_id):
            target = self._models.tracing
            if target is None:
                return await self._run(claim, plan, trace)
            cached, began = BufferedTrace(trace), time.time()
            try:
                return await self._run(claim, plan, cached)
            finally:
                self._traces.send(target, claim.run, cached.events, began)

    async def _run(self, claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        if not plan.fallback_models and not plan.max_rpm:
            return await self._inner.run(claim, plan, trace)
        planned = PlannedModels(
            self._models.now,
            model=plan.model,
            fallbacks=plan.fallback_models,
            agent_id=claim.run.subject_id,
            max_rpm=plan.max_rpm or 0,
            rates=self._rates,
        )
        with asking(planned):
            return await self._inner.run(claim, plan, trace)
