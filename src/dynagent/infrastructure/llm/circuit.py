"""A circuit breaker: an endpoint that fails again and again is given a rest, then tried with one call."""

import time
from collections.abc import Callable
from typing import Literal

from dynagent.core.language_models import ModelCircuitOpen, ModelError, ModelTimeout, ModelUnavailable

FAILURES = 5
REST_S = 10.0
PROBE_WAIT_S = 1.0


class Circuit:
    """The state of one endpoint: closed (calls pass), open (none pass), half-open (one passes as a probe).

    Counts failures in a row that say the endpoint is down; a refusal or a rate limit shows that it is there.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = failures
        self._rest_s = rest_s
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

    def enter(self) -> None:
        """Ask to call. Raises ModelCircuitOpen, with the seconds to wait, unless the call may pass."""
        if self._open_until is None:
            return
        rest = PROBE_WAIT_S if self._probing else self._open_until - self._clock()
        if rest > 0:
            raise ModelCircuitOpen("the model endpoint has failed repeatedly and is given a rest", retry_after_s=rest)
        self._probing = True

    def leave(self, error: BaseException | None) -> None:
        """Tell how a call that had entered went; a cancelled one says nothing about the endpoint."""
        probing, self._probing = self._probing, False
        if isinstance(error, (ModelUnavailable, ModelTimeout)):
            self._failures += 1
            if probing or self._failures >= self._limit:
                self._open_until = self._clock() + self._rest_s
        elif error is None or isinstance(error, ModelError):
            self._failures = 0
            self._open_until = None
