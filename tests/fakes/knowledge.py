"""What runs that take documents in stand on, in memory."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass, field

from dynagent.core.files import Objects, ObjectsAway, StoredObject
from dynagent.core.knowledge import Chunk, Chunking, DocumentUnreadable, Extracted, WebPage


@dataclass
class FakeObjects(Objects):
    """Objects in memory; `away` says how often the store is not there."""

    stored: dict[str, bytes] = field(default_factory=dict[str, bytes])
    away: int = 0

    async def put(self, key: str, content: AsyncIterable[bytes]) -> int:
        self.stored[key] = b"".join([part async for part in content])
        return len(self.stored[key])

    async def get(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        if self.away:
            self.away -= 1
            raise ObjectsAway("away")
        yield self.stored[key]

    async def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.stored.pop(key, None)

    async def list(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        yield []


class FakeExtraction:
    """Extraction: each line is a chunk; a document that says `broken` is."""

    async def extract(self, content: bytes, *, media_type: str, name: str, chunking: Chunking) -> Extracted:
        text = content.decode()
        if text.startswith("broken"):
            raise DocumentUnreadable("it is broken")
        return Extracted([Chunk(at, line, None, 0) for at, line in enumerate(text.splitlines())])


@dataclass
class FakeEmbeddings:
    """A model of two dimensions that notes what it is asked; `fails` is raised at the batch with this number."""

    key: str = "model"
    batch: int = 2
    dimensions: int = 2
    fails: dict[int, BaseException] = field(default_factory=dict[int, BaseException])
    asked: list[str] = field(default_factory=list[str])
    calls: int = 0
    default = "model"

    async def of(self, user_id: str, model: str) -> "FakeEmbeddings":
        return self

    async def embed(self, texts: Sequence[str]) -> tuple[list[list[float]], int]:
        self.calls += 1
        if self.calls in self.fails:
            raise self.fails[self.calls]
        self.asked += texts
        return [[1.0] + [0.0] * (self.dimensions - 1) for _ in texts], len(texts)


class FakePages:
    """A site in memory: url → (title, links)."""

    def __init__(self, **site: list[str]) -> None:
        self.site = {f"https://x.org/{name}": links for name, links in site.items()}

    async def fetch(self, url: str) -> WebPage:
        if url not in self.site:
            raise DocumentUnreadable("the server answered 404")
        return WebPage(
            url, f"page {url}".encode(), "text/html", url[-1], [f"https://x.org/{to}" for to in self.site[url]]
        )


class FakeIndexes:
    """No space needs an index."""

    async def is_due(self, space: int) -> bool:
        return False

    async def make(self, space: int) -> None:
        raise AssertionError("not due")
