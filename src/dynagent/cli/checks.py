"""What `dynagent doctor` looks at: each part of an installation, from outside, changing nothing."""

import asyncio
import dataclasses
import os
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import httpx2
import pydantic
import pydantic_settings

from dynagent.cli.database_look import DatabaseLook
from dynagent.cli.failures import CannotStart, wrong_settings
from dynagent.cli.files import look_at_files
from dynagent.cli.listening import ServerSettings, take_address
from dynagent.cli.worker import ScrapeSettings
from dynagent.core.language_models import ModelError
from dynagent.core.shared.errors import DynagentError
from dynagent.core.tools import isolation_text
from dynagent.infrastructure.llm.factory import DEMO, OPENAI, ModelSettings
from dynagent.infrastructure.llm.http_pool import HttpPool
from dynagent.infrastructure.llm.model_lists import ListReader
from dynagent.infrastructure.llm.proxies import unusable_proxy
from dynagent.infrastructure.observability.disk import check_disk
from dynagent.infrastructure.observability.health import Condition, Finding, Part
from dynagent.infrastructure.postgres.database import Database, DatabaseSettings
from dynagent.infrastructure.redis.client import connect, ping
from dynagent.infrastructure.redis.settings import BrokerSettings, RedisSettings, read_address
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.security.keyring import FILE_NAME, SecretSettings, load_keyring
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.main import Settings

if TYPE_CHECKING:
    from taskiq import AsyncBroker

OK, WARN, FAIL = Condition.OK, Condition.WARN, Condition.FAIL


def parts() -> Sequence[Part]:
    """Return everything there is to check; with a wrong setting nothing else, as the rest depends on them."""
    wrong = _wrong_settings()
    read_from = "from the environment" + (" and .env" if Path(".env").is_file() else ", no .env here")

    async def check_settings() -> Finding:
        if wrong:
            return Finding(FAIL, "; ".join(wrong), "correct it in the environment or in .env, then run this again")
        return Finding(OK, read_from)

    if wrong:
        return (Part("settings", check_settings),)
    return (Part("settings", check_settings), *_installed_parts())


def _wrong_settings() -> list[str]:
    wrong: list[str] = []
    models = [field.default_factory for field in dataclasses.fields(Settings)]
    for model in (*models, ServerSettings, ScrapeSettings):
        try:
            cast("Callable[[], object]", model)()
        except (pydantic.ValidationError, pydantic_settings.SettingsError) as error:
            wrong += wrong_settings(error)
    if not wrong:
        settings = Settings()
        try:
            settings.api.exact_origins()
            Database(settings.database)
        except DynagentError as error:
            wrong.append(error.detail)
    return list(dict.fromkeys(wrong))


def _installed_parts() -> Sequence[Part]:
    database, server = DatabaseSettings(), ServerSettings()
    embedded = database.database_url is None

    async def check_place() -> Finding:
        return _check_place(database.data_dir, embedded=embedded)

    async def check_secret() -> Finding:
        return _check_secret(database.data_dir)

    async def check_room() -> Finding:
        return await check_disk(database.data_dir)

    looking = DatabaseLook(database)

    async def check_port() -> Finding:
        return await _check_port(server)

    return (
        Part("data directory", check_place, required=embedded),
        Part("secret key", check_secret),
        Part("disk", check_room, required=embedded),
        Part("database", looking.database, timeout_s=30.0),
        Part("processes", looking.processes, required=False, timeout_s=30.0),
        Part("clock", looking.clock, required=False, timeout_s=30.0),
        Part("redis", _check_redis, required=False, timeout_s=5.0),
        Part("broker", _check_broker, required=False, timeout_s=5.0),
        Part("files", look_at_files, required=False, timeout_s=20.0),
        Part("model", _check_model, required=False, timeout_s=10.0),
        Part("sandbox", _check_sandbox, required=False, timeout_s=20.0),
        Part("port", check_port, timeout_s=5.0),
    )


def _check_place(place: Path, *, embedded: bool) -> Finding:
    if not embedded:
        return Finding(OK, f"{place}; the database is elsewhere (DATABASE_URL)")
    existing = place
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        return Finding(FAIL, f"{existing} is no directory", "set DATA_DIR to a directory, or to one that can be made")
    if not os.access(existing, os.W_OK | os.X_OK):
        return Finding(FAIL, f"{existing} cannot be written by this user", "set DATA_DIR to a directory you can write")
    if existing != place:
        return Finding(OK, f"{place} will be made at the first start")
    return Finding(OK, f"{place} is writable")


