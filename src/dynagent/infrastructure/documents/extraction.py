"""The server's side of taking documents apart: starts the process, feeds it, bounds it, reads its answer."""

import asyncio
import json
import signal
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

import dynagent
from dynagent.core.knowledge import Chunk, Chunking, DocumentUnreadable, Extracted, Extraction
from dynagent.core.shared.errors import Unavailable
from dynagent.infrastructure.documents.inside import extractor, reading

MIB = 1024 * 1024
_MAX_ANSWER_BYTES = 256 * MIB


class DocumentSettings(BaseSettings):
    """Limits of the process that reads a document (environment names start with DOCUMENT_)."""

    model_config = SettingsConfigDict(
        env_prefix="DOCUMENT_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    max_bytes: int = Field(default=100 * MIB, ge=1, description="Bytes of one document.")
    max_chars: int = Field(default=20_000_000, ge=1000, description="Characters of the text of one document.")
    memory_mb: int = Field(default=1024, ge=128)
    cpu_s: int = Field(default=120, ge=1)
    timeout_s: float = Field(default=180.0, gt=0)
    at_once: int = Field(default=1, ge=1, le=32, description="Documents read at the same time by one server.")
    required_layers: str = Field(default="limits", pattern=r"^[a-z,]*$")
    """Layers of the sandbox without which no document is read: limits, landlock, seccomp, identity, namespaces."""


class ConfinedExtraction(Extraction):
    """Reads each document in a process of its own, so many at once; nothing is started before the first."""

    def __init__(self, settings: DocumentSettings, data_dir: Path) -> None:
        self._settings = settings
        self._place = data_dir / "documents"
        self._places = asyncio.Semaphore(settings.at_once)

    async def extract(self, content: bytes, *, media_type: str, name: str, chunking: Chunking) -> Extracted:
        """Return the pieces of a document. Raises DocumentUnreadable, Unavailable."""
        limits = self._settings
        if len(content) > limits.max_bytes:
            raise unreadable("document_too_large", f"the document has more than {limits.max_bytes} bytes")
        head = {
            "media_type": media_type,
            "size": chunking.size,
            "overlap": chunking.overlap,
            "max_chars": limits.max_chars,
        }
        async with self._places:
            answer = await self._asked(json.dumps(head).encode() + b"\n" + content)
        if "error" in answer:
            raise unreadable(answer["error"], answer["words"])
        return Extracted(
            chunks=[Chunk(at, text, page, start) for at, (page, start, text) in enumerate(answer["chunks"])],
            page_count=answer["pages"],
            metadata=answer["about"],
        )

    async def _asked(self, sent: bytes) -> dict[str, Any]:
        process = await self._start()
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                answer, _ = await process.communicate(sent)
                code = await process.wait()
        except TimeoutError:
            words = f"reading the document took longer than {self._settings.timeout_s:g} s"
            raise unreadable("document_too_slow", words) from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            # The transport is closed with the process; without the wait it would be left to the collector.
            await asyncio.shield(process.wait())
        if code != 0 or not answer or len(answer) > _MAX_ANSWER_BYTES:
            raise _died(code)
        return json.loads(answer)

    async def _start(self) -> asyncio.subprocess.Process:
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        source = str(Path(dynagent.__file__).parent.parent)
        libraries = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
        order = {
            "paths": [source, *libraries],
            "memory_bytes": self._settings.memory_mb * MIB,
            "cpu_s": self._settings.cpu_s,
            "layers": [layer for layer in self._settings.required_layers.split(",") if layer],
        }
        try:
            await self._unpack_library(order)
            return await self._run(str(Path(extractor.__file__)), json.dumps(order))
        except OSError as error:
            raise Unavailable(f"the process that reads documents cannot be started: {error}") from error

    async def _unpack_library(self, order: dict[str, Any]) -> None:
        """Have the parser put the library that it unpacks where only we write: the confined process may not write."""
        if any(self._place.glob("kreuzberg-pdfium/libpdfium*")):
            return
        code = f"import sys; sys.path[:0] = {order['paths']!r}\nfrom {reading.__name__} import warm_up; warm_up()"
        process = await self._run("-c", code)
        await process.communicate()

    async def _run(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-B", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"LANG": "C.UTF-8", "HOME": "/", "TZ": "UTC", "MALLOC_ARENA_MAX": "2", "TMPDIR": str(self._place)},
            cwd="/",
            start_new_session=True,
        )


def unreadable(code: str, words: str) -> DocumentUnreadable:
    """Return the error with the reason's own code, where it is one of the document's."""
    error = DocumentUnreadable(words, extra={"reason": code})
    error.code = code
    return error


def _died(code: int) -> DocumentUnreadable:
    if code == -signal.SIGXCPU:
        return unreadable("document_too_slow", "reading the document took more computing time than a document may")
    if code < 0:
        reason = signal.Signals(-code).name if -code in signal.Signals.__members__.values() else str(-code)
        return unreadable("document_broken", f"the reader of documents died over it ({reason})")
    return unreadable("document_broken", "the reader of documents failed over it")
