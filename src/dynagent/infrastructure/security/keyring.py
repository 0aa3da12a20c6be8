"""The secret key: where it comes from, its predecessors, and the keys for each purpose that are derived from it."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.shared.errors import InvalidInput
from dynagent.infrastructure.files.data_directory import make_data_directory, usable

FILE_NAME = "secret.key"
MIN_LENGTH = 32


class SecretKeyMissing(InvalidInput):
    """The secret key is not set, is too short, or its file can be read by others."""

    code = "secret_key_missing"


class SecretSettings(BaseSettings):
    """SECRET_KEY (at least 32 characters) and, while keys are rotated, SECRET_KEYS_OLD (with commas)."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    secret_key: SecretStr | None = None
    secret_keys_old: SecretStr | None = None


class KeyRing:
    """Secret keys by their ids, the current one first. Ids are public, keys are not: `repr` shows ids only."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < MIN_LENGTH for key in keys):
            raise SecretKeyMissing(f"SECRET_KEY needs at least {MIN_LENGTH} characters: openssl rand -hex 32")
        self._keys: Mapping[str, bytes] = {key_id(key): key.encode() for key in keys}
        self.current = key_id(keys[0])

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all keys, the current one first."""
        return tuple(self._keys)

    def derive(self, purpose: str) -> dict[str, bytes]:
        """Return 32 bytes per key id for a purpose (`jwt`, `box`): knowing one purpose's key says nothing of others."""
        return {id: _hkdf(key, purpose) for id, key in self._keys.items()}


def load_keyring(settings: SecretSettings, data_dir: Path, *, may_generate: bool) -> KeyRing:
    """Return the keys of the environment; without, those of `secret.key` in the data directory.

    With `may_generate` (local mode) the file is made on the first start, readable by its owner only. Raises
    SecretKeyMissing, DataDirUnusable.
    """
    if settings.secret_key is not None:
        old = settings.secret_keys_old.get_secret_value() if settings.secret_keys_old else ""
        return KeyRing(
            [settings.secret_key.get_secret_value().strip(), *(k.strip() for k in old.split(",") if k.strip())]
        )
    file = data_dir / FILE_NAME
    if not may_generate:
        stored = f" (what was stored in local mode needs the key in {file})" if file.exists() else ""
        raise SecretKeyMissing(
            f"set SECRET_KEY to at least {MIN_LENGTH} random characters: openssl rand -hex 32{stored}"
        )
    with usable(data_dir):
        if not file.exists():
            _write_new(file, [secrets.token_hex(32)])
        return KeyRing(_read(file))


def rotate_file(data_dir: Path) -> KeyRing:
    """Put a new key before those in the file; what is stored stays readable until `forget_old` is called."""
    file = data_dir / FILE_NAME
    keys = [secrets.token_hex(32), *_read(file)]
    _replace(file, keys)
    return KeyRing(keys)


def forget_old(data_dir: Path, *, keep: int = 2) -> None:
    """Keep the newest keys of the file only: everything stored must have been sealed with the first by now.

    The one before stays: a server that was not restarted yet seals with it.
    """
    file = data_dir / FILE_NAME
    _replace(file, _read(file)[:keep])


def key_id(key: str) -> str:
    """Return the public id of a key."""
    return hashlib.sha256(b"dynagent key id:" + key.encode()).hexdigest()[:12]


def _hkdf(key: bytes, purpose: str) -> bytes:
    # HKDF-SHA256 (RFC 5869), no salt, one block. Every start needs it; `cryptography` is 8 MB that only sealing needs.
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, b"dynagent/" + purpose.encode() + b"\x01", "sha256")


def _read(file: Path) -> list[str]:
    if file.stat().st_mode & 0o077:
        raise SecretKeyMissing(f"{file} can be read by others; run: chmod 600 {file}")
    return [line.strip() for line in file.read_text().splitlines() if line.strip()]


def _write_new(file: Path, keys: Sequence[str]) -> None:
    make_data_directory(file.parent)
    # Made complete under another name first: a second process must never read half a key, nor replace the first's.
    draft = file.with_name(f"{FILE_NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    _write(draft, keys)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _replace(file: Path, keys: Sequence[str]) -> None:
    draft = file.with_name(f"{FILE_NAME}.{os.getpid()}.{secrets.token_hex(4)}")
    _write(draft, keys)
    draft.replace(file)


def _write(file: Path, keys: Sequence[str]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write("\n".join(keys) + "\n")
        out.flush()
        os.fsync(out.fileno())
