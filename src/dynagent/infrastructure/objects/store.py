"""The object store over obstore, which is loaded with the first object: until then it costs nothing.

obstore tells nearly every trouble as one kind of error; what it means here is decided by the call: a missing object is
ContentMissing, everything else ObjectsAway.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynagent.core.files import ContentMissing, Objects, ObjectsAway, StoredObject
from dynagent.infrastructure.files.data_directory import make_directory
from dynagent.infrastructure.objects.settings import ObjectSettings

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CHUNK_BYTES = 5 * 1024 * 1024
"""S3's smallest part of a multipart upload; what is in memory of a stream is a few of these."""
AT_ONCE = 3
PER_BATCH = 500
READ_BYTES = 256 * 1024
RETRIES = 2
_STAGED = re.compile(r"#\d+$")
"""How obstore calls a local object that is being written."""


class ObstoreObjects(Objects):
    """Opens the store when it is first asked for something."""

    def __init__(self, settings: ObjectSettings, data_dir: Path) -> None:
        self._settings = settings
        self._folder = settings.folder(data_dir)
        self._place = settings.place(data_dir)
        self._store: ObjectStore | None = None

    @property
    def place(self) -> str:
        """Where the objects are, for people."""
        return self._place

    @property
    def is_unused(self) -> bool:
        """Whether it is a folder that nobody has made yet."""
        return self._folder is not None and not self._folder.exists()

    async def put(self, key: str, content: AsyncIterable[bytes]) -> int:
        """Store a stream; what the stream raises is raised as it is."""
        # A process that stores no file never loads it.
        import obstore

        counted = _Counted(content)
        async with self._in_our_words(counted):
            store = await self._open()
            await obstore.put_async(
                store, key, counted.stream(), use_multipart=True, chunk_size=CHUNK_BYTES, max_concurrency=AT_ONCE
            )
        return counted.size

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        """Stream an object or a part of it."""
        # A process that stores no file never loads it.
        import obstore

        options: Any = {"range": {"offset": start} if length is None else (start, start + length)}
        async with self._in_our_words():
            store = await self._open()
            found = await obstore.get_async(store, key, options=options if start or length is not None else None)
        # Outside: what whoever reads raises into this generator is none of the store's business.
        chunks = found.stream(min_chunk_size=READ_BYTES).__aiter__()
        while True:
            async with self._in_our_words():
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            yield bytes(chunk)

    async def delete(self, keys: Sequence[str]) -> None:
        """Remove objects one by one: a store that knows no bulk deletion, or not all keys, then does as well."""
        # A process that stores no file never loads it.
        import obstore

        for key in keys:
            async with self._in_our_words():
                try:
                    await obstore.delete_async(await self._open(), key)
                except FileNotFoundError:
                    continue

    async def list(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        """Give the objects below a prefix; nothing is loaded for a folder that is not there yet."""
        if self.is_unused:
            return
        # A process that stores no file never loads it.
        import obstore

        async with self._in_our_words():
            listed = obstore.list(await self._open(), prefix, chunk_size=PER_BATCH)  # pyright: ignore[reportUnknownMemberType]
            batches = listed.__aiter__()
        while True:
            async with self._in_our_words():
                batch = await anext(batches, None)
            if batch is None:
                return
            yield [StoredObject(meta["path"], meta["size"], meta["last_modified"]) for meta in batch]

    async def sweep_unfinished(self, *, before: datetime) -> int:
        """Remove half-written files of a local folder; of buckets their own rule of lifecycle does it."""
        if self._folder is None or self.is_unused:
            return 0
        return await asyncio.to_thread(_sweep_staged, self._folder, before)

    async def _open(self) -> "ObjectStore":
        if self._store is None:
            self._store = await asyncio.to_thread(self._opened)
        return self._store

    def _opened(self) -> "ObjectStore":
        # As above.
        from obstore.store import LocalStore, from_url

        if self._folder is not None:
            make_directory(self._folder, mode=0o700)
            return LocalStore(self._folder)
        url, encryption = self._settings.object_store_url, self._settings.object_encryption
        assert url is not None
        config: Any = {} if encryption == "bucket" else {"aws_server_side_encryption": encryption}
        return from_url(
            url.get_secret_value(),
            config=config,
            client_options={"timeout": timedelta(seconds=self._settings.object_timeout_s)},
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=self._settings.object_timeout_s)},
        )

    @asynccontextmanager
    async def _in_our_words(self, stream: "_Counted | None" = None) -> AsyncGenerator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise ContentMissing("the bytes of the file are not in the object store any more") from error
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as error:
            if stream is not None and stream.failed is not None:
                raise stream.failed from None
            if isinstance(error, ContentMissing | ObjectsAway):
                raise
            raise ObjectsAway(
                f"the object store {self._place} cannot be used: {_first_line(error)}", retry_after_s=5.0
            ) from error


class _Counted:
    """A stream with its bytes counted, and its own failure told apart from the store's."""

    def __init__(self, content: AsyncIterable[bytes]) -> None:
        self._content = content
        self.size = 0
        self.failed: Exception | None = None

    async def stream(self) -> AsyncGenerator[bytes]:
        try:
            async for chunk in self._content:
                self.size += len(chunk)
                if chunk:
                    yield chunk
        except Exception as error:
            self.failed = error
            raise


def _first_line(error: Exception) -> str:
    """Return what went wrong without the library's dump of its own state, which names keys and requests."""
    lines = str(error).strip().splitlines()
    return lines[0][:300].strip() if lines else type(error).__name__


def _sweep_staged(folder: Path, before: datetime) -> int:
    removed = 0
    for path in folder.rglob("*#*"):
        try:
            written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if _STAGED.search(path.name) and path.is_file() and written < before:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed
