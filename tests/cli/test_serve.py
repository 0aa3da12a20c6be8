"""`dynagent serve` as a process: it answers, runs an agent, stops on a signal, and leaves nothing behind."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.cli.processes import PATIENCE_S, dynagent_says, environment, serving


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def test_from_first_start_to_an_answer_and_a_clean_end(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert get(f"{server.url}/health")["status"] in ("ok", "warn")
        agent = post(f"{server.url}/api/agents", {"name": "Math", "tools": ["calculator"]})
        run = post(f"{server.url}/api/executions", {"agent_id": agent["id"], "query": "Compute 23*19"})
        assert run["status"] == "completed"
        assert '▶ calculator(expression="23*19")' in run["trace"]

        assert server.stop(signal.SIGINT) == 0
        assert server.survivors() == []

    with serving(tmp_path) as again:
        assert get(f"{again.url}/api/agents")["total"] == 1
        assert again.stop(signal.SIGTERM) == 0
        assert again.survivors() == []


def test_an_open_socket_is_told_to_come_back_when_the_server_stops(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        address = server.url.replace("http", "ws", 1)
        with connect(f"{address}/api/v1/ws/conversations") as client:
            assert server.stop(signal.SIGTERM) == 0
            with pytest.raises(ConnectionClosed) as closed:
                client.recv(timeout=20)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
        with pytest.raises(OSError):
            connect(f"{address}/api/v1/ws/conversations")


def test_an_open_stream_does_not_keep_it_from_stopping(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        agent = post(f"{server.url}/api/agents", {"name": "Talker", "tools": ["chatbot"]})
        stream = urllib.request.urlopen(f"{server.url}/api/stream/{agent['id']}?query=hello", timeout=30)
        first = stream.readline()
        rest: list[bytes] = []
        reading = threading.Thread(target=lambda: rest.extend(stream.readlines()))
        reading.start()

        assert server.stop(signal.SIGTERM) == 0

        reading.join(10)
        assert first == b"retry: 1000\n"
        assert server.survivors() == []


def test_a_closed_terminal_ends_it_like_a_signal_to_stop(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.stop(signal.SIGHUP) == 0
        assert server.survivors() == []


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_an_interrupted_first_start_leaves_nothing_running(tmp_path: Path, command: str) -> None:
    tmp_path.chmod(0o755)
    place = tmp_path / "data"
    process = subprocess.Popen(
        [sys.executable, "-m", "dynagent.cli", command],
        env=environment(DATA_DIR=str(place), PORT="0"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not any(place.glob("postgres/data*")):
        time.sleep(0.01)

    process.terminate()

    assert process.wait(PATIENCE_S) == 130
    assert [
        other for other in psutil.process_iter(["cmdline"]) if str(place) in " ".join(other.info["cmdline"] or ())
    ] == []


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        run = dynagent_says("serve", PORT=str(other.getsockname()[1]), DATA_DIR=str(tmp_path))

    assert run.returncode == 1
    assert "is in use" in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_data_directory_that_cannot_be_is_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")

    run = dynagent_says("serve", PORT="0", DATA_DIR=str(tmp_path / place))

    assert run.returncode == 1
    assert "DATA_DIR" in run.stderr
    assert run.stderr.count("\n") == 1


def test_an_unreachable_database_is_one_line_without_its_password() -> None:
    run = dynagent_says("serve", PORT="0", DATABASE_URL="postgresql://bob:hunter22@127.0.0.1:1/agents")

    assert run.returncode == 1
    assert run.stderr.startswith("dynagent: ")
    assert "hunter22" not in run.stderr
    assert run.stderr.count("\n") == 1
