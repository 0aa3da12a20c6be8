"""Tokens, keys, links: how long they live, what is shown and stored of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.identity import (
    KEY_PREFIX,
    REUSE_GRACE,
    AccessKey,
    BadToken,
    RefreshToken,
    Session,
    SetupLink,
    csrf_token,
    fingerprint,
    key_hint,
    newest_first,
    same,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_token(**fields: Any) -> RefreshToken:
    values = {"id": "1", "family_id": "f", "user_id": "ada", "token_hash": "h", "issued_at": NOON}
    return RefreshToken.model_validate({**values, "expires_at": NOON + MINUTE, **fields})


def test_a_token_lives_until_it_expires_or_is_revoked() -> None:
    a_token().check_live(NOON)
    for token, now in ((a_token(), NOON + MINUTE), (a_token().revoked(NOON), NOON)):
        with pytest.raises(BadToken):
            token.check_live(now)


def test_a_token_used_a_moment_ago_is_no_theft_yet() -> None:
    used = a_token().used(NOON, replaced_by="2")
    assert (used.used_at, used.replaced_by) == (NOON, "2")
    assert used.within_grace(NOON + REUSE_GRACE)
    assert not used.within_grace(NOON + REUSE_GRACE + timedelta(microseconds=1))
    assert not used.revoked(NOON).within_grace(NOON)
    assert not a_token().within_grace(NOON)


def test_the_first_use_and_the_first_revocation_count() -> None:
    token = a_token().used(NOON, replaced_by="2").used(NOON + MINUTE, replaced_by="3")
    assert (token.used_at, token.replaced_by) == (NOON, "3")
    assert a_token().revoked(NOON).revoked(NOON + MINUTE).revoked_at == NOON


def test_a_setup_link_is_used_once_and_in_time() -> None:
    link = SetupLink(id="1", token_hash="h", created_at=NOON, expires_at=NOON + MINUTE)
    link.check_usable(NOON)
    for unusable in (link.model_copy(update={"used_at": NOON}), link.model_copy(update={"expires_at": NOON})):
        with pytest.raises(BadToken, match="setup link"):
            unusable.check_usable(NOON)


def test_a_key_shows_its_beginning_only() -> None:
    secret = KEY_PREFIX + "abcdefghijklmnop"
    assert key_hint(secret) == "dyn_abcd…"
    key = AccessKey(
        id="1", user_id="ada", name="ci", hint="dyn_…", key_hash=fingerprint(secret), scopes=(), created_at=NOON
    )
    assert key.key_hash not in repr(key)


@given(st.text(alphabet=st.characters(exclude_categories=())), st.text(alphabet=st.characters(exclude_categories=())))
def test_any_two_texts_are_compared_and_hashed(one: str, other: str) -> None:
    assert same(one, one)
    assert not same(one, other + "x" + one)
    assert len(fingerprint(one)) == 64
    assert len(csrf_token(one)) == 43
    assert csrf_token(one) != fingerprint(one)[:43]


def test_sessions_are_listed_last_used_first() -> None:
    old, new = (
        Session(id=id, started_at=NOON, last_used_at=NOON + used * MINUTE, expires_at=NOON)
        for id, used in (("o", 1), ("n", 2))
    )
    assert newest_first([old, new]) == [new, old]
