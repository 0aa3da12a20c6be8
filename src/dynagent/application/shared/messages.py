"""What may be asked: a message says on its class which permission it needs and which rules it may run into."""

import re
from typing import Any, ClassVar, Generic, Literal, TypeVar

from dynagent.core.shared.errors import DynagentError

R = TypeVar("R")

ScopeOf = Literal["session", "none"]
"""`none`: the handler may wait long, so no port of a database session may be given to it."""


class Message(Generic[R]):
    """A command or query; `R` is what its handler returns. Messages are frozen dataclasses.

    `class CreateAgent(Command[Agent], needs="agents:write", raises=(ModelNotFound,))` is all that the bus, the API's
    document and the list of permissions know of it. Raises TypeError at import for a message without a permission.
    """

    permission: ClassVar[str]
    raises: ClassVar[tuple[type[DynagentError], ...]] = ()
    scope: ClassVar[ScopeOf] = "session"
    may_lag: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        *,
        needs: str | None = None,
        raises: tuple[type[DynagentError], ...] = (),
        scope: ScopeOf = "session",
        may_lag: bool = False,
        **rest: Any,
    ) -> None:
        super().__init_subclass__(**rest)
        # A dataclass with slots is made a second time, from the attributes of the first.
        if cls.__bases__ == (Generic,) or Message in cls.__bases__ or (needs is None and "permission" in vars(cls)):
            return
        if needs is None:
            raise TypeError(f"{cls.__name__} needs a permission that its noun grants, or ANYBODY; it says none")
        cls.permission, cls.raises, cls.scope, cls.may_lag = needs, raises, scope, may_lag

    def __returns__(self) -> R:
        """Typing only: never called."""
        raise NotImplementedError


class Command(Message[R]):
    """An order: its handler changes something.

    Its commit leaves lines in the audit log: of the entities that it changed, else one of the command, called
    `audit` (`execution.cancelled`; without one it is made from the class's name). A command that is to leave none
    says why with `unaudited`.
    """

    audited_as: ClassVar[str] = ""
    unaudited: ClassVar[str] = ""

    def __init_subclass__(cls, *, audit: str | None = None, unaudited: str | None = None, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        if "audited_as" not in vars(cls):
            cls.audited_as = audit or action_of(cls.__name__)
        if unaudited is not None:
            cls.unaudited = unaudited


class Query(Message[R]):
    """A question: its handler changes nothing. With `may_lag` a copy of the store, seconds old, may answer it."""


def action_of(name: str) -> str:
    """Return what the audit log calls a command of this name: `CancelExecution` is `execution.cancelled`."""
    verb, *noun = re.findall(r"[A-Z][a-z0-9]*", name)
    return f"{'_'.join(noun).lower() or 'message'}.{_participle(verb.lower())}"


_IRREGULAR = {"forget": "forgotten", "set": "set", "make": "made", "give": "given", "put": "put", "take": "taken"}
_DOUBLED = {"cancel": "cancelled", "submit": "submitted", "stop": "stopped", "ban": "banned", "drop": "dropped"}


def _participle(verb: str) -> str:
    known = _IRREGULAR.get(verb) or _DOUBLED.get(verb)
    if known is not None:
        return known
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}d" if verb.endswith("e") else f"{verb}ed"
