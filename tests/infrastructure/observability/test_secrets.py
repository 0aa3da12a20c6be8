"""Secrets do not reach the log."""

import pytest

from dynagent.core.shared.secret_names import MASK, is_secret_name
from dynagent.infrastructure.observability.secrets import mask_secrets, mask_text

SECRET_NAMES = """
    api_key API-Key openai_api_key Authorization password db_password client_secret token access_token x-auth-token
    Cookie set-cookie private_key headers.authorization dsn
"""


@pytest.mark.parametrize("name", SECRET_NAMES.split())
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["input_tokens", "max_tokens", "token_usage", "first_token_ms", "keyboard", "author"])
def test_other_names_are_not(name: str) -> None:
    assert not is_secret_name(name)


def test_masks_in_nested_values_and_lists() -> None:
    fields = {"body": {"api_key": "k-1", "items": [{"password": "p"}]}, "token": b"x", "n": 3}

    assert mask_secrets(fields) == {"body": {"api_key": MASK, "items": [{"password": MASK}]}, "token": MASK, "n": 3}


def test_a_list_under_a_secret_name_is_masked_item_by_item() -> None:
    assert mask_secrets({"api_keys": ["a", "b"]}) == {"api_keys": [MASK, MASK]}


def test_numbers_and_empty_values_under_secret_names_stay() -> None:
    assert mask_secrets({"token": 12, "secret": "", "password": None}) == {"token": 12, "secret": "", "password": None}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Authorization: Bearer abcdefgh12345678", "Authorization: Bearer ***"),
        ("cannot reach postgresql://bob:hunter22@db/agents", "cannot reach postgresql://bob:***@db/agents"),
        ("key sk-proj-abcdefghijklmnop was refused", "key *** was refused"),
        ("nothing to see: 23*19 = 437", "nothing to see: 23*19 = 437"),
    ],
)
def test_masks_inside_texts(text: str, masked: str) -> None:
    assert mask_text(text) == masked
    assert mask_secrets({"error": text}) == {"error": masked}


def test_very_deep_values_end_somewhere() -> None:
    deep: dict[str, object] = {}
    deep["self"] = deep

    assert "self" in mask_secrets(deep)
