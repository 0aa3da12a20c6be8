"""The parts that `/health` asks, each with what to do when it is not well."""

from collections.abc import Sequence

from dynagent.core.language_models import ChatModels
from dynagent.core.tools import ToolSandbox
from dynagent.infrastructure.observability.disk import check_disk
from dynagent.infrastructure.observability.health import Condition, Finding, Part
from dynagent.infrastructure.postgres.database import Database
from dynagent.main.settings import Settings
from dynagent.main.signals import Signals
from dynagent.presentation.worker import Worker


def parts_of(
    settings: Settings,
    *,
    database: Database,
    signals: Signals,
    models: ChatModels,
    sandbox: ToolSandbox,
    worker: Worker,
) -> Sequence[Part]:
    """Return everything there is to ask in this process; only the database is needed for `ok`."""

    async def check_database() -> Finding:
        await database.check()
        return Finding(Condition.OK, "embedded PostgreSQL answers" if database.is_embedded else "PostgreSQL answers")

    async def check_redis() -> Finding:
        found = await signals.cache.status()
        if found == "ok":
            return Finding(Condition.OK, "Redis answers")
        return Finding(Condition.WARN, found, "everything works without it, slower; check REDIS_URL")

    async def check_model() -> Finding:
        advice = "set OPENAI_API_KEY for a real model" if models.default == "demo" else ""
        return Finding(Condition.OK, f"the default model is {models.default}", advice)

    async def check_worker() -> Finding:
        return Finding(Condition.OK, f"{worker.running} executions run here, {worker.waiting} wait for a place")

    async def check_sandbox() -> Finding:
        return _sandbox_finding(await sandbox.status())

    async def check_room() -> Finding:
        return await check_disk(settings.database.data_dir)

    parts = [
        Part("database", check_database),
        Part("model", check_model, required=False),
        Part("worker", check_worker, required=False),
        Part("sandbox", check_sandbox, required=False, timeout_s=5.0),
    ]
    if settings.redis.url is not None:
        parts.append(Part("redis", check_redis, required=False))
    if database.is_embedded:
        parts.append(Part("disk", check_room))
    return parts


def _sandbox_finding(status: dict[str, object]) -> Finding:
    advice = str(status.get("advice") or "")
    if not status.get("runs"):
        return Finding(Condition.WARN, "registered tools cannot run here", advice)
    return Finding(Condition.OK, f"level {status['level']}", advice)
