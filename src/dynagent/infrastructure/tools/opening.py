"""The catalogue of tools of an installation, opened."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from dynagent.core.language_models import ChatModels
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.tools import ToolSandbox
from dynagent.infrastructure.http.guarded import OutboundSettings, guarded_client
from dynagent.infrastructure.tools.asking import ToolAsks
from dynagent.infrastructure.tools.catalogue import InstalledTools, LoadCustom
from dynagent.infrastructure.tools.configured import ConfiguredTools, LoadKeys
from dynagent.infrastructure.tools.factory import ConcreteToolFactory
from dynagent.infrastructure.tools.prebuilt import prebuilt_registry
from dynagent.infrastructure.tools.sandboxed import SandboxedCode
from dynagent.infrastructure.tools.search.choice import WebSearch
from dynagent.infrastructure.tools.search.engines import SearchEngines, SearchSettings
from dynagent.infrastructure.tools.search.quota import SearchQuota
from dynagent.infrastructure.tools.workspaces import Workspaces


@asynccontextmanager
async def open_tools(
    settings: SearchSettings,
    *,
    outbound: OutboundSettings,
    redis_url: str | None,
    data_dir: Path,
    models: ChatModels,
    sandbox: ToolSandbox,
    box: SealsSecrets,
    load_custom: LoadCustom,
    load_keys: LoadKeys,
    asks: ToolAsks,
) -> AsyncGenerator[InstalledTools]:
    """Give prebuilt and registered tools under one roof."""
    quota = SearchQuota(per_minute=settings.search_per_minute, per_day=settings.search_per_day, redis_url=redis_url)
    async with aclosing(guarded_client(outbound)) as client, aclosing(quota):
        search = WebSearch(SearchEngines(settings, client), quota, timeout_s=settings.search_timeout_s)
        registry = prebuilt_registry(SandboxedCode(sandbox))
        workspaces = Workspaces(data_dir / "workspaces")
        services = {
            "models": models,
            "search": search,
            "sandbox": sandbox,
            "workspaces": workspaces,
            "client": client,
            "knowledge": asks,
        }
        factory = ConcreteToolFactory(registry, services)
        yield InstalledTools(
            registry=registry,
            factory=factory,
            sandbox=sandbox,
            load_custom=load_custom,
            configured=ConfiguredTools(registry, factory, box=box, load_keys=load_keys),
        )
