"""People: roles, passwords nobody should take, administrators that cannot be lost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.identity import (
    EMAIL,
    ROLES,
    USERNAME,
    BadPassword,
    LastAdministrator,
    User,
    UserDisabled,
    check_password,
    normal_email,
    normal_username,
    role_of,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def a_user(**fields: Any) -> User:
    values = {"id": "1", "username": "Ada", "email": "ada@x.example", "created_at": NOON, "updated_at": NOON}
    return User.model_validate({**values, **fields})


def test_a_change_is_later_and_leaves_the_old_one_alone() -> None:
    user = a_user()
    changed = user.changed(NOON, role="admin")
    assert (changed.role, user.role) == ("admin", "user")
    assert changed.updated_at > user.updated_at


def test_a_disabled_account_is_refused() -> None:
    a_user().check_enabled()
    with pytest.raises(UserDisabled):
        a_user(disabled=True).check_enabled()


def test_the_last_administrator_stays() -> None:
    with pytest.raises(LastAdministrator):
        a_user(role="admin").check_may_lose_admin(0)
    a_user(role="admin").check_may_lose_admin(1)
    a_user(role="admin", disabled=True).check_may_lose_admin(0)
    a_user().check_may_lose_admin(0)


@pytest.mark.parametrize("password", ["correct horse battery", "Tr0ub4dor&3x", "ünïcödé wörds", "x1y2z3w4v5"])
def test_passwords_that_pass(password: str) -> None:
    check_password(password, username="ada", email="ada@x.example")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 257,
        "password123",
        "Password2026!",
        "qwertyuiop",
        "1234567890",
        "aaaaaaaaaaaa",
        "abababababab",
        "adalovelace",
        "ADALOVELACE1!",
        "adalovelace@x.example",
    ],
)
def test_passwords_that_do_not(password: str) -> None:
    with pytest.raises(BadPassword):
        check_password(password, username="AdaLovelace", email="adalovelace@x.example")


@pytest.mark.parametrize("name", ["ada", "Ada.Lovelace", "a_b-c.d", "0ab"])
def test_usernames_that_fit(name: str) -> None:
    assert USERNAME.fullmatch(name)


@pytest.mark.parametrize("name", ["ab", ".ada", "ada lovelace", "a" * 65, "adä", "ada\n", ""])
def test_usernames_that_do_not(name: str) -> None:
    assert not USERNAME.fullmatch(name)


@pytest.mark.parametrize(
    ("address", "fits"), [("a@b", True), ("a b@c", False), ("a@b@c", False), ("@b", False), ("a@", False)]
)
def test_addresses(address: str, fits: bool) -> None:
    assert bool(EMAIL.fullmatch(address)) is fits


@given(st.text(max_size=40))
def test_names_are_compared_in_one_form(text: str) -> None:
    assert normal_username(normal_username(text)) == normal_username(text)
    assert normal_email(f" {text.upper()} ") == normal_email(text.upper())


@pytest.mark.parametrize(
    ("names", "role"),
    [
        (["viewer", "admin"], "admin"),
        (["user", "viewer"], "user"),
        (["viewer"], "viewer"),
        ([], "viewer"),
        (["x"], "viewer"),
    ],
)
def test_the_strongest_role_counts(names: list[str], role: str) -> None:
    assert role_of(names) == role
    assert role in ROLES
