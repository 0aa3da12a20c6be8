"""What may be asked: a message says on its class which permission it needs and which rules it may run into."""

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
    """An order: its handler changes something."""


class Query(Message[R]):
    """A question: its handler changes nothing. With `may_lag` a copy of the store, seconds old, may answer it."""
