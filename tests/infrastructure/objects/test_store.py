"""The object store: one contract, on a folder and on a memory store; what is said when it is away."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from dynagent.core.files import ContentMissing, ObjectsAway
from dynagent.infrastructure.objects.settings import ObjectSettings
from dynagent.infrastructure.objects.store import ObstoreObjects

CHUNK = 1024 * 1024


@pytest.fixture(params=["folder", "memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> ObstoreObjects:
    """A store without objects."""
    store = ObstoreObjects(ObjectSettings(), tmp_path)
    if request.param == "memory":
        store._store = MemoryStore()  # pyright: ignore[reportPrivateUsage]
        store._folder = None  # pyright: ignore[reportPrivateUsage]
    return store


async def stream(*chunks: bytes, error: Exception | None = None) -> AsyncGenerator[bytes]:
    for chunk in chunks:
        yield chunk
    if error is not None:
        raise error


async def read(objects: ObstoreObjects, key: str, *, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in objects.get(key, start=start, length=length)])


async def keys(objects: ObstoreObjects, prefix: str) -> list[str]:
    return [found.key async for batch in objects.list(prefix) for found in batch]


async def test_what_is_put_is_there_whole_and_in_parts(objects: ObstoreObjects) -> None:
    size = await objects.put("files/u/1", stream(*(bytes([n]) * CHUNK for n in range(12))))

    assert size == 12 * CHUNK
    assert len(await read(objects, "files/u/1")) == size
    assert await read(objects, "files/u/1", start=CHUNK - 1, length=2) == b"\x00\x01"
    assert await read(objects, "files/u/1", start=size - 2) == b"\x0b\x0b"


async def test_a_stream_that_breaks_leaves_nothing_and_raises_its_own_error(objects: ObstoreObjects) -> None:
    with pytest.raises(ZeroDivisionError):
        await objects.put("files/u/2", stream(bytes(7 * CHUNK), error=ZeroDivisionError()))

    assert await keys(objects, "files/") == []


async def test_what_is_missing_is_said_and_deleting_it_is_no_error(objects: ObstoreObjects) -> None:
    with pytest.raises(ContentMissing):
        await read(objects, "files/u/none")

    await objects.delete(["files/u/none"])


async def test_objects_are_listed_below_a_prefix_and_deleted(objects: ObstoreObjects) -> None:
    for key in ("files/u/1", "files/u/2", "uploads/x/1"):
        await objects.put(key, stream(b"x"))

    assert sorted(await keys(objects, "files/")) == ["files/u/1", "files/u/2"]
    await objects.delete(["files/u/1", "files/u/2"])
    assert await keys(objects, "files/") == []
    assert await keys(objects, "uploads/") == ["uploads/x/1"]


async def test_nothing_is_made_or_loaded_before_the_first_object(tmp_path: Path) -> None:
    objects = ObstoreObjects(ObjectSettings(), tmp_path / "data")

    assert await keys(objects, "files/") == []
    assert await objects.sweep_unfinished(before=datetime.now(UTC)) == 0
    assert not (tmp_path / "data").exists()


async def test_a_store_that_is_away_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "here",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "hidden-secret",
    }.items():
        monkeypatch.setenv(name, value)
    objects = ObstoreObjects(
        ObjectSettings.model_validate({"object_store_url": "s3://bucket/prefix", "object_timeout_s": 5}), Path()
    )

    with pytest.raises(ObjectsAway) as away:
        await objects.put("files/u/1", stream(b"x"))
    with pytest.raises(ObjectsAway):
        await read(objects, "files/u/1")

    assert "s3://bucket/prefix" in away.value.detail
    assert "hidden-secret" not in away.value.detail
    assert "\n" not in away.value.detail


async def test_a_folder_that_is_taken_away_is_reported(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file is in the way")

    with pytest.raises(ObjectsAway):
        await ObstoreObjects(ObjectSettings(), tmp_path).put("files/u/1", stream(b"x"))


async def test_half_written_objects_of_a_folder_are_swept_once_they_are_old(tmp_path: Path) -> None:
    objects = ObstoreObjects(ObjectSettings(), tmp_path)
    await objects.put("files/u/1", stream(b"x"))
    staged = tmp_path / "objects/files/u/2#1"
    staged.write_bytes(b"half")

    assert await keys(objects, "files/") == ["files/u/1"]
    assert await objects.sweep_unfinished(before=datetime.now(UTC) - timedelta(hours=1)) == 0
    assert await objects.sweep_unfinished(before=datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert not staged.exists()
    assert await read(objects, "files/u/1") == b"x"


@pytest.mark.parametrize("url", ["ftp://x", "s3://", "file://host/folder", "file:folder", "just/a/path"])
def test_a_wrong_address_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValueError, match="a bucket"):
        ObjectSettings.model_validate({"object_store_url": url})