def _check_secret(place: Path) -> Finding:
    local, secrets = AuthSettings().auth_mode == "local", SecretSettings()
    if local and secrets.secret_key is None and not (place / FILE_NAME).exists():
        return Finding(OK, f"{place / FILE_NAME} will be made at the first start")
    keys = load_keyring(secrets, place, may_generate=local)
    where = "SECRET_KEY" if secrets.secret_key is not None else str(place / FILE_NAME)
    return Finding(OK, f"in {where}" + (f", with {len(keys.ids) - 1} earlier ones" if len(keys.ids) > 1 else ""))


async def _check_redis() -> Finding:
    settings = RedisSettings()
    if not settings.url:
        return Finding(OK, "REDIS_URL is not set: one process needs none")
    client = connect(settings)
    began = time.perf_counter()
    try:
        answered = await ping(client)
    except Exception as error:
        consequence = "everything works without it, slower; check REDIS_URL"
        return Finding(FAIL, f"no answer: {type(error).__name__}: {error}", consequence)
    finally:
        await client.aclose()
    took = f"in {(time.perf_counter() - began) * 1000:.1f} ms"
    if read_address(settings.url).is_cluster:
        return Finding(OK, f"a cluster, all of its {answered} masters answer {took}")
    return Finding(OK, f"answers {took}")


def _notification_broker(url: str) -> "AsyncBroker":
    from dynagent.infrastructure.redis.notifier import broker_factory

    return broker_factory(url)("interactive")


async def _check_broker() -> Finding:
    url = BrokerSettings().url
    if not url:
        return Finding(OK, "BROKER_URL is not set: notifications go over Redis or PostgreSQL")
    # In a thread: what speaks to brokers is long to import, and the other parts have only seconds.
    broker = await asyncio.to_thread(_notification_broker, url)
    try:
        await broker.startup()
    except Exception as error:
        consequence = "executions start up to 15 s later without it, nothing is lost; check BROKER_URL"
        return Finding(FAIL, f"no answer: {error!r}", consequence)
    finally:
        await broker.shutdown()
    return Finding(OK, f"the broker answers ({url.partition('://')[0]})")


async def _check_model() -> Finding:
    settings = ModelSettings()
    if not settings.has_endpoint and settings.default_model not in (None, DEMO):
        advice = "set OPENAI_API_KEY or OPENAI_BASE_URL, or unset DEFAULT_MODEL"
        return Finding(WARN, f'DEFAULT_MODEL={settings.default_model} has no endpoint: "demo" answers instead', advice)
    if not settings.has_endpoint:
        return Finding(OK, 'no key: the built-in model "demo" answers', "for a real model set OPENAI_API_KEY")
    url = (settings.openai_base_url or OPENAI).rstrip("/")
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
    client = "langchain" if settings.model_lane == "langchain" or settings.openai_use_responses_api else "wire"
    if proxy := unusable_proxy(url, client):
        return Finding(FAIL, proxy, "a proxy of the environment keeps the model from being asked")
    answer = ListReader()
    try:
        pool = HttpPool(url, {"Authorization": f"Bearer {key}"} if key else {})
        await pool.get("/models", answer, timeout_s=8.0)
        await pool.aclose()
    except ModelError as error:
        return Finding(FAIL, f"no answer from {url}: {error.detail}", "check OPENAI_BASE_URL")
    if answer.status in (401, 403):
        return Finding(FAIL, f"{url} refuses the key ({answer.status})", "check OPENAI_API_KEY")
    if answer.status != 200:
        return Finding(WARN, f"{url} answers {answer.status} to /models; it may still serve chat completions")
    return Finding(OK, f"{url} answers, the key is accepted")


async def _check_sandbox() -> Finding:
    sandbox = ZygoteSandbox(SandboxSettings())
    try:
        status = await sandbox.status()
    finally:
        await sandbox.stop()
    if not status["runs"]:
        needed = "; registered tools answer 503 until then, all else works"
        return Finding(WARN, f"registered code is not run here: {isolation_text(status)}", status["advice"] + needed)
    return Finding(OK, isolation_text(status), status["advice"])


async def _check_port(settings: ServerSettings) -> Finding:
    try:
        take_address(settings.host, settings.port, loopback_only=AuthSettings().auth_mode == "local").close()
    except CannotStart as error:
        if await _is_us(settings):
            return Finding(OK, f"a Dynagent server answers on http://{settings.host}:{settings.port}")
        return Finding(FAIL, str(error))
    return Finding(OK, f"{settings.host}:{settings.port} is free")


async def _is_us(settings: ServerSettings) -> bool:
    try:
        async with httpx2.AsyncClient(timeout=2.0, trust_env=False) as client:
            answer = await client.get(f"http://{settings.host}:{settings.port}/api")
            return answer.status_code == 200 and answer.json().get("name") == "Dynagent"
    except (httpx2.HTTPError, ValueError, AttributeError, socket.gaierror):
        return False
