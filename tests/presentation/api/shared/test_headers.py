"""What browsers are told with every answer, and which pages may use the API with cookies."""

import pytest

from dynagent.presentation.api.settings import ApiSettings, OriginTooWide
from tests.presentation.api.house import House


@pytest.mark.parametrize("path", ["/api/agents", "/health", "/api/v1/nothing", "/docs"])
async def test_every_answer_carries_the_headers(path: str) -> None:
    async with House().client() as client:
        headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers
    if path.startswith("/api"):
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"


async def test_an_allowed_page_may_read_with_cookies_and_another_may_not() -> None:
    settings = ApiSettings(cors_origins=("https://app.example.org",))
    async with House(settings).client() as client:
        good = await client.get("/api/agents", headers={"Origin": "https://app.example.org"})
        bad = await client.get("/api/agents", headers={"Origin": "https://evil.example"})
    assert good.headers["access-control-allow-origin"] == "https://app.example.org"
    assert good.headers["access-control-allow-credentials"] == "true"
    assert "cross-origin-resource-policy" not in good.headers
    assert bad.status_code == 403 and "access-control-allow-origin" not in bad.headers


@pytest.mark.parametrize("origin", ["*", "https://*.example.org", "null", "app.example.org", "https://a/b", "ftp://a"])
def test_the_server_does_not_start_with_an_origin_that_is_not_exact(origin: str) -> None:
    with pytest.raises(OriginTooWide, match="CORS_ORIGINS"):
        ApiSettings(cors_origins=("https://good.example.org", origin)).exact_origins()
    with pytest.raises(OriginTooWide):
        House(ApiSettings(cors_origins=(origin,)))
