"""Shipped tools with settings of an agent: secrets are opened here, once for each version of the settings."""

import json
from typing import Any, Protocol, cast

from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.lately_used import LatelyUsed
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.secret_names import Place, hidden_forms, reference_in, sealed_in, with_secrets
from dynagent.core.tools import ToolNotFoundError, ToolUnconfigured
from dynagent.infrastructure.tools.factory import ConcreteToolFactory
from dynagent.infrastructure.tools.registry import ToolRegistry
from dynagent.infrastructure.tools.runnable import PrebuiltTool

MAX_CACHED = 2000
_STAND_IN = "a-secret-that-stays-closed"


class LoadKeys(Protocol):
    """Reads keys that a user keeps for tools."""

    async def __call__(self, user_id: str, names: frozenset[str]) -> dict[str, tuple[str, str]]:
        """Return name → (id of its row, ciphertext) for those that exist."""
        ...


class ConfiguredTools:
    """Makes tools from settings as they are stored, and keeps those used lately.

    The stored form is the key: it changes with every new value of a secret, so nothing is ever out of date.
    """

    def __init__(
        self, registry: ToolRegistry, factory: ConcreteToolFactory, *, box: SealsSecrets, load_keys: LoadKeys
    ) -> None:
        self._registry = registry
        self._factory = factory
        self._box = box
        self._load_keys = load_keys
        self._cached = LatelyUsed[tuple[str, str, str, str], PrebuiltTool](MAX_CACHED)

    async def get(self, name: str, tool_type: str, config: dict[str, Any], user_id: str) -> PrebuiltTool:
        """Return the tool. Raises InvalidInput for settings that do not fit, ToolUnconfigured, SecretUnreadable."""
        stored = json.dumps(config)
        keys: dict[str, tuple[str, str]] = {}
        if '"$secret"' in stored:
            keys = await self._referred(config, user_id)
            stored += json.dumps(keys, sort_keys=True)
        place = (name, tool_type, user_id, stored)
        return self._cached.get(place) or self._cached.put(place, self._make(place, config, keys))

    async def faults(self, tool_type: str, config: dict[str, Any], user_id: str) -> list[tuple[Place, str, str]]:
        """Return what keeps settings from being used, as (place within them, rule, words); secrets stay closed."""
        references: dict[str, Place] = {}

        def stand_in(value: Any, _existing: Any, place: Place) -> Any:
            if (label := reference_in(value)) is not None:
                references[label] = place
                return _STAND_IN
            return value if sealed_in(value) is None else _STAND_IN

        shown = with_secrets(config, stand_in)
        known = await self._load_keys(user_id, frozenset(references)) if references else {}
        found = [
            (place, "known_key", f"you keep no key for tools with the label {label!r}")
            for label, place in references.items()
            if label not in known
        ]
        tool_class = self._registry.get_tool_class(tool_type)
        try:
            if tool_class is not None:
                self._factory.check_settings(tool_class, shown)
        except InvalidInput as refusal:
            prefix = "/tools_config/config/"
            found += [
                (tuple(item.pointer.removeprefix(prefix).split("/")), item.rule, f"{item.detail}. {refusal.detail}")
                for item in refusal.violations
            ]
        return found

    async def _referred(self, config: dict[str, Any], user_id: str) -> dict[str, tuple[str, str]]:
        wanted: set[str] = set()

        def look(value: Any, _cached: Any, _place: Any) -> Any:
            if (name := reference_in(value)) is not None:
                wanted.add(name)
            return value

        with_secrets(config, look)
        found = await self._load_keys(user_id, frozenset(wanted))
        if missing := sorted(wanted - set(found)):
            raise ToolUnconfigured(f"there is no key for tools named {', '.join(map(repr, missing))}")
        return found

    def _make(
        self, place: tuple[str, str, str, str], config: dict[str, Any], keys: dict[str, tuple[str, str]]
    ) -> PrebuiltTool:
        name, tool_type, user_id, _ = place
        hidden: list[str] = []

        def opened(value: Any, _cached: Any, _place: Any) -> Any:
            if (label := reference_in(value)) is not None:
                row, sealed = keys[label]
                value = self._box.open(sealed, row=row)
            elif (sealed := sealed_in(value)) is not None:
                value = json.loads(self._box.open(sealed, row=user_id))
            _collect(value, hidden)
            return value

        tool_class = self._registry.get_tool_class(tool_type)
        if tool_class is None:
            raise ToolNotFoundError(f"Tool type '{tool_type}' not registered")
        tool = self._factory.create_tool(tool_type, with_secrets(config, opened))
        return PrebuiltTool(name, tool, self._factory.missing_needs(tool_class), hidden_forms(hidden))


def _collect(value: Any, hidden: list[str]) -> None:
    if isinstance(value, str):
        hidden.append(value)
    elif isinstance(value, dict | list):
        inner = cast("dict[str, Any] | list[Any]", value)
        for item in inner.values() if isinstance(inner, dict) else inner:
            _collect(item, hidden)
