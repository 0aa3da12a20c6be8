"""Models, opened: the installation's own, and those that people keep, each asked for whoever the work is for."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager

from dynagent.core.identity import Throttle
from dynagent.core.language_models import ProviderKey, UsersModels
from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.infrastructure.http.addresses import AllowList
from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.llm.catalogue import PricedModels
from dynagent.infrastructure.llm.choosing import ChoosingModels
from dynagent.infrastructure.llm.endpoints import Endpoints, ProviderSettings
from dynagent.infrastructure.llm.factory import OPENAI, InstalledModels, ModelSettings
from dynagent.infrastructure.llm.health import HealthNotes
from dynagent.infrastructure.llm.in_use import ModelsInUse
from dynagent.infrastructure.llm.lending import LentModels
from dynagent.infrastructure.llm.openai_traces import TracingTarget
from dynagent.infrastructure.llm.stored import UserModels
from dynagent.infrastructure.llm.usage import UsageMeter

ReadModels = Callable[[str], Awaitable[UsersModels]]
"""Returns what a user keeps, read anew."""


@asynccontextmanager
async def open_models(
    settings: ModelSettings,
    providers: ProviderSettings,
    stored: ReadModels,
    outbound: OutboundSettings,
    *,
    box: SealsSecrets,
    rates: Throttle,
    meter: UsageMeter,
    notes: HealthNotes | None = None,
) -> AsyncGenerator[ModelsInUse]:
    """Give the models of a process; `outbound` says where they may be."""
    known = PricedModels()
    async with (
        aclosing(InstalledModels(settings, meter)) as installed,
        aclosing(Endpoints(allowed=AllowList.parse(outbound.allow), meter=meter, notes=notes)) as endpoints,
    ):

        async def load(user_id: str) -> ChoosingModels:
            found = await stored(user_id)
            tracing = _tracing(found.tracing_key, box)
            lent = LentModels(installed, is_admin=found.is_admin, stored=tuple(one.name for one in found.records))
            if not found.records:
                return ChoosingModels(lent, lambda: [installed.candidate()], tracing)
            endpoints.allow(found.addresses)
            models = UserModels(
                user_id=user_id,
                records=found.records,
                keys=found.keys,
                is_admin=found.is_admin,
                installed=lent,
                endpoints=endpoints,
                settings=providers,
                box=box,
                rates=rates,
                health=found.health,
                known=known,
            )
            return ChoosingModels(models, lambda: [*models.candidates(known), installed.candidate()], tracing)

        yield ModelsInUse(installed, load, endpoints, settings=providers)


def _tracing(key: ProviderKey | None, box: SealsSecrets) -> TracingTarget | None:
    if key is None:
        return None
    home = (key.endpoint_url or OPENAI).rstrip("/")
    try:
        return TracingTarget(f"{home}/traces/ingest", box.open(key.sealed_key, row=key.id))
    except DynagentError:
        # Sealed with a secret key that is gone; models say so when they are asked, traces are left out.
        return None
