"""Network as a granted capability: the broker decides, ordinary clients work unchanged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from benchmarks.scripted_model import ScriptedModel

from dynagent.core.tools import ToolFailed, ToolPolicy
from dynagent.infrastructure.sandbox.audit import AuditEvent
from dynagent.infrastructure.sandbox.broker import Broker, asked_for
from dynagent.infrastructure.sandbox.grants import Grant, parse_grants
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from tests.infrastructure.sandbox.toolbox import CHATBOT, register, run, settings, smuggle
from tests.shows import shows

FETCH = """
import httpx
async def fetch(url: str, times: int = 1) -> list:
    async with httpx.AsyncClient(timeout=3) as client:
        return [(await client.get(url)).text for _ in range(times)]
"""
FETCH_PLAINLY = """
from urllib.request import urlopen
async def fetch(url: str) -> str:
    with urlopen(url, timeout=3) as answer:
        return answer.read().decode()
"""
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site() -> AsyncIterator[str]:
    """A web server on loopback that says hello and closes; its host:port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            body = "moved" if "/away" in head else "hello"
            place = "Location: http://127.0.0.1:1/\r\n" if "/away" in head else ""
            status = "302 Found" if "/away" in head else "200 OK"
            writer.write(
                f"HTTP/1.1 {status}\r\n{place}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"127.0.0.1:{port}"
    server.close()


@shows("ToolBody.network")
async def test_httpx_reaches_a_granted_host(sandbox: ZygoteSandbox, events: list[AuditEvent], site: str) -> None:
    tool = await register(sandbox, FETCH, name="fetch", network=(site,))
    assert (await run(sandbox, tool, url=f"http://{site}/", times=3)).result == ["hello"] * 3
    told = [event for event in events if event.name == "sandbox.net"]
    assert [event.fields["verdict"] for event in told] == ["connected"] * 3
    assert f"{told[0].fields['host']}:{told[0].fields['port']}" == site


async def test_the_standard_library_reaches_it_too(sandbox: ZygoteSandbox, site: str) -> None:
    tool = await register(sandbox, FETCH_PLAINLY, network=(site,))
    assert (await run(sandbox, tool, url=f"http://{site}/")).result == "hello"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:{port}/",
        "http://example.com/",
        "http://[::1]:{port}/",
        "http://0x7f000001:{port}/",
        "http://2130706433:{port}/",
    ],
)
async def test_other_hosts_and_other_spellings_are_refused(
    sandbox: ZygoteSandbox, events: list[AuditEvent], site: str, url: str
) -> None:
    tool = await register(sandbox, FETCH_PLAINLY, network=(site,))
    with pytest.raises(ToolFailed, match=r"refused|granted|Errno"):
        await run(sandbox, tool, url=url.format(port=site.rpartition(":")[2]))
    assert [event.fields["verdict"] for event in events if event.name == "sandbox.net"][-1] == "not_granted"


async def test_a_redirect_is_asked_for_again(sandbox: ZygoteSandbox, site: str) -> None:
    tool = await register(sandbox, FETCH_PLAINLY, network=(site,))
    with pytest.raises(ToolFailed, match="granted"):
        await run(sandbox, tool, url=f"http://{site}/away")


async def test_a_passed_socket_cannot_be_turned_elsewhere(sandbox: ZygoteSandbox, site: str) -> None:
    code = (
        "import httpx\nfrom http.client import HTTPConnection\nasync def f(host: str, port: int) -> str:\n"
        "    c = HTTPConnection(host, port, timeout=2)\n    c.connect()\n    s = c.sock\n"
        "    try:\n        type(s).__mro__[1].connect(s, ('127.0.0.1', 22))\n"
        "    except OSError as e:\n        return e.strerror\n"
    )
    tool = smuggle(sandbox, code, entry="f", full=True, network=(site,))
    host, _, port = site.rpartition(":")
    assert (await run(sandbox, tool, host=host, port=int(port))).result == "Operation not permitted"


async def test_a_grant_that_cannot_be_read_is_told_at_registration(sandbox: ZygoteSandbox) -> None:
    policy = ToolPolicy(network=("api.example.com:443", "https://api.example.com/v1"))
    findings = (await sandbox.screen("fetch", FETCH, policy)).findings
    assert [(finding.rule, "https://" in finding.message) for finding in findings] == [("network_grant", True)]


