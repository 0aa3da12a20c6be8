"""`dynagent serve`."""

import asyncio
import shlex
import time

from dynagent.cli.failures import run
from dynagent.cli.listening import ServerSettings, take_address, url_of
from dynagent.infrastructure.security.settings import AuthSettings

QUESTION = "Compute 23*19"


def run_server(*, host: str | None, port: int | None, takes_work: bool = True) -> int:
    """Serve until a signal comes; without `takes_work` executions are left to workers. Return the exit code."""
    began = time.monotonic()

    async def main() -> int:
        settings = ServerSettings()
        sign_in_required = AuthSettings().auth_mode != "local"
        wanted = (settings.host if host is None else host, settings.port if port is None else port)
        # Before anything that takes time: a taken port is told at once.
        listener = take_address(*wanted, loopback_only=not sign_in_required)
        from dynagent.cli.signals import STOP_BOUND_S, prepare_process, stop_signals

        prepare_process()
        from dynagent.cli.server import serving
        from dynagent.main import Settings

        everything = Settings()
        bound_s = settings.stop_timeout_s + everything.worker.drain_s + STOP_BOUND_S
        with stop_signals(bound_s) as stop:
            try:
                async with serving(
                    listener,
                    announce=_announce,
                    settings=everything,
                    stop_timeout_s=settings.stop_timeout_s,
                    max_connections=settings.max_connections,
                    takes_work=takes_work,
                ) as running:
                    stop.started = True
                    _greet(url_of(listener), time.monotonic() - began, sign_in_required=sign_in_required)
                    await _until_signal(stop.requested, running)
                    _announce("stopping")
            except asyncio.CancelledError:
                _announce("interrupted")
                return 130
        _announce("stopped")
        return 0

    return run(main)


async def _until_signal(signal: asyncio.Event, running: asyncio.Task[None]) -> None:
    """Wait for a signal, or until the server has ended by itself."""
    requested = asyncio.create_task(signal.wait())
    await asyncio.wait({requested, running}, return_when=asyncio.FIRST_COMPLETED)
    requested.cancel()


def _greet(url: str, seconds: float, *, sign_in_required: bool) -> None:
    curl = "curl -s"
    body = shlex.quote('{"name": "Math helper", "tools": ["calculator", "chatbot"]}')
    _announce(f"listening on {url} (ready after {seconds:.1f} s; Ctrl-C stops it)")
    if sign_in_required:
        _announce(f"sign in at {url} and make an access key at {url}/settings/access-keys, with the scopes")
        _announce("agents:write, executions:read and executions:run; then: export ACCESS_KEY=…")
        curl = 'curl -H "Authorization: Bearer $ACCESS_KEY" -s'
    _announce("make an agent:")
    print(f"    {curl} {url}/api/agents -H 'content-type: application/json' -d {body}")
    _announce("and watch it work, with the id from that answer:")
    print(f"    {curl} -NG {url}/api/stream/AGENT_ID --data-urlencode 'query={QUESTION}'", flush=True)


def _announce(line: str) -> None:
    print(f"dynagent: {line}", flush=True)
