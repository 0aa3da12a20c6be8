"""The circuit breaker of a model's endpoint: what tells that it is down, and how a call is refused meanwhile."""

from dynagent.core.language_models import ModelCircuitOpen, ModelError, ModelTimeout, ModelUnavailable
from dynagent.infrastructure.http.breaker import Breaker


class Circuit(Breaker):
    """Counts failures in a row that say the endpoint is down; a refusal or a rate limit shows that it is there."""

    def enter(self) -> None:
        """Ask to call. Raises ModelCircuitOpen, with the seconds to wait, unless the call may pass."""
        open_s = self.ask()
        if open_s > 0:
            raise ModelCircuitOpen(
                "the model endpoint has failed repeatedly and its circuit is open", retry_after_s=open_s
            )

    def leave(self, error: BaseException | None) -> None:
        """Tell how a call that had entered went; a cancelled one says nothing about the endpoint."""
        if isinstance(error, (ModelUnavailable, ModelTimeout)):
            self.failed()
        elif error is None or isinstance(error, ModelError):
            self.answered()
        else:
            self.left()
