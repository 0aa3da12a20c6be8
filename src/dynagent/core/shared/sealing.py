"""Secrets at rest: the port to what encrypts them."""

from typing import Protocol


class SealsSecrets(Protocol):
    """Encrypts a secret for one row: moved to another row, the ciphertext is void."""

    def seal(self, secret: str, *, row: str) -> str:
        """Return the ciphertext of a secret for the row with this id."""
        ...

    def open(self, sealed: str, *, row: str) -> str:
        """Return the secret. Raises SecretUnreadable."""
        ...

    def is_current(self, sealed: str) -> bool:
        """Say whether it was sealed with the newest key."""
        ...
