"""The guarded client against a real server: spellings, redirects, rebinding, sizes, times."""

import asyncio
import gzip
import zlib
from collections.abc import Callable, Sequence

import httpx2
import pytest
from pydantic import ValidationError

from dynagent.infrastructure.http.addresses import AddressForbidden
from dynagent.infrastructure.http.guarded import (
    GuardedTransport,
    OutboundSettings,
    OutboundTimeout,
    ResponseTooLarge,
    guarded_client,
)
from tests.fakes.http_server import Reply, Seen, StubServer, stub_server


def ok(seen: Seen) -> Reply:
    return Reply(body=b"hello from " + seen.path.encode())


def allowing(server: StubServer, **limits: float) -> OutboundSettings:
    return OutboundSettings.model_validate({"allow": f"127.0.0.1:{server.port}", **limits})


class Names:
    """A resolver of a test: host → answers, the next list at each question."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {host.replace("_", "."): list(lists) for host, lists in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        lists = self.answers[host]
        return lists.pop(0) if len(lists) > 1 else lists[0]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127。0。0。1",
        "0.0.0.0",
        "0",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "[::]",
        "169.254.169.254",
        "10.0.0.1",
        "[64:ff9b::7f00:1]",
        "user@127.0.0.1",
        "1.1.1.1@127.0.0.1",
    ],
)
async def test_every_spelling_of_a_private_address_is_refused(host: str) -> None:
    async with stub_server(ok) as server, guarded_client(OutboundSettings()) as client:
        with pytest.raises((AddressForbidden, httpx2.ConnectError, httpx2.InvalidURL)):
            await client.get(f"http://{host}:{server.port}/")
        assert server.seen == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "ws://example.com/"]
)
async def test_only_http_and_https(url: str) -> None:
    async with guarded_client(OutboundSettings()) as client:
        with pytest.raises((AddressForbidden, httpx2.UnsupportedProtocol)):
            await client.get(url)


async def test_an_allowed_endpoint_answers() -> None:
    async with stub_server(ok) as server, guarded_client(allowing(server)) as client:
        answer = await client.get(f"{server.url}/here")
    assert answer.text == "hello from /here"


async def test_the_environment_can_name_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stub_server(ok) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        async with guarded_client(OutboundSettings(), resolve=Names(site_example=[["10.0.0.1"]])) as client:
            with pytest.raises(AddressForbidden):
                await client.get("http://site.example/")
        assert server.seen == []


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "http://localhost:1/", "http://[::ffff:10.0.0.1]/"]
)
async def test_a_redirect_is_vetted_like_any_request(target: str) -> None:
    def away(seen: Seen) -> Reply:
        return Reply(302, {"Location": target})

    async with stub_server(away) as server, guarded_client(allowing(server)) as client:
        with pytest.raises(AddressForbidden):
            await client.get(server.url)


async def test_a_redirect_to_another_scheme_is_refused() -> None:
    def away(seen: Seen) -> Reply:
        return Reply(302, {"Location": "file:///etc/passwd"})

    async with stub_server(away) as server, guarded_client(allowing(server)) as client:
        with pytest.raises((AddressForbidden, httpx2.UnsupportedProtocol)):
            await client.get(server.url)


async def test_redirects_come_to_an_end() -> None:
    def around(seen: Seen) -> Reply:
        return Reply(302, {"Location": "/again"})

    async with stub_server(around) as server, guarded_client(allowing(server)) as client:
        with pytest.raises(httpx2.TooManyRedirects):
            await client.get(server.url)
        assert len(server.seen) == 6


async def test_a_name_is_asked_once_and_cannot_rebind() -> None:
    names = Names(rebind_example=[["127.0.0.1"], ["10.9.9.9"]])
    async with stub_server(ok) as server:
        settings = OutboundSettings(allow=f"rebind.example:{server.port}")
        async with guarded_client(settings, resolve=names) as client:
            answer = await client.get(f"http://rebind.example:{server.port}/")
    assert answer.status_code == 200
    assert names.asked == ["rebind.example"]
    assert server.seen[0].headers["host"] == f"rebind.example:{server.port}"


async def test_mixed_answers_are_refused() -> None:
    async with guarded_client(OutboundSettings(), resolve=Names(mixed_example=[["8.8.8.8", "127.0.0.1"]])) as client:
        with pytest.raises(AddressForbidden):
            await client.get("http://mixed.example/")


async def test_the_next_address_is_tried_when_the_first_refuses() -> None:
    names = Names(two_example=[["127.0.0.2", "127.0.0.1"]])
    async with stub_server(ok) as server:
        settings = OutboundSettings(allow=f"two.example:{server.port}")
        async with guarded_client(settings, resolve=names) as client:
            assert (await client.get(f"http://two.example:{server.port}/")).status_code == 200


@pytest.mark.parametrize("failure", [OSError("no such host"), UnicodeError("label too long")])
async def test_an_unknown_name_is_a_connect_error(failure: Exception) -> None:
    async def nobody(host: str, port: int) -> Sequence[str]:
        raise failure

    async with guarded_client(OutboundSettings(), resolve=nobody) as client:
        with pytest.raises(httpx2.ConnectError, match=r"no address for 'gone.example'"):
            await client.get("http://gone.example/")


async def test_a_name_without_addresses_and_a_slow_resolver() -> None:
    async def slow(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(30)
        return []

    async with guarded_client(OutboundSettings(), resolve=Names(empty_example=[[]])) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get("http://empty.example/")
    async with guarded_client(OutboundSettings(connect_timeout_s=0.05), resolve=slow) as client:
        with pytest.raises(httpx2.ConnectTimeout):
            await client.get("http://slow.example/")


async def test_a_big_body_is_cut_off() -> None:
    async with (
        stub_server(lambda _: Reply(body=b"x" * 10_001)) as server,
        guarded_client(allowing(server, max_bytes=10_000)) as client,
    ):
        with pytest.raises(ResponseTooLarge):
            await client.get(server.url)
        async with guarded_client(allowing(server, max_bytes=10_001)) as wider:
            assert len((await wider.get(server.url)).content) == 10_001


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_compressed_bodies_are_counted_unpacked(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(b"\0" * 50_000_000)
    async with (
        stub_server(lambda _: Reply(headers={"Content-Encoding": encoding}, body=bomb)) as server,
        guarded_client(allowing(server, max_bytes=1_000_000)) as client,
    ):
        with pytest.raises(ResponseTooLarge):
            await client.get(server.url)
    small = pack("grüße".encode() * 1000)
    async with (
        stub_server(lambda _: Reply(headers={"Content-Encoding": encoding}, body=small)) as server,
        guarded_client(allowing(server)) as client,
    ):
        assert (await client.get(server.url)).text == "grüße" * 1000


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_unreadable_compression_is_a_decoding_error(encoding: str) -> None:
    async with (
        stub_server(lambda _: Reply(headers={"Content-Encoding": encoding}, body=b"not packed")) as server,
        guarded_client(allowing(server)) as client,
    ):
        with pytest.raises(httpx2.DecodingError):
            await client.get(server.url)


async def test_a_body_that_drips_ends_at_the_deadline() -> None:
    drip = Reply(pieces=(b"x",) * 1000, pause_s=0.02)
    async with stub_server(lambda _: drip) as server, guarded_client(allowing(server, timeout_s=0.2)) as client:
        with pytest.raises(OutboundTimeout):
            await client.get(server.url)


async def test_a_server_that_says_nothing_ends_at_the_deadline() -> None:
    async with (
        stub_server(lambda _: Reply(wait_s=5)) as server,
        guarded_client(allowing(server, timeout_s=0.1)) as client,
    ):
        with pytest.raises((OutboundTimeout, httpx2.ReadTimeout)):
            await client.get(server.url)


async def test_the_deadline_spans_redirects() -> None:
    async def slowly(seen: Seen) -> Reply:
        await asyncio.sleep(0.1)
        return Reply(302, {"Location": "/again"})

    async with stub_server(slowly) as server, guarded_client(allowing(server, timeout_s=0.25)) as client:
        with pytest.raises((OutboundTimeout, httpx2.ReadTimeout)):
            await client.get(server.url)
        assert len(server.seen) <= 3


async def test_unix_sockets_are_no_way_out() -> None:
    transport = GuardedTransport(OutboundSettings())
    with pytest.raises(AddressForbidden):
        await transport._pool._network_backend.connect_unix_socket("/var/run/docker.sock")  # pyright: ignore


def test_a_bad_allow_list_is_refused_at_start() -> None:
    with pytest.raises(ValidationError, match="neither host:port nor a network"):
        OutboundSettings(allow="localhost")
