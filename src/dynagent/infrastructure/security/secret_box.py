"""Stored secrets: AES-256-GCM with a key id, bound to the row they stand in."""

import base64
import binascii
import os
from functools import cached_property
from typing import TYPE_CHECKING

from dynagent.core.shared.errors import DynagentError
from dynagent.infrastructure.security.keyring import KeyRing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORM = "v1"
_NONCE = 12


class SecretUnreadable(DynagentError):
    """A stored secret cannot be decrypted: its key is gone, or the row was tampered with."""

    code = "secret_unreadable"


class SecretBox:
    """Seals texts for a row. `v1.<key id>.<base64url of nonce and ciphertext>`; moved to another row it is void."""

    def __init__(self, keys: KeyRing) -> None:
        self._current = keys.current
        self._keys = keys.derive("box")

    @cached_property
    def _ciphers(self) -> "dict[str, AESGCM]":
        # 8 MB that an installation without stored secrets does without.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return {id: AESGCM(key) for id, key in self._keys.items()}

    def seal(self, secret: str, *, row: str) -> str:
        """Return the sealed form of a secret for the row with this id."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._ciphers[self._current].encrypt(nonce, secret.encode(), _context(row))
        return f"{_FORM}.{self._current}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, *, row: str) -> str:
        """Return the secret. Raises SecretUnreadable."""
        # Late for the same reason as the ciphers.
        from cryptography.exceptions import InvalidTag

        try:
            form, key, text = sealed.split(".", 2)
            raw = base64.urlsafe_b64decode(text)
            if form != _FORM:
                raise ValueError(form)
            return self._ciphers[key].decrypt(raw[:_NONCE], raw[_NONCE:], _context(row)).decode()
        except KeyError:
            raise SecretUnreadable("a stored key was encrypted with a SECRET_KEY that is not known any more") from None
        except (ValueError, binascii.Error, InvalidTag):
            raise SecretUnreadable("a stored key cannot be read; it was changed outside of this program") from None

    def is_current(self, sealed: str) -> bool:
        """Say whether it was sealed with the current key."""
        return sealed.startswith(f"{_FORM}.{self._current}.")


def _context(row: str) -> bytes:
    return b"dynagent secret of row " + row.encode()
