"""Routes of uploads in parts: begin, go on at an offset, ask where that is, give up."""

from typing import Annotated, Any

from fastapi import Header, Request, Response

from dynagent.application.commands.files import AbortUpload, BeginUpload, ContinueUpload, FindUpload
from dynagent.application.queries.files import ListUploads
from dynagent.core.files import Upload
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.presentation.api.files.bodies import MAX_SIZE, UploadBody, UploadList, UploadOut
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.limits import StreamedRoute
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("files", "Files")
streamed = noun_router("files", "Files", StreamedRoute)

BYTES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
UploadOffset = Annotated[
    int | None, Header(ge=0, le=MAX_SIZE, description="The upload's offset, where these bytes begin.")
]


@router.post("/uploads", status_code=201, operation_id="begin_upload", summary="Begin an upload in parts")
async def begin_upload(body: UploadBody, response: Response, ask: Ask) -> UploadOut:
    """Begin an upload that survives broken lines and restarts; its bytes follow by `PATCH` on its `Location`."""
    upload = await ask(BeginUpload(body.name, body.size, body.content_hash))
    response.headers["Location"] = f"/api/v1/files/uploads/{upload.id}"
    _describe(response, upload)
    return UploadOut.of(upload)


@router.get("/uploads", operation_id="list_uploads", summary="List begun uploads")
async def list_uploads(request: Request, response: Response, page: PageOf, ask: Ask) -> UploadList:
    """List your uploads that are not whole, newest first; one that lies idle for a day is removed."""
    found = await ask(ListUploads(page))
    link_next(request, response, found)
    return UploadList.of(found)


@router.get("/uploads/{upload_id}", operation_id="get_upload", summary="Get an upload's offset")
async def get_upload(upload_id: str, response: Response, ask: Ask) -> UploadOut:
    """Say where an upload goes on, also in the header `Upload-Offset` (so `HEAD` is enough)."""
    upload = await ask(FindUpload(upload_id))
    _describe(response, upload)
    return UploadOut.of(upload)


@streamed.patch(
    "/uploads/{upload_id}", operation_id="continue_upload", summary="Continue an upload", openapi_extra=BYTES
)
async def continue_upload(
    upload_id: str, request: Request, response: Response, ask: Ask, upload_offset: UploadOffset = None
) -> UploadOut:
    """Add bytes at the upload's offset, as many as you like; the answer to the last ones has the `file`.

    When the line breaks, what has arrived stays. When only the end failed (the object store was away, say), send no
    byte at the upload's end to try that again.
    """
    if upload_offset is None:
        at = (await ask(FindUpload(upload_id))).offset
        words = f"is required: where these bytes begin; the upload goes on at {at}"
        raise InvalidInput(
            f"Upload-Offset {words}", violations=[Violation("/header/Upload-Offset", "missing", words, "header")]
        )
    progress = await ask(ContinueUpload(upload_id, upload_offset, request.stream()))
    _describe(response, progress.upload)
    return UploadOut.of_progress(progress)


@router.delete("/uploads/{upload_id}", status_code=204, operation_id="abort_upload", summary="Abort an upload")
async def abort_upload(upload_id: str, ask: Ask) -> None:
    """Give an upload up; what has arrived of it is removed."""
    await ask(AbortUpload(upload_id))


def _describe(response: Response, upload: Upload) -> None:
    response.headers["Upload-Offset"] = str(upload.offset)
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Cache-Control"] = "no-store"
