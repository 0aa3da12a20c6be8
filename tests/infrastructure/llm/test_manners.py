"""When to come back, which keys can be used: what is decided without asking anybody."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from dynagent.infrastructure.llm.errors import retry_after
from dynagent.infrastructure.llm.factory import ModelSettings

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "words", "seconds"),
    [
        ({"retry-after": "7"}, "", 7.0),
        ({"retry-after": " 0.5 "}, "", 0.5),
        ({"retry-after": "-3"}, "", 0.0),
        ({"retry-after": "1m30s"}, "", 90.0),
        ({"retry-after": "500ms"}, "", 0.5),
        ({"retry-after": "20 seconds"}, "", 20.0),
        ({"retry-after-ms": "1500", "retry-after": "7"}, "", 1.5),
        ({"retry-after-ms": "soon", "retry-after": "7"}, "", 7.0),
        ({"retry-after": format_datetime(NOON + timedelta(seconds=9), usegmt=True)}, "", 9.0),
        ({"retry-after": (NOON + timedelta(seconds=9)).isoformat()}, "", 9.0),
        ({"retry-after": str((NOON + timedelta(seconds=9)).timestamp())}, "", 9.0),
        ({"retry-after": str(int((NOON + timedelta(seconds=9)).timestamp() * 1000))}, "", 9.0),
        ({"retry-after": '"5"'}, "", 5.0),
        ({"retry-after": "5, 10"}, "", 5.0),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "inf"}, "", None),
        ({}, "Rate limit reached. Please try again in 1m2.5s. Visit us.", 62.5),
        ({}, "Please retry after 20 seconds.", 20.0),
        ({}, "Retry after 2 minutes and 3 seconds.", 123.0),
        ({}, "Slow down.", None),
    ],
)
def test_when_to_come_back(headers, words, seconds):
    assert retry_after({**headers, "date": format_datetime(NOON, usegmt=True)}, words) == seconds


def test_keys_are_trimmed_and_refused_where_they_are_given():
    settings = ModelSettings(openai_api_key=SecretStr(" sk-not-a-key-0123456789\n"))
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == "sk-not-a-key-0123456789"
    for key in ("a\nb", "a b", "ключ", " \n"):
        with pytest.raises(ValueError, match="printable ASCII") as refused:
            ModelSettings(openai_api_key=SecretStr(key))
        assert "ключ" not in str(refused.value)
