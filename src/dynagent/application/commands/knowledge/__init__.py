"""Commands about knowledge bases and their documents."""

from dynagent.application.commands.knowledge.bases import (
    ChangeKnowledgeBase,
    CreateKnowledgeBase,
    DeleteKnowledgeBase,
    ReindexKnowledgeBase,
    ShareKnowledgeBase,
)
from dynagent.application.commands.knowledge.documents import (
    AddFileDocument,
    AddTextDocument,
    AddWebPage,
    RemoveDocument,
    RetryDocuments,
)
from dynagent.application.commands.knowledge.settings import KnowledgeSettings

__all__ = [
    "AddFileDocument",
    "AddTextDocument",
    "AddWebPage",
    "ChangeKnowledgeBase",
    "CreateKnowledgeBase",
    "DeleteKnowledgeBase",
    "KnowledgeSettings",
    "ReindexKnowledgeBase",
    "RemoveDocument",
    "RetryDocuments",
    "ShareKnowledgeBase",
]
