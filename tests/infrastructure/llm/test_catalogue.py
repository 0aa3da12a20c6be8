"""The lists of providers' models hold what an agent can ask there."""

import pytest

from dynagent.core.language_models import find_provider
from dynagent.infrastructure.llm.catalogue import PricedModels

NO_CHAT = ("embedding", "whisper", "tts", "image", "realtime", "transcribe", "moderation", "davinci", "ft:", "computer")


@pytest.mark.parametrize("provider", ["openai", "google", "anthropic", "azure-openai", "deepseek", "huggingface"])
def test_what_is_listed_can_be_asked(provider: str) -> None:
    names = [model.id for model in PricedModels().of_provider(find_provider(provider))]
    assert names and not [name for name in names if any(word in name for word in NO_CHAT)]


def test_a_cloud_of_many_makers_is_not_its_own_endpoint() -> None:
    names = [model.id for model in PricedModels().of_provider(find_provider("google"))]
    assert names and all(name.startswith(("gemini", "gemma")) for name in names)
    assert PricedModels().find("google", "claude-3-opus") is not None, "prices are known of all"


def test_what_chats_is_not_left_out() -> None:
    names = {model.id for model in PricedModels().of_provider(find_provider("openai"))}
    assert {"gpt-4o", "gpt-4o-mini", "o3-mini", "gpt-5"} <= names
