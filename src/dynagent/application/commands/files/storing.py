"""Storing a content: looked at while it streams by, scanned once it is there, kept only when nothing is against it."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import suppress
from dataclasses import dataclass

from dynagent.core.files import (
    HEAD_BYTES,
    FileLimits,
    FileTooLarge,
    Objects,
    ObjectsAway,
    StoredFile,
    TypeOf,
    VirusScan,
    clean_name,
    key_of,
)
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import NewId, new_id


class Passing:
    """A content on its way: its bytes counted and hashed, its beginning kept."""

    def __init__(
        self, content: AsyncIterable[bytes], *, most: int, limits: FileLimits, type_of: TypeOf, name: str
    ) -> None:
        self._content = content
        self._most = most
        self._limits = limits
        self._type_of = type_of
        self._name = name
        self._hash = hashlib.sha256()
        self._head = bytearray()
        self._looked_at = False
        self.size = 0
        self.content_type = ""

    @property
    def content_hash(self) -> str:
        """SHA-256 in hex of what has passed."""
        return self._hash.hexdigest()

    async def stream(self) -> AsyncGenerator[bytes]:
        """Give the content on. Raises FileTooLarge, TypeNotAllowed, InvalidInput for no byte at all."""
        async for chunk in self._content:
            self.size += len(chunk)
            if self.size > self._most:
                raise FileTooLarge(f"the file is larger than {self._most} bytes", extra={"limit": self._most})
            self._hash.update(chunk)
            if not self._looked_at:
                self._head += chunk[: HEAD_BYTES - len(self._head)]
                if len(self._head) >= HEAD_BYTES:
                    self._look()
            yield chunk
        if self.size == 0:
            raise InvalidInput("the file is empty", violations=[Violation("/file", "not_empty", "has at least 1 byte")])
        if not self._looked_at:
            self._look()

    def _look(self) -> None:
        self._looked_at = True
        self.content_type = self._type_of(bytes(self._head), self._name)
        self._limits.check_type(self.content_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Storing:
    """Puts a content into the object store; `keep` is what the tables are told then."""

    objects: Objects
    scan: VirusScan
    type_of: TypeOf
    limits: FileLimits
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def stored(self, name: str, content: AsyncIterable[bytes], *, owner: str, most: int) -> StoredFile:
        """Return the facts of a content that is stored now, and that nobody knows yet.

        Raises FileTooLarge, TypeNotAllowed, Infected, ScannerAway, ObjectsAway, InvalidInput: nothing is left then.
        """
        file_id, now = self.new_id(), self.clock()
        key = key_of(owner, file_id)
        name = clean_name(name)
        passing = Passing(content, most=most, limits=self.limits, type_of=self.type_of, name=name)
        try:
            await self.objects.put(key, passing.stream())
            if self.scan.enabled:
                await self.scan.check(self.objects.get(key))
        except BaseException:
            await self.forget(key)
            raise
        return StoredFile(
            id=file_id,
            user_id=owner,
            name=name,
            content_type=passing.content_type,
            size=passing.size,
            content_hash=passing.content_hash,
            object_key=key,
            scanned_at=self.clock() if self.scan.enabled else None,
            created_at=now,
            updated_at=now,
        )

    async def forget(self, *keys: str) -> None:
        """Remove objects that nobody knows of; what cannot be removed now, the sweep removes."""
        with suppress(ObjectsAway):
            await self.objects.delete(keys)