async def test_too_many_connections(sandbox: ZygoteSandbox, events: list[AuditEvent], site: str) -> None:
    tool = await register(sandbox, FETCH, network=(site,))
    with pytest.raises(ToolFailed):
        await run(sandbox, tool, url=f"http://{site}/", times=40)
    assert [event.fields["verdict"] for event in events if event.name == "sandbox.net"][-1] == "too_many"


async def test_the_chatbot_of_the_specification_runs_unchanged() -> None:
    async with ScriptedModel() as model:
        sandbox = ZygoteSandbox(settings(OPENAI_BASE_URL=f"{model.url}/v1", OPENAI_API_KEY="key-of-the-test"))
        try:
            tool = await register(sandbox, CHATBOT, name="chatbot_fn")
            assert (await run(sandbox, tool, query="Hello [[say=I am brief.]]")).result == "I am brief."
        finally:
            await sandbox.stop()


async def test_without_the_operators_grant_openai_is_a_library_like_others() -> None:
    sandbox = ZygoteSandbox(settings(grant_openai=False))
    try:
        findings = (await sandbox.screen("chatbot_fn", CHATBOT, ToolPolicy())).findings
        assert [finding.rule for finding in findings] == ["import_network"]
    finally:
        await sandbox.stop()


@shows("ToolBody.secrets")
async def test_secrets_reach_only_the_tools_they_are_granted_to() -> None:
    code = "import os\nasync def attack():\n    return len(os.environ.get('WEATHER_KEY', ''))"
    sandbox = ZygoteSandbox(settings(secrets={"WEATHER_KEY": "s3cret"}))
    try:
        assert (await run(sandbox, smuggle(sandbox, code, secrets=("WEATHER_KEY",)))).result == 6
        assert (await run(sandbox, smuggle(sandbox, code))).result == 0
        with pytest.raises(ToolFailed, match=r"'OTHER'.*not set"):
            await run(sandbox, smuggle(sandbox, code, secrets=("OTHER",)))
    finally:
        await sandbox.stop()


async def resolve_to(*addresses: str) -> list[str]:
    return list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "fd00::1",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
async def test_a_granted_name_that_leads_inside_is_refused(address: str) -> None:
    broker = Broker(lambda host, port: resolve_to("93.184.215.14", address))
    passage = await broker.connect("api.example.com", 443, parse_grants(["api.example.com:443"]))
    assert (passage.verdict, passage.connected) == ("private_address", None)


async def test_the_operators_own_host_may_be_inside(site: str) -> None:
    host, _, port = site.rpartition(":")
    broker = Broker(lambda name, port: resolve_to(host))
    passage = await broker.connect("model.internal", int(port), (Grant("model.internal", int(port), trusted=True),))
    assert passage.verdict == "connected"
    assert passage.connected is not None
    passage.connected.close()


@pytest.mark.parametrize(
    ("grant", "host", "port", "covered"),
    [
        ("example.com:443", "example.com", 443, True),
        ("example.com:443", "EXAMPLE.com.", 443, True),
        ("example.com", "example.com", 443, True),
        ("example.com:443", "example.com", 80, False),
        ("example.com:443", "www.example.com", 443, False),
        ("*.example.com:443", "www.example.com", 443, True),
        ("*.example.com:443", "a.b.example.com", 443, True),
        ("*.example.com:443", "example.com", 443, False),
        ("*.example.com:443", "notexample.com", 443, False),
        ("[::1]:80", "::1", 80, True),
        ("127.0.0.1:80", "127.0.0.1", 80, True),
    ],
)
async def test_grants(grant: str, host: str, port: int, covered: bool) -> None:
    assert Grant.parse(grant).covers(host, port) is covered


@pytest.mark.parametrize("text", ["", ":443", "*:443", "a.*.com:1", "a:0", "a:70000", "a:b", "http://a:1"])
async def test_what_is_no_grant_grants_nothing(text: str) -> None:
    assert parse_grants([text]) == ()


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"host": 1, "port": 1},
        {"host": "a", "port": "1"},
        {"host": "a", "port": 0},
        {"host": "", "port": 1},
        {"host": "a" * 999, "port": 1},
        {"host": "a", "port": True},
    ],
)
async def test_malformed_requests(message: dict[str, object]) -> None:
    assert asked_for(message) is None
