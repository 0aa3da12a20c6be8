"""A SealsSecrets without cryptography: reversed text, bound to its row, under a key that can be changed."""

from dynagent.core.shared.errors import DynagentError


class FakeBox:
    """`fake.<key>.<row>.<txet>`."""

    def __init__(self, key: str = "now") -> None:
        self.key = key
        self.opened = 0

    def seal(self, secret: str, *, row: str) -> str:
        """Return the reversed text."""
        return f"fake.{self.key}.{row}.{secret[::-1]}"

    def open(self, sealed: str, *, row: str) -> str:
        """Return the text. Raises DynagentError for another row."""
        self.opened += 1
        _form, _key, owner, text = sealed.split(".", 3)
        if owner != row:
            raise DynagentError("sealed for another row")
        return text[::-1]

    def is_current(self, sealed: str) -> bool:
        """Say whether it was sealed with this key."""
        return sealed.startswith(f"fake.{self.key}.")


class FakeKeys:
    """Keys for tools: those that a test puts here, label → (row, ciphertext), of `ada`."""

    def __init__(self, keys: dict[str, tuple[str, str]] | None = None) -> None:
        self.keys = keys or {}

    async def __call__(self, user_id: str, names: frozenset[str]) -> dict[str, tuple[str, str]]:
        """Return those of the names that are there."""
        return {name: key for name, key in self.keys.items() if name in names and user_id == "ada"}
