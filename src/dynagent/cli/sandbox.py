"""`dynagent tool-sandbox`."""

import asyncio

from dynagent.cli.failures import CannotStart, run


def run_sandbox(path: str) -> int:
    """Serve confined processes at a unix socket until a signal comes; return the exit code."""

    async def main() -> int:
        from dynagent.cli.signals import stop_signals
        from dynagent.infrastructure.observability.logging import LogSettings, configure_logging
        from dynagent.infrastructure.sandbox.service import serve_sandbox

        configure_logging(LogSettings())
        with stop_signals():
            try:
                await serve_sandbox(path)
            except OSError as error:
                raise CannotStart(f"the sandbox cannot serve at {path}: {error}") from error
            except asyncio.CancelledError:
                print("dynagent: stopped", flush=True)
        return 0

    return run(main)
