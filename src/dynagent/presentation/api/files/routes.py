"""Routes of files."""

from collections.abc import AsyncIterable
from typing import Annotated, Any

from fastapi import Query, Request, Response

from dynagent.application.commands.files import CheckRoom, DeleteFile, UploadFile
from dynagent.application.queries.files import GetFile, GetFileUsage, ListFiles
from dynagent.core.files import FileFilter
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.presentation.api.files.bodies import FileDetailsOut, FileList, FileUsageOut, UploadedFileOut
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.forcing import Force
from dynagent.presentation.api.shared.form import FormFile
from dynagent.presentation.api.shared.limits import StreamedRoute
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("files", "Files")
streamed = noun_router("files", "Files", StreamedRoute)

_BINARY = {"type": "string", "format": "binary"}
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": _BINARY}}
            },
            "application/octet-stream": {"schema": _BINARY},
        },
    }
}
Name = Annotated[
    str | None, Query(min_length=1, max_length=1000, description="The file's name, where the body is only its bytes.")
]


@streamed.post(
    "/upload",
    status_code=201,
    operation_id="upload_file",
    summary="Upload a file",
    openapi_extra=FORM,
    responses={200: {"description": "You had this content already: it is that file.", "model": UploadedFileOut}},
)
async def upload_file(request: Request, response: Response, ask: Ask, name: Name = None) -> UploadedFileOut:
    """Store a file in one request: a form with one file, or its bytes with `name`.

    What it is, its first bytes say. Large files over lines that break: `POST /files/uploads`.
    """
    # Who may not, or has no room left, is told so before anything of the body is read.
    await ask(CheckRoom())
    called, content, size = await _sent(request, name)
    uploaded = await ask(UploadFile(called, content, size))
    response.status_code = 200 if uploaded.repeated else 201
    response.headers["Location"] = f"/api/v1/files/{uploaded.file.id}"
    return UploadedFileOut.of_uploaded(uploaded)


@router.get("", operation_id="list_files", summary="List files")
async def list_files(
    *,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    search: Annotated[str | None, Query(min_length=1, max_length=255, description="Part of the name.")] = None,
    content_type: Annotated[
        str | None, Query(min_length=1, max_length=255, description="The type or how it begins: `image/`.")
    ] = None,
) -> FileList:
    """List your files, newest first."""
    found = await ask(ListFiles(FileFilter(search, content_type), page))
    link_next(request, response, found)
    return FileList.of(found)


@router.get("/usage", operation_id="get_file_usage", summary="Get the use of the file quota")
async def get_file_usage(ask: Ask) -> FileUsageOut:
    """Say how many files and bytes you have, and may have."""
    return FileUsageOut.of(await ask(GetFileUsage()))


@router.get("/{file_id}", operation_id="get_file", summary="Get a file")
async def get_file(file_id: str, ask: Ask) -> FileDetailsOut:
    """Give a file's facts and what it is attached to."""
    return FileDetailsOut.of_view(await ask(GetFile(file_id)))


@router.delete("/{file_id}", status_code=204, operation_id="delete_file", summary="Delete a file")
async def delete_file(file_id: str, ask: Ask, force: Force = False) -> None:
    """Delete a file and its bytes; one that is attached to agents or workflows only by `force`."""
    await ask(DeleteFile(file_id, force))


async def _sent(request: Request, name: str | None) -> tuple[str, AsyncIterable[bytes], int | None]:
    """Return a name, bytes, and how many are announced; of a form it is not known how many are the file's."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data":
        form = FormFile(request)
        content = await form.opened()
        return name or form.name, content, None
    if name is None:
        words = "is required where the body is no form"
        raise InvalidInput(f"name: {words}", violations=[Violation("/query/name", "missing", words, "query")])
    length = request.headers.get("content-length", "")
    return name, request.stream(), int(length) if length.isdigit() and int(length) > 0 else None
