"""The installation's own models as one user may ask them: names beyond what the operator lends are administrators'."""

from dynagent.core.language_models import ChatModel, ChatModels, ModelRefused, OnRetry
from dynagent.infrastructure.llm.factory import MAX_NAME, InstalledModels

MOST_NAMED = 10


class LentModels(ChatModels):
    """The installation's models for one user; `stored` are the names of the user's records, for a refusal."""

    def __init__(self, installed: InstalledModels, *, is_admin: bool, stored: tuple[str, ...] = ()) -> None:
        self._installed = installed
        self._is_admin = is_admin
        self._stored = stored

    @property
    def default(self) -> str:
        """The installation's default."""
        return self._installed.default

    def knows(self, name: str) -> bool:
        """Say whether `get` would succeed."""
        return self._installed.knows(name) if self._is_admin else self._installed.lends(name)

    def window(self, name: str | None) -> int | None:
        """Return how many tokens a model holds, None when that is not known."""
        return self._installed.window(name)

    def get(self, name: str | None, on_retry: OnRetry | None = None) -> ChatModel:
        """Return the model by name. Raises ModelRefused with what there is instead."""
        if name is None or self.knows(name):
            return self._installed.get(name, on_retry)
        there = sorted({*self._stored, self.default})
        shown = ", ".join(repr(model) for model in there[:MOST_NAMED]) + (" …" if len(there) > MOST_NAMED else "")
        why = ""
        if self._installed.knows(name):
            why = "; the operator's endpoint serves you the names of LENT_MODELS: keep a model with a key of your own"
        raise ModelRefused(f"no model answers to the name {name[:MAX_NAME]!r}; there is {shown}{why}")
