"""Files in memory: their facts, their bytes, what they are attached to."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from dynagent.core.files import (
    ContentMissing,
    FileFilter,
    FileNotFound,
    Files,
    FilesOfRuns,
    FileUsage,
    Objects,
    ObjectsAway,
    ObjectsInUse,
    StoredFile,
    StoredObject,
    Upload,
    Uploads,
    VirusScan,
    key_of,
)
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import Page, PageRequest
from tests.fakes.pages import page_of

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def a_file(
    *, name: str = "notes.txt", content_type: str = "text/plain", size: int = 5, user_id: str = ""
) -> StoredFile:
    """Return the facts of a file."""
    id, owner = new_id(), user_id or new_id()
    return StoredFile(
        id=id,
        user_id=owner,
        name=name,
        content_type=content_type,
        size=size,
        content_hash=id.replace("-", "").ljust(64, "0"),
        object_key=key_of(owner, id),
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


class FakeFiles(Files, FilesOfRuns):
    """The files that a test puts into `stored`, by id."""

    def __init__(self, *files: StoredFile) -> None:
        self.stored = {file.id: file for file in files}
        self.uploads: FakeUploads | None = None

    async def create(self, entity: StoredFile) -> StoredFile:
        """Keep it."""
        self.stored[entity.id] = entity
        return entity

    async def get_by_id(self, id: str) -> StoredFile | None:
        """Look it up."""
        return self.stored.get(id)

    async def update(self, entity: StoredFile) -> StoredFile:
        """Keep it."""
        return await self.create(entity)

    async def delete(self, id: str) -> bool:
        """Forget it."""
        return self.stored.pop(id, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[StoredFile]:
        """List."""
        return list(self.stored.values())[skip : skip + limit]

    async def find(self, wanted: FileFilter, page: PageRequest) -> Page[StoredFile]:
        """Cut."""
        return page_of(list(self.stored.values()), page, lambda file: file.id)

    async def of_hash(self, content_hash: str) -> StoredFile | None:
        """Look it up."""
        return next((file for file in self.stored.values() if file.content_hash == content_hash), None)

    async def all_existing(self, ids: Sequence[str]) -> list[StoredFile]:
        """Look them up."""
        for id in ids:
            if id not in self.stored:
                raise FileNotFound(f"there is no file {id!r}")
        return [self.stored[id] for id in ids]

    async def usage(self, *, lock: bool = False) -> FileUsage:
        """Count."""
        begun = list(self.uploads.stored.values()) if self.uploads is not None else []
        sizes = [file.size for file in self.stored.values()] + [upload.size for upload in begun]
        return FileUsage(len(sizes), sum(sizes))

    async def of_run(self, user_id: str, agent_id: str, ids: Sequence[str]) -> list[StoredFile]:
        """Look them up."""
        return [self.stored[id] for id in ids if id in self.stored]


class FakeUploads(Uploads):
    """The uploads of one test."""

    def __init__(self) -> None:
        self.stored: dict[str, Upload] = {}

    async def create(self, entity: Upload) -> Upload:
        """Keep it."""
        self.stored[entity.id] = entity
        return entity

    async def get_by_id(self, id: str) -> Upload | None:
        """Look it up."""
        return self.stored.get(id)

    async def update(self, entity: Upload) -> Upload:
        """Keep it."""
        return await self.create(entity)

    async def delete(self, id: str) -> bool:
        """Forget it."""
        return self.stored.pop(id, None) is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[Upload]:
        """List."""
        return list(self.stored.values())[skip : skip + limit]

    async def count(self) -> int:
        """Count."""
        return len(self.stored)

    async def page_of_all(self, page: PageRequest) -> Page[Upload]:
        """Cut."""
        return page_of(list(self.stored.values()), page, lambda upload: upload.id)


class FakeObjects(Objects):
    """Objects in a dictionary; `away` has everything refused."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}
        self.written: dict[str, datetime] = {}
        self.away = False

    async def put(self, key: str, content: AsyncIterable[bytes]) -> int:
        """Keep it."""
        self._check()
        self.stored[key] = b"".join([chunk async for chunk in content])
        return len(self.stored[key])

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncGenerator[bytes]:
        """Give it."""
        self._check()
        if key not in self.stored:
            raise ContentMissing(f"there is no {key}")
        yield self.stored[key][start : None if length is None else start + length]

    async def delete(self, keys: Sequence[str]) -> None:
        """Forget them."""
        self._check()
        for key in keys:
            self.stored.pop(key, None)

    async def list(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        """List them."""
        self._check()
        found = [key for key in sorted(self.stored) if key.startswith(prefix)]
        yield [StoredObject(key, len(self.stored[key]), self.written.get(key, LONG_AGO)) for key in found]

    async def sweep_unfinished(self, *, before: datetime) -> int:
        """Nothing is unfinished."""
        return 0

    def _check(self) -> None:
        if self.away:
            raise ObjectsAway("the store is away")


@dataclass
class FakeObjectsInUse(ObjectsInUse):
    """Knows the keys of these files."""

    files: FakeFiles

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[bool]:
        """Nobody else is there."""
        yield True

    async def unknown(self, keys: Sequence[str]) -> list[str]:
        """Compare."""
        known = {file.object_key for file in self.files.stored.values()}
        return [key for key in keys if key not in known]

    async def drop_idle_uploads(self, *, before: datetime, most: int) -> int:
        """None lies idle."""
        return 0


@dataclass
class FakeScan(VirusScan):
    """Refuses with `error`, if any."""

    enabled: bool = False  # pyright: ignore[reportIncompatibleMethodOverride]
    error: Exception | None = None

    async def check(self, content: AsyncIterable[bytes]) -> None:
        """Look at all of it."""
        async for _ in content:
            pass
        if self.error is not None:
            raise self.error
