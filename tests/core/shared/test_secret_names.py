"""Settings with secrets are shown without them and come back with them."""

from dynagent.core.shared.secret_names import MASK, masked, unmasked, without_secrets


def test_secrets_are_masked_and_other_settings_are_not() -> None:
    settings = {"api_key": "k-1", "engine_id": "e", "max_tokens": 5, "auth_token": ""}

    assert masked(settings) == {"api_key": MASK, "engine_id": "e", "max_tokens": 5, "auth_token": ""}


def test_what_comes_back_masked_is_what_was_kept() -> None:
    kept = {"api_key": "k-1", "engine_id": "e"}

    assert unmasked({"api_key": MASK, "engine_id": "f"}, kept) == {"api_key": "k-1", "engine_id": "f"}
    assert unmasked({"api_key": "k-2"}, kept) == {"api_key": "k-2"}
    assert unmasked({"api_key": MASK, "engine_id": MASK}, {}) == {"api_key": MASK, "engine_id": MASK}


def test_secrets_are_found_at_any_depth() -> None:
    settings = {"headers": [{"Authorization": "Basic x"}, {"Accept": "*"}], "credentials": {"user": "u", "pass": "p"}}

    assert masked(settings) == {"headers": [{"Authorization": MASK}, {"Accept": "*"}], "credentials": MASK}
    assert unmasked(masked(settings), settings) == settings
    assert masked({"api_key": {"$secret": "bing"}}) == {"api_key": {"$secret": "bing"}}
    assert masked({"api_key": {"$sealed": "v1.x"}}) == {"api_key": MASK}
    assert masked({"api_key": {"$secret": "bing", "other": "k-1"}}) == {"api_key": MASK}


def test_what_repeats_a_secret_is_masked_wherever_it_stands() -> None:
    told = {"error": "wrong key k-12345", "k-12345": [{"deep": ("k-12345!",)}], "n": 1}

    assert without_secrets(told, ("k-12345",)) == {"error": "wrong key ***", "***": [{"deep": ["***!"]}], "n": 1}
    assert without_secrets(told, ()) is told
