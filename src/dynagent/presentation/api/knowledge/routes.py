"""Routes of knowledge bases, and the search."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Request, Response

from dynagent.application.commands.knowledge import (
    ChangeKnowledgeBase,
    CreateKnowledgeBase,
    DeleteKnowledgeBase,
    ReindexKnowledgeBase,
    ShareKnowledgeBase,
)
from dynagent.application.queries.knowledge import FindInStores, GetKnowledgeBase, ListKnowledgeBases, SearchKnowledge
from dynagent.core.knowledge import Answer
from dynagent.presentation.api.knowledge.bodies import (
    AnswerOut,
    FileSearchBody,
    KnowledgeBaseBody,
    KnowledgeBaseChanges,
    KnowledgeBaseDetails,
    KnowledgeBaseList,
    QueryBody,
    SharesBody,
    SharesOut,
)
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import PageOf, link_next
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("knowledge-bases", "Knowledge")
of_files = noun_router("files", "Knowledge")

Search = Annotated[str, Query(max_length=200, description="Part of the name or description.")]


@router.post("", status_code=201, operation_id="create_knowledge_base", summary="Create a knowledge base")
async def create_knowledge_base(body: KnowledgeBaseBody, response: Response, ask: Ask) -> KnowledgeBaseDetails:
    """Make an empty knowledge base; add documents to it then."""
    base = await ask(CreateKnowledgeBase(**dict(body)))
    response.headers["Location"] = f"/api/v1/knowledge-bases/{base.id}"
    return KnowledgeBaseDetails.of(await ask(GetKnowledgeBase(base.id)))


@router.get("", operation_id="list_knowledge_bases", summary="List knowledge bases")
async def list_knowledge_bases(
    request: Request, response: Response, page: PageOf, ask: Ask, search: Search = ""
) -> KnowledgeBaseList:
    """List the knowledge bases that you may read, newest first."""
    found = await ask(ListKnowledgeBases(search, page))
    link_next(request, response, found)
    return KnowledgeBaseList.of(found)


@router.post("/query", operation_id="query_knowledge_bases", summary="Search knowledge bases")
async def query_knowledge_bases(body: QueryBody, ask: Ask) -> AnswerOut:
    """Find what is said about a question: by meaning and by words, joined by rank."""
    return AnswerOut.of(await ask(SearchKnowledge(body.asked())))


@router.get("/{kb_id}", operation_id="get_knowledge_base", summary="Get a knowledge base")
async def get_knowledge_base(kb_id: str, ask: Ask) -> KnowledgeBaseDetails:
    """Give a knowledge base with what it holds."""
    return KnowledgeBaseDetails.of(await ask(GetKnowledgeBase(kb_id)))


@router.put("/{kb_id}", operation_id="change_knowledge_base", summary="Change a knowledge base")
async def change_knowledge_base(kb_id: str, body: KnowledgeBaseChanges, ask: Ask) -> KnowledgeBaseDetails:
    """Change fields of a knowledge base; how documents are cut and embedded counts from the next indexing on."""
    await ask(ChangeKnowledgeBase(kb_id, body.changes()))
    return KnowledgeBaseDetails.of(await ask(GetKnowledgeBase(kb_id)))


@router.delete("/{kb_id}", status_code=204, operation_id="delete_knowledge_base", summary="Delete a knowledge base")
async def delete_knowledge_base(kb_id: str, ask: Ask) -> None:
    """Delete a knowledge base with its documents and chunks; files stay among your files."""
    await ask(DeleteKnowledgeBase(kb_id))


@router.post(
    "/{kb_id}/reindex", status_code=202, operation_id="reindex_knowledge_base", summary="Index all documents anew"
)
async def reindex_knowledge_base(kb_id: str, ask: Ask) -> KnowledgeBaseDetails:
    """Index all documents anew, beside what is searched meanwhile."""
    await ask(ReindexKnowledgeBase(kb_id))
    return KnowledgeBaseDetails.of(await ask(GetKnowledgeBase(kb_id)))


@router.put("/{kb_id}/shares", operation_id="share_knowledge_base", summary="Share a knowledge base")
async def share_knowledge_base(kb_id: str, body: SharesBody, ask: Ask) -> SharesOut:
    """Have just these others read it, too; nobody but you can change it."""
    return SharesOut.of(await ask(ShareKnowledgeBase(kb_id, body.all())))


@of_files.post("/search", operation_id="search_files", summary="Search files")
async def search_files(body: FileSearchBody, ask: Ask) -> AnswerOut:
    """Search the files that knowledge bases hold, in some of them or all, by meaning and by words."""
    asked = await ask(
        FindInStores(
            query=body.query,
            stores=body.vector_store_ids,
            file_ids=_texts(body.file_ids),
            top_k=body.max_num_results,
            similarity_threshold=body.similarity_threshold,
            metadata=body.metadata,
        )
    )
    return AnswerOut.of(await ask(SearchKnowledge(asked)) if asked.kb_ids else Answer(found=()))


def _texts(ids: Sequence[object]) -> list[str]:
    return [str(id) for id in ids]
