"""A circuit breaker: what fails again and again is left alone for a while, then tried with one call."""

import time
from collections.abc import Callable
from typing import Literal

FAILURES = 5
OPEN_S = 10.0
PROBE_WAIT_S = 1.0


class Breaker:
    """The state of one service: closed (calls pass), open (none pass), half-open (one passes as a probe)."""

    def __init__(
        self, *, failures: int = FAILURES, open_s: float = OPEN_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._open_s = open_s
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False

    @property
    def state(self) -> Literal["closed", "open", "half_open"]:
        """Where it stands now."""
        if self._open_until is None:
            return "closed"
        return "half_open" if self._probing or self._clock() >= self._open_until else "open"

    def ask(self) -> float:
        """Ask to call: 0 when the call may pass, else the seconds to wait. Who passes tells how it went."""
        if self._open_until is None:
            return 0.0
        open_s = PROBE_WAIT_S if self._probing else self._open_until - self._clock()
        if open_s > 0:
            return open_s
        self._probing = True
        return 0.0

    def failed(self) -> None:
        """The service did not do its work."""
        probing, self._probing = self._probing, False
        self._failures += 1
        if probing or self._failures >= self._limit:
            self._open_until = self._clock() + self._open_s

    def answered(self) -> None:
        """The service is there, whatever it said."""
        self._probing = False
        self._failures = 0
        self._open_until = None

    def left(self) -> None:
        """The call was given up: that says nothing about the service."""
        self._probing = False
