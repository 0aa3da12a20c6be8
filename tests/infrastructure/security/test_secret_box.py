"""Stored secrets: ciphertext, bound to their row, readable with older keys."""

import pytest

from dynagent.infrastructure.security.keyring import KeyRing
from dynagent.infrastructure.security.secret_box import SecretBox, SecretUnreadable

OLD, NEW = "o" * 32, "n" * 32


def test_what_is_sealed_can_be_opened_for_its_row_only() -> None:
    box = SecretBox(KeyRing([NEW]))
    sealed = box.seal("sk-secret-ü", row="row-1")

    assert "secret" not in sealed
    assert box.open(sealed, row="row-1") == "sk-secret-ü"
    assert box.seal("sk-secret-ü", row="row-1") != sealed
    with pytest.raises(SecretUnreadable, match="outside"):
        box.open(sealed, row="row-2")


def test_older_keys_open_and_the_current_one_seals() -> None:
    sealed = SecretBox(KeyRing([OLD])).seal("secret", row="r")
    box = SecretBox(KeyRing([NEW, OLD]))

    assert box.open(sealed, row="r") == "secret"
    assert not box.is_current(sealed)
    assert box.is_current(box.seal("secret", row="r"))
    with pytest.raises(SecretUnreadable, match="not known any more"):
        SecretBox(KeyRing([NEW])).open(sealed, row="r")


@pytest.mark.parametrize("broken", ["", "v1", "v2.x.y", "v1.{id}.!!!", "v1.{id}.", "v1.{id}.AAAA"])
def test_what_was_tampered_with_is_refused(broken: str) -> None:
    ring = KeyRing([NEW])

    with pytest.raises(SecretUnreadable):
        SecretBox(ring).open(broken.format(id=ring.current), row="r")
