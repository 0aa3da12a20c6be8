"""Run the scripted model on its own: `python -m benchmarks.scripted_model --port 0`."""

import argparse
import asyncio

import uvloop

from benchmarks.scripted_model.server import listen


async def main(host: str, port: int) -> None:
    """Serve until interrupted; the first line on stdout is the base URL (ends in /v1)."""
    server, url = await listen(host, port)
    print(url, flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args()
    try:
        uvloop.run(main(wanted.host, wanted.port))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit(0) from None
