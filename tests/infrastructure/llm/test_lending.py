"""What of the operator's endpoint a user may ask, and what a refusal says."""

import pytest
from pydantic import SecretStr

from dynagent.core.language_models import ModelRefused
from dynagent.infrastructure.llm.factory import InstalledModels, ModelSettings
from dynagent.infrastructure.llm.lending import LentModels


def installed(**settings: str) -> InstalledModels:
    given = {"openai_api_key": SecretStr("sk-operator"), "default_model": "small", **settings}
    return InstalledModels(ModelSettings.model_validate(given))


def test_users_ask_the_default_and_what_is_lent() -> None:
    models = LentModels(installed(lent_models="medium, large"), is_admin=False)
    assert [name for name in ("small", "medium", "large", "demo", "some-expensive-model") if models.knows(name)] == [
        "small",
        "medium",
        "large",
        "demo",
    ]
    with pytest.raises(ModelRefused, match="LENT_MODELS"):
        models.get("some-expensive-model")
    assert models.get(None).name == "small"


def test_administrators_and_a_star_ask_any() -> None:
    assert LentModels(installed(), is_admin=True).knows("some-expensive-model")
    assert LentModels(installed(lent_models="*"), is_admin=False).knows("some-expensive-model")


def test_a_default_that_chooses_lends_what_it_would_choose() -> None:
    models = LentModels(installed(default_model="auto"), is_admin=False)
    assert models.get("gpt-4o-mini").name == "gpt-4o-mini"


def test_a_refusal_names_the_models_there_are() -> None:
    models = LentModels(InstalledModels(ModelSettings()), is_admin=True, stored=("mine", "ours"))
    with pytest.raises(ModelRefused, match=r"no model answers to the name 'gone'; there is 'demo', 'mine', 'ours'$"):
        models.get("gone")
