"""Fills the ports of handlers by their types: once at start what the process shares, per message what a scope gives."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from typing import Any, get_type_hints

from dynagent.application.shared.bus import Handler, OpenScope, Route
from dynagent.application.shared.messages import Message

Make = Callable[[Any], Any]
"""Makes a port, or what has ports, from the scope of a message."""


class MissingPort(TypeError):
    """A handler has a port that nothing was bound to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolver:
    """Builds handlers: frozen dataclasses whose fields are ports, found by the type of the field.

    `shared` has the ports of the process, `scoped` makes those of one message from its scope, `around` says what is
    open while a handler with that port works. A field whose type is a frozen dataclass is filled in the same way;
    a field that nothing is bound to keeps its default.
    """

    shared: Mapping[Any, Any] = field(default_factory=dict[Any, Any])
    scoped: Mapping[Any, Make] = field(default_factory=dict[Any, Make])
    around: Mapping[Any, OpenScope] = field(default_factory=dict[Any, OpenScope])

    def routes(self, handlers: Iterable[type]) -> dict[type[Message[Any]], Route]:
        """Return the routes of these handlers by message. Raises MissingPort, TypeError for two of one message."""
        routes: dict[type[Message[Any]], Route] = {}
        for handler in handlers:
            message = message_of(handler)
            if message in routes:
                raise TypeError(f"{message.__name__} has two handlers, the second is {handler.__name__}")
            routes[message] = self._route(handler, message)
        return routes

    def build(self, kind: type, scope: Any = None) -> Any:
        """Return one object with its ports. Raises MissingPort."""
        return self._maker(kind, set())[0](scope)

    def _route(self, handler: type, message: type[Message[Any]]) -> Route:
        met: set[Any] = set()
        make, scoped = self._maker(handler, met)
        if scoped and message.scope == "none":
            raise TypeError(f"{message.__name__} must hold no session, but {handler.__name__} has a port of one")
        around = tuple(surround for port, surround in self.around.items() if port in met)
        return Route(make, scoped=scoped, around=around)

    def _maker(self, kind: type, met: set[Any]) -> tuple[Callable[[Any], Handler], bool]:
        """Return what makes a `kind` from a scope, and whether it needs one; adds the ports it meets."""
        hints = get_type_hints(kind)
        fixed: dict[str, Any] = {}
        per_scope: list[tuple[str, Make]] = []
        for one in fields(kind):
            port = hints[one.name]
            met.add(port)
            if port in self.scoped:
                per_scope.append((one.name, self.scoped[port]))
            elif port in self.shared:
                fixed[one.name] = self.shared[port]
            elif is_dataclass(port) and isinstance(port, type):
                make, scoped = self._maker(port, met)
                if scoped:
                    per_scope.append((one.name, make))
                else:
                    fixed[one.name] = make(None)
            elif _has_no_default(one):
                raise MissingPort(f"{kind.__name__}.{one.name}: nothing is bound to {port!r}")
        if not per_scope:
            only = kind(**fixed)
            return (lambda _: only), False
        return (lambda scope: kind(**fixed, **{name: make(scope) for name, make in per_scope})), True


def message_of(handler: type) -> type[Message[Any]]:
    """Return the type of the messages that a handler takes, as its `__call__` says."""
    return get_type_hints(handler.__call__)["message"]


def _has_no_default(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING
