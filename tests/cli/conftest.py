"""Commands run in this process: with the settings that a test gives, and the logging put back afterwards."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

OURS = (
    "DATABASE_",
    "REDIS_",
    "OPENAI_",
    "DATA_DIR",
    "HOST",
    "PORT",
    "LOG_",
    "DEFAULT_MODEL",
    "TOOL_SANDBOX_",
    "AUTH_",
    "SECRET_",
)


@pytest.fixture(autouse=True)
def clean_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No settings of whoever runs the tests, no .env file, a data directory of the test's own."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PORT", "0")
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
