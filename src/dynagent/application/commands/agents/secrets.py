"""Secrets in what people write about agents: sealed before anything is stored or copied."""

import json
from typing import Any

from dynagent.core.agents import AgentConfiguration
from dynagent.core.shared.errors import DynagentError, InvalidInput, Violation
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.secret_names import MASK, SEALED, Place, reference_in, sealed_in


class SettingsSafe:
    """Seals the secret settings of one owner's agents. Their ciphertexts are bound to the owner."""

    def __init__(self, box: SealsSecrets) -> None:
        self._box = box

    def sealed(
        self, configuration: AgentConfiguration, *, owner: str, before: AgentConfiguration | None
    ) -> AgentConfiguration:
        """Return the configuration as it may be stored: secrets sealed, those that stay as they are in `before`.

        Raises InvalidInput for a mask that stands for nothing, and for ciphertext that was not here before.
        """
        problems: list[Violation] = []

        def seal(value: Any, existing: Any, place: Place) -> Any:
            if reference_in(value) is not None:
                return value
            if (fault := _fault(value, existing)) is not None:
                problems.append(Violation("/" + "/".join(map(str, place)), *fault))
                return value
            if sealed_in(value) is not None:
                return self._renewed(value, owner)
            if sealed_in(existing) is not None and self._opened(existing, owner) == (value,):
                return self._renewed(existing, owner)
            return self._seal(value, owner)

        result = configuration.with_secrets(seal, before)
        if problems:
            raise InvalidInput("a secret setting does not fit", violations=problems)
        return result

    def _renewed(self, stored: Any, owner: str) -> Any:
        """What stays may come from a copy that is older than the newest secret key."""
        if self._box.is_current(stored[SEALED]):
            return stored
        opened = self._opened(stored, owner)
        return self._seal(opened[0], owner) if opened else stored

    def _seal(self, value: Any, owner: str) -> dict[str, str]:
        return {SEALED: self._box.seal(json.dumps(value), row=owner)}

    def _opened(self, stored: Any, owner: str) -> tuple[Any] | None:
        try:
            return (json.loads(self._box.open(stored[SEALED], row=owner)),)
        except DynagentError:
            # Its secret key is gone. Runs say so; whoever changes the agent can still give a new value.
            return None


def _fault(value: Any, existing: Any) -> tuple[str, str] | None:
    if value == MASK:
        return "nothing_stored", f"{MASK!r} stands for a value that is kept, and there is none here; send the value"
    if sealed_in(value) is not None and value != existing:
        return "sealed", "only the server seals; send the value itself"
    return None
