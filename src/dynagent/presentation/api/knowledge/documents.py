"""Routes of the documents of a knowledge base."""

from typing import Annotated, Any

import pydantic
from fastapi import Query, Request, Response
from fastapi.exceptions import RequestValidationError

from dynagent.application.commands.files import UploadFile
from dynagent.application.commands.knowledge import (
    AddFileDocument,
    AddTextDocument,
    AddWebPage,
    RemoveDocument,
    RetryDocuments,
)
from dynagent.application.commands.knowledge.documents import Added
from dynagent.application.queries.knowledge import GetDocument, GetKnowledgeBase, ListChunks, ListDocuments
from dynagent.core.knowledge import DocumentStatus
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.presentation.api.knowledge.document_bodies import (
    ChunkList,
    DocumentAdded,
    DocumentList,
    DocumentOut,
    RetriedOut,
    RetryBody,
    SourceBody,
    TextContentBody,
)
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.form import FormFile
from dynagent.presentation.api.shared.limits import StreamedRoute, read_json
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("knowledge-bases/{kb_id}", "Knowledge")
streamed = noun_router("knowledge-bases/{kb_id}", "Knowledge", StreamedRoute)

MAX_JSON_BYTES = 64 * 1024
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/json": {"schema": SourceBody.model_json_schema()},
        },
    }
}


@streamed.post(
    "/documents",
    status_code=202,
    operation_id="add_document",
    summary="Add a document",
    openapi_extra=_FORM,
    responses={200: {"description": "The base had this document already.", "model": DocumentAdded}},
)
async def add_document(kb_id: str, request: Request, response: Response, ask: Ask) -> DocumentAdded:
    """Take in a file that is sent along (a form), one of your files (`file_id`), or web pages (`url`).

    A file that is sent along becomes one of your files. The answer comes before the document is taken in: follow its
    state, or the run of its `execution_id`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data":
        # Nothing is stored for a base that is not there.
        await ask(GetKnowledgeBase(kb_id))
        form = FormFile(request)
        content = await form.opened()
        uploaded = await ask(UploadFile(form.name, content))
        return _added(await ask(AddFileDocument(kb_id, uploaded.file.id)), response)
    return _added(await _from_source(kb_id, await _source(request), ask), response)


@router.post(
    "/text-content",
    status_code=202,
    operation_id="add_text_content",
    summary="Add a text",
    responses={200: {"description": "The base had this text already.", "model": DocumentAdded}},
)
async def add_text_content(kb_id: str, body: TextContentBody, response: Response, ask: Ask) -> DocumentAdded:
    """Take in a text."""
    return _added(await ask(AddTextDocument(kb_id, body.text, body.name)), response)


@router.get("/documents", operation_id="list_documents", summary="List documents")
async def list_documents(
    *,
    kb_id: str,
    request: Request,
    response: Response,
    page: PageOf,
    ask: Ask,
    status: Annotated[DocumentStatus | None, Query(description="Only those in this state.")] = None,
) -> DocumentList:
    """List the documents of a knowledge base, newest first."""
    found = await ask(ListDocuments(kb_id, status, page))
    link_next(request, response, found)
    return DocumentList.of(found)


@router.post("/documents/retry", status_code=202, operation_id="retry_documents", summary="Retry documents")
async def retry_documents(kb_id: str, body: RetryBody, ask: Ask) -> RetriedOut:
    """Take failed documents in once more: these, or all."""
    ids = None if body.document_ids is None else [str(id) for id in body.document_ids]
    return RetriedOut(documents=await ask(RetryDocuments(kb_id, ids)))


@router.get("/documents/{document_id}", operation_id="get_document", summary="Get a document")
async def get_document(kb_id: str, document_id: str, ask: Ask) -> DocumentOut:
    """Give a document: how far it is, and why it failed."""
    return DocumentOut.of(await ask(GetDocument(kb_id, document_id)))


@router.get("/documents/{document_id}/chunks", operation_id="list_chunks", summary="List the chunks of a document")
async def list_chunks(kb_id: str, document_id: str, page: PageOf, ask: Ask) -> ChunkList:
    """List the chunks that are searched of a document, in their order; pages by `skip` and `limit`."""
    return ChunkList.of(await ask(ListChunks(kb_id, document_id, page)))


@router.delete("/documents/{document_id}", status_code=204, operation_id="remove_document", summary="Remove a document")
async def remove_document(kb_id: str, document_id: str, ask: Ask) -> None:
    """Remove a document with its chunks; a file stays among your files."""
    await ask(RemoveDocument(kb_id, document_id))


async def _source(request: Request) -> SourceBody:
    gathered = bytearray()
    async for chunk in request.stream():
        gathered += chunk
        if len(gathered) > MAX_JSON_BYTES:
            words = f"has at most {MAX_JSON_BYTES} bytes where it is JSON"
            raise InvalidInput(f"the body {words}", violations=[Violation("", "max_length", words)])
    try:
        return SourceBody.model_validate(read_json(bytes(gathered), max_depth=5))
    except pydantic.ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        raise RequestValidationError([{**item, "loc": ("body", *item["loc"])} for item in faults]) from None


async def _from_source(kb_id: str, source: SourceBody, ask: Ask) -> Added:
    if (source.url is None) == (source.file_id is None):
        found = Violation("/url", "one_of", "name a page (url) or a file (file_id), and not both; or send a form")
        raise InvalidInput("a document has one source", violations=[found])
    if source.file_id is not None:
        return await ask(AddFileDocument(kb_id, str(source.file_id)))
    return await ask(AddWebPage(kb_id, source.url or "", source.max_pages, source.max_depth))


def _added(added: Added, response: Response) -> DocumentAdded:
    document = added.document
    response.status_code = 200 if added.repeated else 202
    response.headers["Location"] = f"/api/v1/knowledge-bases/{document.kb_id}/documents/{document.id}"
    return DocumentAdded.of_added(document, repeated=added.repeated)
