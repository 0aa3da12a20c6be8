"""Which models an installation has, and which client serves them."""

from decimal import Decimal

import pydantic
import pytest
from benchmarks.scripted_model import ScriptedModel
from pydantic import SecretStr

from dynagent.core.language_models import ModelRefused, ModelRequest, ModelRetry
from dynagent.core.shared.calls import TokenUsage
from dynagent.core.shared.errors import InvalidInput
from dynagent.infrastructure.llm.factory import InstalledModels, ModelSettings
from dynagent.infrastructure.llm.prices import GenaiPrices
from tests.fakes.language_models import user

NAMES = ("OPENAI_API_KEY", "OPENAI_BASE_URL", "DEFAULT_MODEL", "OPENAI_USE_RESPONSES_API", "MODEL_LANE")
PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path):
    for name in (*NAMES, *PROXIES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_without_an_endpoint_there_is_only_the_demo_model(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("DEFAULT_MODEL", "gpt-4o")
    models = InstalledModels(ModelSettings())
    assert models.default == "demo"
    assert models.knows("demo") and not models.knows("gpt-4o")
    assert models.get(None).name == "demo"
    with pytest.raises(ModelRefused, match="OPENAI_API_KEY"):
        models.get("gpt-4o")


def test_with_a_key_every_name_is_known(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    models = InstalledModels(ModelSettings())
    assert models.default == "gpt-4o-mini"
    assert models.knows("whatever") and models.knows("demo") and not models.knows("") and not models.knows("x" * 201)
    assert models.get("demo").name == "demo"
    assert models.get(None).name == "gpt-4o-mini"
    monkeypatch.setenv("DEFAULT_MODEL", "gpt-4.1")
    assert InstalledModels(ModelSettings()).default == "gpt-4.1"
    assert "sk-x" not in repr(ModelSettings())


@pytest.mark.parametrize("url", ["ftp://x", "localhost:11434", "http://"])
def test_a_base_url_must_be_one(url):
    with pytest.raises(pydantic.ValidationError):
        ModelSettings(openai_base_url=url)


def test_lanes(monkeypatch):
    def lane(**fields) -> str:
        models = InstalledModels(ModelSettings(openai_api_key=SecretStr("k"), **fields))
        return models._lane

    assert lane() == "wire"
    assert lane(model_lane="langchain") == "langchain"
    assert lane(openai_use_responses_api=True) == "langchain"
    with pytest.raises(InvalidInput):
        lane(openai_use_responses_api=True, model_lane="wire")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert lane() == "wire"


@pytest.mark.parametrize("fields", [{}, {"model_lane": "langchain"}, {"openai_use_responses_api": True}])
async def test_the_endpoint_is_asked(fields):
    async with ScriptedModel() as server:
        models = InstalledModels(ModelSettings(openai_base_url=server.url, **fields))
        told: list[ModelRetry] = []
        reply = await models.get("gpt-9", told.append).reply(ModelRequest(messages=(user("hello"),)), lambda _: None)
        assert (reply.content, reply.model) == ("Scripted answer to: hello", "gpt-9")
        with pytest.raises(ModelRefused):
            await models.get("gpt-9").reply(ModelRequest(messages=(user("[[fail=404:9]]"),)), lambda _: None)
        assert told == []
        await models.aclose()


def test_prices():
    prices = GenaiPrices()
    usage = TokenUsage(input_tokens=1000, output_tokens=100, cached_input_tokens=100)
    assert prices.cost_usd("gpt-4o-mini", usage) == Decimal("0.0002025")
    assert prices.cost_usd("demo", usage) == 0
    assert prices.cost_usd("no-such-model", usage) is None
    tiered = prices.cost_usd("gemini-2.5-pro", TokenUsage(input_tokens=300_000, output_tokens=10))
    assert tiered is not None and tiered > Decimal("0.7")
