"""ClamAV's daemon over its protocol `INSTREAM`: pieces with their lengths before them, a zero length at the end.

Known clients of it read a file object, a kilobyte at a time and blocking; what is scanned here comes from the object
store as a stream, and the protocol is these few lines.
"""

import asyncio
import re
import struct
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.core.files import Infected, ScannerAway, VirusScan

MAX_REPLY = 4096
_FOUND = re.compile(r"^stream: (?P<signature>.+) FOUND$")
_LENGTH = struct.Struct("!I")


class ScanSettings(BaseSettings):
    """`clamav_address` is `host:port` or the path of clamd's socket; unset: nothing is scanned.

    Set, no file is kept without its word: not while it is away, nor what is longer than its `StreamMaxLength`.
    """

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore", env_ignore_empty=True)

    clamav_address: str | None = None
    clamav_timeout_s: float = Field(default=120, gt=0, le=3600)

    @field_validator("clamav_address")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("/"):
            host, _, port = value.rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) < 65536:
                raise ValueError("is host:port, or the path of clamd's socket")
        return value


class ClamdScan(VirusScan):
    """Scans with a connection for each file; nobody waits longer than `clamav_timeout_s`."""

    def __init__(self, settings: ScanSettings) -> None:
        self._address = settings.clamav_address
        self._timeout_s = settings.clamav_timeout_s

    @property
    def enabled(self) -> bool:
        """Whether an address is set."""
        return self._address is not None

    async def check(self, content: AsyncIterable[bytes]) -> None:
        """Pass a clean content; nothing is asked where no scanner is set up."""
        if self._address is None:
            return
        reply = await self._asked(self._address, content)
        found = _FOUND.match(reply)
        if found is not None:
            signature = found["signature"]
            raise Infected(
                f"the virus scanner found {signature}; the file was not kept", extra={"signature": signature}
            )
        if reply != "stream: OK":
            raise ScannerAway(f"the virus scanner did not pass the file: {reply[:200] or 'it said nothing'}")

    async def _asked(self, address: str, content: AsyncIterable[bytes]) -> str:
        try:
            async with asyncio.timeout(self._timeout_s), _connection(address) as (reader, writer):
                return await _instream(reader, writer, content)
        except TimeoutError:
            raise ScannerAway(f"the virus scanner gave no word within {self._timeout_s:g} s") from None
        except OSError as error:
            raise ScannerAway(f"the virus scanner cannot be reached: {error.strerror or error}") from error


@asynccontextmanager
async def _connection(address: str) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    if address.startswith("/"):
        reader, writer = await asyncio.open_unix_connection(address, limit=MAX_REPLY)
    else:
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port), limit=MAX_REPLY)
    try:
        yield reader, writer
    finally:
        writer.close()


async def _instream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: AsyncIterable[bytes]) -> str:
    try:
        writer.write(b"nINSTREAM\n")
        async for chunk in content:
            if chunk:
                writer.write(_LENGTH.pack(len(chunk)) + chunk)
                await writer.drain()
        writer.write(_LENGTH.pack(0))
        await writer.drain()
    except ConnectionError:
        # clamd says why and hangs up in the middle of what is too long for it.
        pass
    return (await reader.read(MAX_REPLY)).decode("utf-8", "replace").strip("\x00\n ")
