"""Proxies that the environment names, of every kind, with and without TLS to the proxy and to the endpoint."""

import pytest

from dynagent.core.language_models import ModelRefused, ModelReply, ModelRequest, ModelUnavailable
from dynagent.core.shared.errors import InvalidInput
from dynagent.infrastructure.http.addresses import AllowList
from dynagent.infrastructure.llm.factory import InstalledModels, ModelSettings
from dynagent.infrastructure.llm.guarded_pool import GuardedHttpPool
from dynagent.infrastructure.llm.openai_wire import OpenAIWireModel
from dynagent.infrastructure.llm.proxies import is_excepted, proxy_for, unusable_proxy
from tests.fakes.certificates import server_context
from tests.fakes.language_models import user
from tests.fakes.proxies import FakeProxy
from tests.infrastructure.llm.byte_server import ByteServer, chunked
from tests.infrastructure.llm.contract.sessions import delta, stream

FINE = chunked(stream(delta("stop", content="fine")))
ASK = ModelRequest(messages=(user("hi"),), timeout_s=10)
NAMES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


async def asked(url: str, **settings) -> ModelReply:
    models = InstalledModels(ModelSettings(openai_base_url=url, **settings))
    try:
        return await models.get("m")._inner.reply(ASK, lambda _: None)  # pyright: ignore[reportAttributeAccessIssue]
    finally:
        await models.aclose()


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h", "socks", "socks4", "socks4a"])
async def test_each_kind_of_proxy(monkeypatch, scheme):
    async with ByteServer(FINE) as server, FakeProxy(int(server.url.split(":")[2][:-3])) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{scheme}://127.0.0.1:{proxy.port}")
        host = "127.0.0.1" if scheme == "socks4" else "models.test"
        assert (await asked(f"http://{host}:8080/v1")).content == "fine"
        assert proxy.asked == [f"{host}:8080"]
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        assert (await asked(server.url)).content == "fine"
        assert len(proxy.asked) == 1


async def test_langchains_client_goes_through_it_too(monkeypatch):
    async with ByteServer(FINE) as server, FakeProxy(int(server.url.split(":")[2][:-3])) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        reply = await asked("http://models-of-langchain.test/v1", model_lane="langchain")
        assert (reply.content, proxy.asked) == ("fine", ["models-of-langchain.test"])


async def test_credentials(monkeypatch):
    async with ByteServer(FINE) as server, FakeProxy(int(server.url.split(":")[2][:-3])) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:p%40ss@127.0.0.1:{proxy.port}")
        await asked("http://models.test/v1")
        assert b"Proxy-Authorization: Basic bWU6cEBzcw==" in proxy.heads[0]
        monkeypatch.setenv("HTTP_PROXY", f"socks5://me:p%40ss@127.0.0.1:{proxy.port}")
        await asked("http://models.test/v1")
        assert proxy.logins == [b"me:p@ss"]


@pytest.mark.parametrize("outer", [False, True])
async def test_tls_inside_a_tunnel_and_to_the_proxy(monkeypatch, tmp_path, outer):
    context = server_context(tmp_path, "models.test", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    async with ByteServer(FINE, tls=context) as server:
        target = int(server.url.split(":")[2][:-3])
        async with FakeProxy(target, tls=context if outer else None) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http{'s' if outer else ''}://127.0.0.1:{proxy.port}")
            assert (await asked("https://models.test/v1")).content == "fine"
            assert proxy.asked == ["models.test:443"]
            # The name is still checked: the proxy may lead anywhere.
            with pytest.raises(ModelRefused, match="not trusted"):
                await asked("https://other.test/v1")


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [("407 Who", ModelRefused, "credentials"), ("503 Down", ModelUnavailable, "503 Down")],
)
async def test_a_proxy_that_refuses(monkeypatch, status, kind, words):
    async with FakeProxy(9, status=status) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        with pytest.raises(kind, match=words) as told:
            await asked("https://models.test/v1")
    assert f"HTTPS_PROXY=http://127.0.0.1:{proxy.port}" in told.value.detail and "secret" not in str(told.value)


async def test_a_proxy_that_is_not_there(monkeypatch):
    monkeypatch.setenv("ALL_PROXY", "socks5://me:pw@127.0.0.1:9")
    with pytest.raises(ModelUnavailable, match=r"ALL_PROXY=socks5://127\.0\.0\.1:9 cannot be reached") as told:
        await asked("http://models.test/v1")
    assert "pw" not in str(told.value)


async def test_a_users_private_address_is_refused_before_a_proxy_too(monkeypatch):
    async def resolve(host, _):
        if host == "unknown.test":
            raise OSError("no such name")
        return ["10.0.0.5"]

    async with ByteServer(FINE) as server, FakeProxy(int(server.url.split(":")[2][:-3])) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        for host, fine in (("inside.test", False), ("10.0.0.5", False), ("unknown.test", True)):
            pool = GuardedHttpPool(f"http://{host}/v1", {}, allowed=AllowList(), resolve=resolve)
            if fine:
                assert (await OpenAIWireModel("m", pool).reply(ASK, lambda _: None)).content == "fine"
            else:
                with pytest.raises(ModelRefused, match="not a public address"):
                    await OpenAIWireModel("m", pool).reply(ASK, lambda _: None)
            await pool.aclose()
        assert proxy.asked == ["unknown.test"]


@pytest.mark.parametrize(
    ("value", "lane"),
    [
        ("ftp://127.0.0.1:9", "wire"),
        ("http://", "wire"),
        ("http://a:b:c", "wire"),
        ("socks4://me:pw@127.0.0.1:9", "langchain"),
        ("socks5://me:pw@127.0.0.1:9", "langchain"),
    ],
)
def test_what_cannot_be_used_is_told_at_start(monkeypatch, value, lane):
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(InvalidInput, match="ALL_PROXY") as told:
        InstalledModels(ModelSettings(openai_base_url="http://models.test/v1", model_lane=lane))
    assert "pw" not in str(told.value) and "\n" not in str(told.value)
    monkeypatch.setenv("NO_PROXY", "models.test")
    InstalledModels(ModelSettings(openai_base_url="http://models.test/v1", model_lane=lane))


@pytest.mark.parametrize(
    ("no_proxy", "url", "excepted"),
    [
        ("*", "http://a.test", True),
        ("a.test", "http://a.test", True),
        (".a.test, b", "http://x.a.test", True),
        ("*.a.test", "http://x.a.test", True),
        ("a.test", "http://ba.test", False),
        ("A.TEST", "http://a.test.", True),
        ("a.test:81", "http://a.test:81", True),
        ("a.test:81", "http://a.test:82", False),
        ("10.0.0.0/8", "http://10.1.2.3", True),
        ("10.0.0.1", "http://10.0.0.2", False),
        ("::1", "http://[::1]:8000", True),
        ("[::1]:8000", "http://[::1]:8000", True),
        ("fd00::/8", "http://[fd00::5]", True),
        ("", "http://a.test", False),
    ],
)
def test_no_proxy(monkeypatch, no_proxy, url, excepted):
    monkeypatch.setenv("HTTP_PROXY", "127.0.0.1:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    proxy = proxy_for(url)
    assert (proxy is None) == excepted
    assert proxy is None or (proxy.scheme, proxy.port) == ("http", 3128)
    assert not is_excepted("", "a.test", None) and unusable_proxy(url, "langchain") is None
