"""A file's bytes over HTTP: whole or one range of them, never as anything that a browser would run."""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from dynagent.application.queries.files import GetFile, OpenContent
from dynagent.core.files import StoredFile, shown_inline
from dynagent.core.shared.errors import MalformedInput
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.problems import MEDIA_TYPE
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("files", "Files")

_RANGE = re.compile(r"^bytes=(\d{0,18})-(\d{0,18})$")
BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bytes, under the type that they are of.",
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    },
    206: {"description": "The asked range of bytes."},
    304: {"description": "`If-None-Match` names this content."},
    416: {
        "description": "The range begins behind the end.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    },
}
Inline = Annotated[
    bool, Query(description="Have browsers show it in place: images, PDF and plain text; all others are downloads.")
]


@dataclass(frozen=True, slots=True)
class Range:
    """`length` bytes from `start` on."""

    start: int
    length: int


@router.get(
    "/{file_id}/content",
    operation_id="read_file",
    summary="Read a file's content",
    response_class=Response,
    responses=BYTES,
)
async def read_file(file_id: str, request: Request, ask: Ask, inline: Inline = False) -> Response:
    """Give a file's bytes; `Range` asks for a part of them, `If-None-Match` for those that are not known yet."""
    file = (await ask(GetFile(file_id))).file
    headers = _headers(file, inline=inline)
    if headers["ETag"] in re.split(r"\s*,\s*", request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    wanted = _range_of(request, file)
    if wanted is None:
        raise HTTPException(416, f"the file has {file.size} bytes", {"Content-Range": f"bytes */{file.size}"})
    headers["Content-Length"] = str(wanted.length)
    partial = wanted.length < file.size
    if partial:
        headers["Content-Range"] = f"bytes {wanted.start}-{wanted.start + wanted.length - 1}/{file.size}"
    status = 206 if partial else 200
    if request.scope.get("dynagent.head"):
        return Response(status_code=status, headers=headers)
    content = await ask(OpenContent(file_id, wanted.start, wanted.length if partial else None))
    return StreamingResponse(content, status, headers=headers)


def _headers(file: StoredFile, *, inline: bool) -> dict[str, str]:
    disposition = "inline" if inline and shown_inline(file.content_type) else "attachment"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file.name)
    return {
        "Content-Disposition": f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        # As it is, without a charset: in which encoding a text is, nobody has said.
        "Content-Type": file.content_type,
        "ETag": f'"{file.content_hash}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
    }


def _range_of(request: Request, file: StoredFile) -> Range | None:
    """Return the asked range, the whole file without one, None for one behind the end.

    Of several ranges, and of a range of another content (`If-Range`), it is the whole file (RFC 9110).
    """
    whole = Range(0, file.size)
    asked = request.headers.get("range")
    if asked is None or request.headers.get("if-range", f'"{file.content_hash}"') != f'"{file.content_hash}"':
        return whole
    found = _RANGE.match(asked.replace(" ", ""))
    if found is None:
        return whole
    first, last = found.groups()
    if not first and not last:
        raise MalformedInput("Range: says neither where to begin nor how many bytes")
    if not first:
        length = min(int(last), file.size)
        return Range(file.size - length, length) if length else None
    start = int(first)
    end = min(int(last), file.size - 1) if last else file.size - 1
    if last and int(last) < start:
        return whole
    return None if start >= file.size else Range(start, end - start + 1)
