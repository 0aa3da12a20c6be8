"""Tool calls put together from their fragments, however an endpoint numbers and names them."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

_OUTSIDE = re.compile(r'["{}\[\]]')
_INSIDE = re.compile(r'["\\]')


@dataclass(slots=True)
class GatheredCall:
    """A call so far. `extra` are the provider's own fields of it; `perhaps` one begins, or the last is named again."""

    id: str = ""
    name: str = ""
    fragments: list[str] = field(default_factory=list[str])
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    perhaps: bool = False
    _read: int = 0
    _depth: int = 0
    _quoted: bool = False
    _escaped: bool = False
    _begun: bool = False

    @property
    def whole(self) -> bool:
        """Whether the arguments so far are brackets that close; each fragment is looked through once."""
        while self._read < len(self.fragments):
            self._scan(self.fragments[self._read])
            self._read += 1
        return self._begun and self._depth <= 0 and not self._quoted

    @property
    def empty(self) -> bool:
        """Whether no arguments have come."""
        return not any(map(str.strip, self.fragments[:8]))

    def _scan(self, text: str) -> None:
        at = 0
        if self._escaped and text:
            at, self._escaped = 1, False
        while found := (_INSIDE if self._quoted else _OUTSIDE).search(text, at):
            at = found.end()
            sign = found[0]
            if sign == '"':
                self._quoted = not self._quoted
            elif sign == "\\":
                self._escaped = at == len(text)
                at += 1
            else:
                self._begun = True
                self._depth += 1 if sign in "{[" else -1


class CallGatherer:
    """Takes fragments in any order. Who belongs together is told by place, id, name and what is complete already."""

    __slots__ = ("_at", "_known", "_last", "calls")

    def __init__(self, known: Collection[str] = ()) -> None:
        self.calls: list[GatheredCall] = []
        self._at: dict[int, GatheredCall] = {}
        self._last: GatheredCall | None = None
        self._known = known

    def goes_on(self, index: object, fragment: str) -> bool:
        """Take a fragment that has nothing but a place; say whether a call is there."""
        call = self._at.get(index) if type(index) is int else None
        if call is None:
            return False
        self._last = call
        if fragment:
            call.fragments.append(fragment)
        return True

    def add(self, index: int | None, *, id: str, name: str, fragment: str) -> GatheredCall:
        """Take a fragment; what is not there is empty."""
        call = self._at.get(index) if index is not None else None
        if call is not None and not id and not name:
            self._last = call
        else:
            call = self._place(index, call, id=id, name=name, fragment=fragment)
        call.id = call.id or id
        if name and name != call.name:
            call.name = name if name in self._known else call.name + name
        if fragment and not (name and call.whole):
            call.fragments.append(fragment)
        return call

    def _place(
        self, index: int | None, call: GatheredCall | None, *, id: str, name: str, fragment: str
    ) -> GatheredCall:
        if call is None or id != call.id:
            call = (self._of_id(id) if id else None) or call
        if call is None and self._last is not None and (index is None or not (id or name)):
            # Neither a place nor anything that begins a call: it goes on with the one before.
            call = self._last
        if call is None or self._begins(call, id, name, fragment, placed=index is not None):
            again = call is not None and call.whole and name == call.name and (not id or id == call.id)
            call = GatheredCall(perhaps=again and not fragment.strip())
            self.calls.append(call)
        if index is not None:
            self._at[index] = call
        self._last = call
        return call

    def _of_id(self, id: str) -> GatheredCall | None:
        return next((call for call in reversed(self.calls) if call.id == id), None)

    def _begins(self, call: GatheredCall, id: str, name: str, fragment: str, *, placed: bool) -> bool:
        """Say whether this fragment begins a call although one of its place or id is there."""
        other_id = bool(id and call.id and id != call.id)
        if not name:
            return other_id and call.whole
        if not call.name:
            return other_id and not call.empty
        if call.whole:
            again = name == call.name and not other_id
            return not again or not (id and fragment == "".join(call.fragments))
        if name == call.name:
            # Told again with each fragment; two calls of one tool without arguments differ in their ids.
            return other_id and (not placed or (call.empty and not fragment.strip()))
        if not call.empty or other_id:
            return True
        return call.name in self._known and call.name + name not in self._known
