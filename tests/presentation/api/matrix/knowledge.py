"""Knowledge: what the routes need, and bodies that they take."""

from typing import Any

import httpx2

from tests.presentation.api.matrix.making import made

PERMISSIONS = {
    "list_knowledge_bases": "knowledge:read",
    "get_knowledge_base": "knowledge:read",
    "query_knowledge_bases": "knowledge:read",
    "search_files": "knowledge:read",
    "list_documents": "knowledge:read",
    "get_document": "knowledge:read",
    "list_chunks": "knowledge:read",
    "create_knowledge_base": "knowledge:write",
    "change_knowledge_base": "knowledge:write",
    "delete_knowledge_base": "knowledge:write",
    "reindex_knowledge_base": "knowledge:write",
    "share_knowledge_base": "knowledge:write",
    "add_document": "knowledge:write",
    "add_text_content": "knowledge:write",
    "retry_documents": "knowledge:write",
    "remove_document": "knowledge:write",
}
BODIES: dict[str, Any] = {
    "create_knowledge_base": {"name": "Handbook", "embedding_model": "none"},
    "change_knowledge_base": {"name": "Taken"},
    "query_knowledge_bases": {"kb_ids": ["{kb_id}"], "query": "pumps"},
    "search_files": {"query": "pumps", "vector_store_ids": ["{kb_id}"]},
    "share_knowledge_base": {"shares": []},
    "add_document": {"url": "https://example.org/handbook"},
    "add_text_content": {"text": "Pumps need oil, too."},
    "retry_documents": {},
}


async def make(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Make a base with a document."""
    things["kb_id"] = (await made(owner, "/api/v1/knowledge-bases", BODIES["create_knowledge_base"]))["kb_id"]
    path = f"/api/v1/knowledge-bases/{things['kb_id']}/text-content"
    added = await owner.post(path, json={"text": "Pumps need oil.", "name": "pumps"})
    assert added.status_code == 202, added.text
    things["document_id"] = added.json()["document_id"]


async def look_untouched(owner: httpx2.AsyncClient, things: dict[str, str]) -> None:
    """Assert that nobody else has changed it, or its documents."""
    base = (await owner.get(f"/api/v1/knowledge-bases/{things['kb_id']}")).json()
    assert (base["name"], base["documents"], base["shares"]) == ("Handbook", 1, [])
