"""Providers, addresses and kept models: what fits, and where a key may go."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dynagent.core.language_models import (
    PROVIDERS,
    Capabilities,
    ModelChangedMeanwhile,
    ModelRecord,
    ProviderKey,
    ProviderNotFound,
    check_endpoint,
    find_provider,
    mask_key,
)
from dynagent.core.shared.errors import InvalidInput

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def record(**fields: Any) -> ModelRecord:
    values = {"id": "m", "user_id": "u", "name": "m", "provider": "openai", "model_identifier": "gpt-4o"}
    return ModelRecord.model_validate({**values, "created_at": NOW, "updated_at": NOW, **fields})


@pytest.mark.parametrize(
    ("spelled", "id"),
    [
        ("OpenAI", "openai"),
        ("AzureOpenAI", "azure-openai"),
        ("azure-openai", "azure-openai"),
        ("GoogleVertexAI", "google"),
        ("Hugging Face", "huggingface"),
        ("OLLAMA", "ollama"),
        ("OpenAI-compatible", "openai-compatible"),
    ],
)
def test_providers_are_found_however_they_are_spelled(spelled: str, id: str) -> None:
    assert find_provider(spelled).id == id


def test_every_provider_is_found_by_its_id_and_no_other_is() -> None:
    assert all(find_provider(id) is provider for id, provider in PROVIDERS.items())
    with pytest.raises(ProviderNotFound):
        find_provider("acme")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "example.org/v1",
        "http://",
        "http://user@example.org",
        "http://example.org/v1?key=x",
        "http://example.org/#x",
        "http://example.org:99999/",
        "http://ex ample.org/",
        "http://example.org/\r\nX: y",
        "http://exämple.org/",
    ],
)
def test_addresses_that_are_no_plain_urls_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        check_endpoint(url)


def test_a_model_must_be_askable() -> None:
    record().check()
    for fields in (
        {"provider": "azure-openai"},
        {"provider": "stability"},
        {"fallbacks": ("m",)},
        {"endpoint_url": "https://example.org/v1", "parameters": {"responses_api": True}},
        {"provider": "anthropic", "parameters": {"responses_api": True}},
    ):
        with pytest.raises(InvalidInput):
            record(**fields).check()


def test_a_key_stays_with_the_address_it_was_given_for() -> None:
    kept = record(sealed_key="sealed", key_hint="…", key_id="k")
    assert kept.changed(NOW, expected_version=1, max_rpm=3).sealed_key == "sealed"
    for move in ({"endpoint_url": "https://evil.example/v1"}, {"provider": "deepseek"}):
        moved = kept.changed(NOW, expected_version=1, **move)
        assert (moved.sealed_key, moved.key_hint, moved.key_id) == (None, None, None)
    with_new = kept.changed(NOW, expected_version=None, endpoint_url="https://x.example", sealed_key="n", key_hint="h")
    assert with_new.sealed_key == "n"
    with pytest.raises(ModelChangedMeanwhile):
        kept.changed(NOW, expected_version=2)


def test_a_provider_key_goes_to_its_origin_only() -> None:
    fields = {"id": "k", "user_id": "u", "label": "l", "hint": "…", "sealed_key": "s", "created_at": NOW}
    home = ProviderKey.model_validate({**fields, "provider": "openai"})
    assert home.may_go_to("https://api.openai.com:443/other") and not home.may_go_to("http://api.openai.com/v1")
    assert not home.may_go_to("https://api.openai.com.evil.example/v1")
    own = ProviderKey.model_validate({**fields, "provider": "modal", "endpoint_url": "https://a.modal.run/v1"})
    assert own.may_go_to("https://A.modal.run/v2") and not own.may_go_to("https://b.modal.run/v1")
    assert not ProviderKey.model_validate({**fields, "provider": "modal"}).may_go_to("https://a.modal.run")


def test_gaps_are_told_only_where_they_are_known() -> None:
    can = Capabilities(tools=False, context_window=1000)
    assert can.missing(Capabilities(tools=True, streaming=True)) == ["it cannot call tools"]
    assert can.missing(Capabilities(context_window=2000)) == ["its context holds 1000 tokens, 2000 are wanted"]
    assert Capabilities(tools=True).over(can) == Capabilities(tools=True, context_window=1000)


def test_masks_show_little_or_nothing() -> None:
    assert (mask_key("sk-1234567890abcdef"), mask_key("short")) == ("…cdef", "…")
