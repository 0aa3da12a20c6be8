"""The secret key: made once, kept for its owner only, demanded where it cannot be made."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from dynagent.infrastructure.security.keyring import (
    FILE_NAME,
    KeyRing,
    SecretKeyMissing,
    SecretSettings,
    forget_old,
    load_keyring,
    rotate_file,
)

NONE = SecretSettings.model_validate({"secret_key": None})


def test_the_first_local_start_makes_a_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    keys = load_keyring(NONE, tmp_path / "data", may_generate=True)

    file = tmp_path / "data" / FILE_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_keyring(NONE, tmp_path / "data", may_generate=True).ids == keys.ids
    assert os.listdir(file.parent) == [FILE_NAME]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: load_keyring(NONE, tmp_path, may_generate=True), range(16)))

    assert len({ring.current for ring in rings}) == 1


def test_a_key_is_demanded_where_it_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(SecretKeyMissing, match="set SECRET_KEY"):
        load_keyring(NONE, tmp_path, may_generate=False)
    with pytest.raises(SecretKeyMissing, match="at least 32"):
        load_keyring(SecretSettings(secret_key=SecretStr("short")), tmp_path, may_generate=False)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    load_keyring(NONE, tmp_path, may_generate=True)
    (tmp_path / FILE_NAME).chmod(0o644)

    with pytest.raises(SecretKeyMissing, match="chmod 600"):
        load_keyring(NONE, tmp_path, may_generate=True)


def test_rotation_puts_a_new_key_first_and_forgets_the_old_ones_later(tmp_path: Path) -> None:
    old = load_keyring(NONE, tmp_path, may_generate=True)
    ring = rotate_file(tmp_path)

    assert ring.current != old.current
    assert ring.ids == (ring.current, old.current)
    forget_old(tmp_path)
    assert load_keyring(NONE, tmp_path, may_generate=True).ids == ring.ids, "a running server still seals with the old"
    newest = rotate_file(tmp_path)
    forget_old(tmp_path)
    assert load_keyring(NONE, tmp_path, may_generate=True).ids == (newest.current, ring.current)
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_purposes_have_keys_of_their_own_and_no_key_is_shown() -> None:
    key = "k" * 40
    ring = load_keyring(
        SecretSettings(secret_key=SecretStr(key), secret_keys_old=SecretStr("o" * 40)), Path(), may_generate=False
    )

    assert len(ring.ids) == 2
    assert ring.derive("jwt") != ring.derive("box")
    assert key not in repr(ring)
    assert KeyRing([key]).derive("jwt")[ring.current] == ring.derive("jwt")[ring.current]


@pytest.mark.parametrize("purpose", ["jwt", "box", "another purpose"])
def test_derived_keys_are_those_of_rfc_5869(purpose: str) -> None:
    key = "k" * 40
    reference = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"dynagent/" + purpose.encode())

    (derived,) = KeyRing([key]).derive(purpose).values()

    assert derived == reference.derive(key.encode())
