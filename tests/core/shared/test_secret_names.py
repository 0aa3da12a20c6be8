"""Settings with secrets are shown without them and come back with them."""

from dynagent.core.shared.secret_names import MASK, masked, unmasked


def test_secrets_are_masked_and_other_settings_are_not() -> None:
    settings = {"api_key": "k-1", "engine_id": "e", "max_tokens": 5, "auth_token": ""}

    assert masked(settings) == {"api_key": MASK, "engine_id": "e", "max_tokens": 5, "auth_token": ""}


def test_what_comes_back_masked_is_what_was_kept() -> None:
    kept = {"api_key": "k-1", "engine_id": "e"}

    assert unmasked({"api_key": MASK, "engine_id": "f"}, kept) == {"api_key": "k-1", "engine_id": "f"}
    assert unmasked({"api_key": "k-2"}, kept) == {"api_key": "k-2"}
    assert unmasked({"api_key": MASK, "engine_id": MASK}, {}) == {"api_key": MASK, "engine_id": MASK}
