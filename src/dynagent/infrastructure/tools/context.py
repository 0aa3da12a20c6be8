"""The call that is going on, for tools that must know who calls: it travels beside the arguments, not among them."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from dynagent.core.tools import CallContext

_NO_CALL = CallContext(user_id="", timeout_s=60.0)
_current: ContextVar[CallContext] = ContextVar("dynagent_tool_call", default=_NO_CALL)


def current_call() -> CallContext:
    """Return the context of the call this code runs in; outside of any call an anonymous one of 60 s."""
    return _current.get()


@contextmanager
def calling(context: CallContext) -> Generator[None]:
    """Make `context` the current call of this task and of what it starts."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)
