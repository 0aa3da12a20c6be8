"""`dynagent worker`: a process that claims and runs, without HTTP."""

import asyncio
import dataclasses
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.cli.failures import CannotStart, run

if TYPE_CHECKING:
    from dynagent.main import Engine


class ScrapeSettings(BaseSettings):
    """Where a worker shows its metrics and says how it is (/metrics, /health, /ready); unset, it listens nowhere."""

    model_config = SettingsConfigDict(
        env_prefix="WORKER_METRICS_", env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True
    )

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=1, le=65535)


def run_worker(*, concurrency: int | None) -> int:
    """Work until a signal comes; return the exit code."""

    async def main() -> int:
        from dynagent.cli.signals import (
            STOP_BOUND_S,
            prepare_process,
            settle_memory,
            stop_signals,
        )

        prepare_process()
        from dynagent.main import Settings, open_engine

        settings = Settings()
        if concurrency is not None:
            changed = settings.worker.model_copy(update={"concurrency": concurrency})
            settings = dataclasses.replace(settings, worker=changed)
        with stop_signals(settings.worker.drain_s + STOP_BOUND_S) as stop:
            try:
                async with open_engine(settings, announce=_announce, takes_work=True) as engine:
                    stop.started = True
                    with _door_of(engine):
                        settle_memory()
                        _announce(f"working, {settings.worker.concurrency} executions at once (Ctrl-C stops it)")
                        await stop.requested.wait()
                        _announce("stopping")
            except asyncio.CancelledError:
                _announce("interrupted")
                return 130
        _announce("stopped")
        return 0

    return run(main)


@contextmanager
def _door_of(engine: "Engine") -> Generator[None]:
    """Have the worker answer at its port, where it is given one."""
    scrape = ScrapeSettings()
    if scrape.port is None:
        yield
        return
    door = engine.door()
    try:
        door.open(scrape.host, scrape.port)
    except OSError as error:
        raise CannotStart(f"WORKER_METRICS_PORT {scrape.port} cannot be used: {error.strerror}") from error
    try:
        yield
    finally:
        door.close()


def _announce(line: str) -> None:
    print(f"dynagent: {line}", flush=True)
