"""A process that was told to stop ends within its bound, whatever hangs, and says where."""

import subprocess
import sys

from tests.cli.processes import PATIENCE_S, environment

HANGING = """
import asyncio, signal, sys, threading
from dynagent.cli.signals import stop_signals

async def main():
    with stop_signals(bound_s=BOUND) as stop:
        stop.started = True
        signal.raise_signal(signal.SIGHUP)
        await stop.requested.wait()
        print("told", flush=True)
        HANG

asyncio.run(main())
"""


def ends_as(hang: str, bound: str = "0.2") -> tuple[int, str, str]:
    command = [sys.executable, "-c", HANGING.replace("HANG", hang).replace("BOUND", bound)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=environment())
    return run.returncode, run.stdout, run.stderr


def test_a_process_whose_loop_hangs_ends_all_the_same() -> None:
    code, said, told = ends_as("threading.Event().wait()")
    assert (code, said) == (1, "told\n") and "threading.py" in told and "Timeout" in told


def test_a_process_that_waits_for_a_thread_ends_all_the_same() -> None:
    code, _, told = ends_as("asyncio.get_running_loop().run_in_executor(None, threading.Event().wait)")
    assert code == 1 and "Timeout" in told


def test_a_process_that_stops_in_time_is_left_alone() -> None:
    assert ends_as("pass", bound="60")[0] == 0
