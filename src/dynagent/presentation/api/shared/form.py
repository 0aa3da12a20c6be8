"""The file of a form, read as it arrives: nothing of it is gathered in memory or on disk."""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from dynagent.core.shared.errors import DynagentError, ErrorKind, InvalidInput, MalformedInput, Violation

MAX_BESIDE = 64 * 1024
"""Bytes of fields and headers that may stand before and after the file."""


class NotAForm(DynagentError):
    """The body is not `multipart/form-data`."""

    kind = ErrorKind.MALFORMED
    code = "malformed_input"


class FormFile:
    """The one part of a form that has a file's name; `name` is known once `opened`."""

    def __init__(self, request: Request) -> None:
        _, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if not boundary or len(boundary) > 70:
            raise NotAForm("the form names no boundary of 1 to 70 characters in its Content-Type")
        self.name = ""
        self._body: AsyncIterator[bytes] = aiter(request.stream())
        self._ready = deque[bytes]()
        self._header = [b"", b""]
        self._in_file = self._found = self._ended = False
        self._beside = 0
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": lambda data, start, end: self._add(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._add(1, data[start:end]),
                "on_header_end": self._header_ends,
                "on_part_data": self._part_data,
                "on_part_end": self._part_ends,
                "on_end": self._end,
            },
        )

    async def opened(self) -> AsyncIterable[bytes]:
        """Return the file's content as a stream. Raises MalformedInput, InvalidInput for a form without a file."""
        while not self._found:
            if not await self._read():
                raise InvalidInput(
                    "the form holds no file", violations=[Violation("/file", "missing", "a part with a filename")]
                )
        return self._content()

    async def _content(self) -> AsyncGenerator[bytes]:
        more = True
        while more:
            while self._ready:
                yield self._ready.popleft()
            more = await self._read()
        if not self._ended:
            raise MalformedInput("the form ends before its last boundary: a part of the file is missing")

    async def _read(self) -> bool:
        chunk = await anext(self._body, b"")
        if not chunk:
            return False
        try:
            self._parser.write(chunk)
        except ValueError as error:
            raise MalformedInput(f"the body is no form: {error}") from None
        if self._beside > MAX_BESIDE:
            raise MalformedInput(f"beside its file the form holds more than {MAX_BESIDE} bytes")
        return True

    def _part_begins(self) -> None:
        self._header = [b"", b""]

    def _add(self, place: int, data: bytes) -> None:
        self._beside += len(data)
        if self._beside <= MAX_BESIDE:
            self._header[place] += data

    def _header_ends(self) -> None:
        field, value = self._header
        self._header = [b"", b""]
        if field.strip().lower() != b"content-disposition":
            return
        _, options = parse_options_header(value)
        name = options.get(b"filename")
        if name is None:
            return
        if self._found:
            words = "holds one file; send others by themselves"
            raise InvalidInput(f"a form {words}", violations=[Violation("/file", "one", words)])
        self.name = name.decode("utf-8", "replace")
        self._in_file = self._found = True

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._ready.append(data[start:end])
        else:
            self._beside += end - start

    def _part_ends(self) -> None:
        self._in_file = False

    def _end(self) -> None:
        self._ended = True
