"""Fixtures of the tests of models."""

from collections.abc import AsyncIterator

import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel

from dynagent.infrastructure.http.guarded import OutboundSettings
from dynagent.infrastructure.postgres.database import DatabaseSettings
from dynagent.infrastructure.security.keyring import SecretSettings
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.main import Platform, Settings, open_platform
from tests.presentation.api.language_models.house import OLD


@pytest_asyncio.fixture
async def endpoint() -> AsyncIterator[ScriptedModel]:
    """A model endpoint that does as it is told."""
    async with ScriptedModel() as model:
        yield model


@pytest_asyncio.fixture
async def platform(fresh_database_url: str) -> AsyncIterator[Platform]:
    """Everything, with sign-in required and this machine allowed as an endpoint."""
    auth = {"auth_mode": "required", "registration": "open"}
    settings = Settings(
        auth=AuthSettings.model_validate(auth),
        secrets=SecretSettings.model_validate({"secret_key": OLD}),
        database=DatabaseSettings.model_validate({"database_url": fresh_database_url}),
        outbound=OutboundSettings(allow="127.0.0.0/8"),
    )
    async with open_platform(settings) as platform:
        yield platform
