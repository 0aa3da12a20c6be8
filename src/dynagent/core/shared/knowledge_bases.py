"""What agents and knowledge both say of knowledge bases; in core they do not know each other."""

from dynagent.core.shared.errors import NotFound


class KnowledgeBaseNotFound(NotFound):
    """There is no knowledge base under this id that the caller may see."""

    code = "knowledge_base_not_found"
