"""Routes of what executions ask people: the inbox over all of a user's runs."""

from fastapi import Request, Response

from dynagent.application.queries.executions.read import ListOpenQuestions
from dynagent.core.executions import OpenQuestion
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.executions.again import InterruptOut
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("interrupts", "Executions")


class OpenQuestionOut(InterruptOut):
    """A question that waits for a person, with the run that asks it."""

    agent_id: str
    agent_name: str
    query: str
    conversation_id: str | None

    @classmethod
    def of_question(cls, question: OpenQuestion) -> "OpenQuestionOut":
        """Return the answer for an open question."""
        about = question.model_dump(exclude={"interrupt", "chat_id"}) | {"conversation_id": question.chat_id}
        return cls.model_validate(question.interrupt.model_dump() | about)


class OpenQuestionList(Envelope):
    """A page of open questions, newest first."""

    interrupts: list[OpenQuestionOut]

    @classmethod
    def of(cls, page: Page[OpenQuestion]) -> "OpenQuestionList":
        """Return the answer for a page."""
        return cls(interrupts=[OpenQuestionOut.of_question(item) for item in page.items], **page_fields(page))


@router.get("", operation_id="list_open_questions", summary="List open questions")
async def list_open_questions(request: Request, response: Response, page: PageOf, ask: Ask) -> OpenQuestionList:
    """Give what your waiting executions ask people, newest first; answer with `POST /executions/{id}/resume`."""
    found = await ask(ListOpenQuestions(page))
    link_next(request, response, found)
    return OpenQuestionList.of(found)
