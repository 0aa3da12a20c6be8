"""The catalogue of tools of this installation."""

from contextlib import AsyncExitStack

from dynagent.core.language_models import ChatModels
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.infrastructure.http.guarded import guarded_client
from dynagent.infrastructure.postgres.custom_tools import PostgresToolLoader
from dynagent.infrastructure.postgres.language_models_stored import KeysForTools
from dynagent.infrastructure.postgres.pool import Pool
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.tools.catalogue import InstalledTools
from dynagent.infrastructure.tools.configured import ConfiguredTools
from dynagent.infrastructure.tools.factory import ConcreteToolFactory
from dynagent.infrastructure.tools.prebuilt import prebuilt_registry
from dynagent.infrastructure.tools.sandboxed import SandboxedCode
from dynagent.infrastructure.tools.search.choice import WebSearch
from dynagent.infrastructure.tools.search.engines import SearchEngines, SearchSettings
from dynagent.infrastructure.tools.search.quota import SearchQuota
from dynagent.infrastructure.tools.workspaces import Workspaces
from dynagent.main.settings import Settings


def make_catalogue(
    settings: Settings,
    *,
    models: ChatModels,
    sandbox: ZygoteSandbox,
    pool: Pool,
    box: SealsSecrets,
    stack: AsyncExitStack,
) -> InstalledTools:
    """Return prebuilt and registered tools under one roof; the stack closes their outbound connections."""
    client = guarded_client(settings.outbound)
    stack.push_async_callback(client.aclose)
    engines = settings.of(SearchSettings)
    quota = SearchQuota(
        per_minute=engines.search_per_minute,
        per_day=engines.search_per_day,
        redis_url=settings.redis.url,
    )
    stack.push_async_callback(quota.aclose)
    search = WebSearch(SearchEngines(engines, client), quota, timeout_s=engines.search_timeout_s)
    registry = prebuilt_registry(SandboxedCode(sandbox))
    workspaces = Workspaces(settings.database.data_dir / "workspaces")
    services = {"models": models, "search": search, "sandbox": sandbox, "workspaces": workspaces, "client": client}
    factory = ConcreteToolFactory(registry, services)
    return InstalledTools(
        registry=registry,
        factory=factory,
        sandbox=sandbox,
        load_custom=PostgresToolLoader(pool),
        configured=ConfiguredTools(registry, factory, box=box, load_keys=KeysForTools(pool)),
    )
