"""The embedding model that comes with the product: a process that begins with the first text and ends when idle."""

import array
import asyncio
import json
import os
import sys
import sysconfig
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

import dynagent
from dynagent.core.knowledge import BUILT_IN, Embedder, EmbeddingFailed, EmbeddingModelUnavailable, Vectors
from dynagent.infrastructure.embeddings.inside import server, weights

DIMENSIONS = 384
_LINE_LIMIT = 1 << 16


def _threads() -> int:
    """Return how many threads help: two on two busy cores took twice the CPU time of one, waiting for each other."""
    return max(1, min(4, (os.cpu_count() or 1) // 2))


class BuiltInSettings(BaseSettings):
    """The process of the built-in embedding model (environment names start with EMBEDDING_)."""

    model_config = SettingsConfigDict(
        env_prefix="EMBEDDING_", env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True
    )

    idle_s: float = Field(default=120.0, gt=0, description="Seconds without a text after which the process ends.")
    timeout_s: float = Field(default=120.0, gt=0, description="Seconds for one batch.")
    threads: int = Field(default_factory=_threads, ge=1, le=64)


class BuiltInEmbedder(Embedder):
    """all-MiniLM-L6-v2 in a process of its own. One batch at a time; questions do not wait for more than one."""

    def __init__(self, settings: BuiltInSettings) -> None:
        self._settings = settings
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._ending: asyncio.TimerHandle | None = None

    @property
    def key(self) -> str:
        """The model; it is asked nowhere else."""
        return BUILT_IN

    @property
    def batch(self) -> int:
        """Enough to keep a core busy, few enough that a question need not wait long."""
        return 16

    @property
    def installed(self) -> bool:
        """Whether the weights are there."""
        return weights.folder() is not None

    @property
    def is_running(self) -> bool:
        """Whether there is a process now."""
        return self._process is not None and self._process.returncode is None

    async def embed(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """Return a vector of length 1 for each text, and the tokens read. Raises as the port says."""
        async with self._turn:
            self._stay()
            try:
                async with asyncio.timeout(self._settings.timeout_s):
                    try:
                        return await self._asked(texts)
                    except (ConnectionError, asyncio.IncompleteReadError):
                        # It was killed, or ended between two batches: the next one is asked once more.
                        await self._kill()
                        return await self._asked(texts)
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                await self._kill()
                raise EmbeddingFailed(f"the built-in embedding model died over a batch: {error}") from error
            except BaseException as error:
                # What it still writes would be taken for the answer to the next batch.
                await self._kill()
                if isinstance(error, TimeoutError):
                    raise EmbeddingFailed("the built-in embedding model took too long over a batch") from None
                raise
            finally:
                self._leave_when_idle()

    async def aclose(self) -> None:
        """End the process."""
        self._stay()
        await self._kill()

    async def _asked(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        process = self._process if self.is_running else await self._start()
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(list(texts)).encode() + b"\n")
        await process.stdin.drain()
        head = await self._head(process)
        numbers = array.array("f")
        numbers.frombytes(await process.stdout.readexactly(head["rows"] * DIMENSIONS * 4))
        rows = [numbers[at : at + DIMENSIONS] for at in range(0, len(numbers), DIMENSIONS)]
        return rows, head["tokens"]

    async def _start(self) -> asyncio.subprocess.Process:
        libraries = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
        order = {
            "paths": [str(Path(dynagent.__file__).parent.parent), *libraries],
            "threads": self._settings.threads,
        }
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-B", str(Path(server.__file__)), json.dumps(order)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"LANG": "C.UTF-8", "HOME": "/", "OPENBLAS_NUM_THREADS": str(self._settings.threads)},
                cwd="/",
                limit=_LINE_LIMIT,
                start_new_session=True,
            )
        except OSError as error:
            raise EmbeddingModelUnavailable(f"the built-in embedding model cannot be started: {error}") from error
        head = await self._head(self._process)
        if "error" in head:
            await self._kill()
            raise EmbeddingModelUnavailable(f"the built-in embedding model cannot be used: {head['error']}")
        return self._process

    async def _head(self, process: asyncio.subprocess.Process) -> dict[str, Any]:
        assert process.stdout is not None
        return json.loads(await process.stdout.readuntil(b"\n"))

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await asyncio.shield(process.wait())

    def _stay(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None

    def _leave_when_idle(self) -> None:
        if self.is_running:
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(self._settings.idle_s, self._end_soon)

    def _end_soon(self) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not self._turn.locked():
            process.stdin.close()  # it reads the end of its input, and ends
            self._process = None
