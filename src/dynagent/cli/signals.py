"""What every long-lived process of ours does with signals, open files and the collector."""

import asyncio
import faulthandler
import gc
import resource
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager

STOP_BOUND_S = 30
"""How long a process may take to stop, after the time that open answers are given. Then it says where it hangs and ends
with code 1: what it leaves (a database server, a lease) the next start finds and puts in order."""
COLLECT_AFTER = 20_000
"""Objects made, less those gone, before the collector looks at the young ones."""


class StopSignals:
    """Signals to stop: while starting they cancel the task, later the first sets `told`, a second cancels."""

    def __init__(self, task: asyncio.Task[object], bound_s: float) -> None:
        self.requested = asyncio.Event()
        self.started = False
        self._task = task
        self._bound_s = bound_s

    def receive(self) -> None:
        """Take a signal; a process that had started has its bound to end from then on."""
        if self.started and not self.requested.is_set():
            # A thread in C: it needs neither the event loop nor the interpreter, and sees the exit of both as well.
            faulthandler.dump_traceback_later(self._bound_s, exit=True, file=sys.__stderr__ or sys.stderr)
            self.requested.set()
        else:
            # While it starts, what was begun (a new database) is ended in its own time.
            self._task.cancel()


def _allow_many_connections() -> None:
    """Raise the soft limit of open files to the hard one: each stream and each waiting model call holds a socket."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@contextmanager
def stop_signals(bound_s: float = STOP_BOUND_S) -> Generator[StopSignals]:
    """Receive SIGINT, SIGTERM and, unless nohup had it ignored, SIGHUP (a closed terminal) while the block runs."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    stop = StopSignals(task, bound_s)
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    for number in numbers:
        loop.add_signal_handler(number, stop.receive)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def prepare_process() -> None:
    """Allow many connections, and have the collector rest until `settle_memory`.

    What is imported and opened stays, and it would walk it all again: a fifth of the CPU of a start went there.
    """
    gc.disable()
    _allow_many_connections()


def settle_memory() -> None:
    """Take what lives now out of the collector's sight, and have it look less often."""
    # What lives now lives as long as the process; the collector need not look at it with every execution.
    gc.enable()
    gc.collect()
    gc.freeze()
    # A run makes some thousand objects that end with it. By default the collector would walk them seven hundred at a
    # time: 5 % of the CPU for a handful of cycles.
    gc.set_threshold(COLLECT_AFTER, 20, 20)
