"""Secrets in the context that callers give along with a question: sealed before anything is stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dynagent.core.shared.errors import DynagentError, InvalidInput, Violation
from dynagent.core.shared.sealing import SealsSecrets
from dynagent.core.shared.secret_names import MASK, SEALED, Place, reference_in, sealed_in, with_secrets


@dataclass(frozen=True, slots=True)
class ContextSafe:
    """Seals what stands under a secret's name in the context of runs and schedules, as in settings of agents.

    Ciphertexts are bound to the owner.
    """

    box: SealsSecrets

    def sealed(
        self, context: Mapping[str, Any], *, owner: str, before: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return a context as it may be stored; where it says `***`, what stands in `before` stays.

        Raises InvalidInput for ciphertext, which only the server makes.
        """
        problems: list[Violation] = []

        def seal(value: Any, existing: Any, place: Place) -> Any:
            if reference_in(value) is not None or (value == MASK and sealed_in(existing) is not None):
                return existing if value == MASK else value
            if sealed_in(value) is not None and value != existing:
                fault = "only the server seals; send the value itself"
                problems.append(Violation("/context/" + "/".join(map(str, place)), "sealed", fault))
            return value if sealed_in(value) is not None else {SEALED: self.box.seal(json.dumps(value), row=owner)}

        result = with_secrets(context, seal, before)
        if problems:
            raise InvalidInput("a secret in the context does not fit", violations=problems)
        return result

    def opened(self, context: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
        """Return a stored context with its secrets in plain text. Raises SecretUnreadable when a key is gone."""

        def opened(value: Any, _existing: Any, _place: Place) -> Any:
            sealed = sealed_in(value)
            return value if sealed is None else json.loads(self.box.open(sealed, row=owner))

        return with_secrets(context, opened)

    def same(self, stored: Mapping[str, Any], given: Mapping[str, Any], *, owner: str) -> bool:
        """Say whether a stored context is the one given; one whose secrets cannot be read any more is not."""
        try:
            return self.opened(stored, owner=owner) == given
        except DynagentError:
            return False
