"""The virus scanner's protocol, against a daemon that reads it as clamd does."""

import asyncio
import struct
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from dynagent.core.files import Infected, ScannerAway
from dynagent.infrastructure.clamav.scan import ClamdScan, ScanSettings

EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


@asynccontextmanager
async def clamd(answer: Callable[[bytes], bytes | None], most: int = 10_000) -> AsyncGenerator[str]:
    """Serve INSTREAM; `answer` says the reply to what was sent, None hangs up without one."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readline() == b"nINSTREAM\n"
        held = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            held += await reader.readexactly(length)
            if len(held) > most:
                writer.write(b"INSTREAM size limit exceeded. ERROR\n")
                break
        else:
            reply = answer(held)
            writer.write(reply if reply is not None else b"")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def found_in(content: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\n" if EICAR in content else b"stream: OK\n"


def scan_at(address: str | None, timeout_s: float = 20) -> ClamdScan:
    return ClamdScan(ScanSettings.model_validate({"clamav_address": address, "clamav_timeout_s": timeout_s}))


async def stream(*chunks: bytes) -> AsyncGenerator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_a_clean_content_passes_and_an_infected_one_is_named() -> None:
    async with clamd(found_in) as address:
        await scan_at(address).check(stream(b"hello ", b"", b"world"))
        with pytest.raises(Infected) as infected:
            await scan_at(address).check(stream(EICAR[:10], EICAR[10:]))

    assert infected.value.extra == {"signature": "Eicar-Test-Signature"}


@pytest.mark.parametrize("reply", [b"", None, b"stream: something ERROR\n", b"OK\n"])
async def test_without_a_clear_word_nothing_passes(reply: bytes | None) -> None:
    async with clamd(lambda _: reply) as address:
        with pytest.raises(ScannerAway):
            await scan_at(address).check(stream(b"hello"))


async def test_what_is_too_long_for_the_scanner_does_not_pass() -> None:
    async with clamd(found_in, most=10) as address:
        with pytest.raises(ScannerAway, match="size limit exceeded"):
            await scan_at(address).check(stream(b"x" * 20))


async def test_a_scanner_that_is_away_or_silent_lets_nothing_pass() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    with pytest.raises(ScannerAway, match="cannot be reached"):
        await scan_at("127.0.0.1:9").check(stream(b"hello"))
    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        with pytest.raises(ScannerAway, match="no word within"):
            await scan_at(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", 0.2).check(stream(b"hello"))


async def test_without_an_address_nothing_is_scanned() -> None:
    assert not scan_at(None).enabled
    await scan_at(None).check(stream(EICAR))
