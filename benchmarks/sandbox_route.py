"""What the sandbox adds to `POST /api/tools/execute` of a running server."""

import json
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.processes import dynagent_server, model_server

_PAUSE_S = 0.02


def added_to_the_route(source: str, calls: int) -> tuple[list[float], list[float], list[float]]:
    """Return times in ms of a shipped tool, of `source` in the sandbox, and of the same with `reuse`."""
    with (
        model_server() as model_url,
        tempfile.TemporaryDirectory() as data_dir,
        dynagent_server(model_url, Path(data_dir)) as process,
    ):
        for name, reuse in (("reverse_fresh", False), ("reverse_kept", True)):
            _post(process.url, "/api/tools/register", _payload(source, name, reuse=reuse))
        base = _route_times(process.url, {"name": "calculator", "arguments": {"expression": "23*19"}}, calls)
        fresh = _route_times(process.url, {"name": "reverse_fresh", "arguments": {"text": "abc"}}, calls)
        kept = _route_times(process.url, {"name": "reverse_kept", "arguments": {"text": "abc"}}, calls)
    return base, fresh, kept


def _payload(source: str, name: str, *, reuse: bool) -> dict[str, Any]:
    code = source.replace("reverse_string", name)
    return {"name": name, "description": "Reverse the characters in a string", "code": code, "reuse": reuse}


def _route_times(url: str, body: dict[str, Any], calls: int) -> list[float]:
    times: list[float] = []
    for _ in range(calls):
        time.sleep(_PAUSE_S)
        started = time.perf_counter()
        _post(url, "/api/tools/execute", body)
        times.append((time.perf_counter() - started) * 1000)
    return times


def _post(url: str, path: str, body: dict[str, Any]) -> None:
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request) as response:
        response.read()
