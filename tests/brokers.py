"""Real brokers for the tests of notifications, beside Redis: NATS from its wheel, RabbitMQ where it is installed."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest


class TestNats:
    """A real nats-server with JetStream on a free port of 127.0.0.1; what it holds is gone with it."""

    __test__ = False

    def __init__(self) -> None:
        self.port = free_port()
        self._place = tempfile.mkdtemp(prefix="dynagent-nats-")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"nats://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; returns when it answers."""
        program = Path(sys.executable).parent / "nats-server"
        options = ["-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", self._place]
        self._process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port)

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        shutil.rmtree(self._place, ignore_errors=True)


class TestRabbit:
    """A real rabbitmq-server on a free port of 127.0.0.1. Skips the test where there is none on the PATH."""

    __test__ = False

    def __init__(self) -> None:
        self.port = free_port()
        self._place = Path(tempfile.mkdtemp(prefix="dynagent-rabbit-"))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Start it; returns when it answers, half a minute later."""
        program = shutil.which("rabbitmq-server")
        if program is None:
            pytest.skip("there is no rabbitmq-server on the PATH, and no wheel that brings one")
        (self._place / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        places = {
            "RABBITMQ_MNESIA_BASE": str(self._place / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._place / "log"),
            "RABBITMQ_CONFIG_FILE": str(self._place / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._place / "plugins"),
            "RABBITMQ_NODENAME": f"dynagent{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "HOME": str(self._place),
        }
        self._process = subprocess.Popen(
            [program], env=os.environ | places, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_port(self.port, patience_s=120)

    def stop(self) -> None:
        """End it; its Erlang machine follows."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
        shutil.rmtree(self._place, ignore_errors=True)


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port: int, *, patience_s: float = 20) -> None:
    """Return when somebody listens there."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"nobody listens at port {port}")
