"""One sandbox per module of tests, with its audit events."""

import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from dynagent.infrastructure.sandbox.audit import AuditEvent
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import settings


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs Linux elsewhere, and the long runs unless they are asked for with `-m` (`make faults`)."""
    if not config.getoption("-m"):
        for item in items:
            if item.get_closest_marker("slow_fault"):
                item.add_marker(pytest.mark.skip(reason="slow: make faults"))
    if sys.platform != "linux":
        for item in items:
            item.add_marker(pytest.mark.skip(reason="the sandbox's layers are Linux's"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def events() -> list[AuditEvent]:
    """What the module's sandbox has told its audit."""
    return []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(events: list[AuditEvent]) -> AsyncIterator[ZygoteSandbox]:
    """A running sandbox; its full zygote boots when a test needs it."""
    sandbox = ZygoteSandbox(settings(), events.append)
    await sandbox.start()
    yield sandbox
    await sandbox.stop()
