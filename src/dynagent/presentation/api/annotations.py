"""Routes of what a user says about an execution: feedback, notes, tags."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.annotations import SetFeedback, SetNote, SetTags
from dynagent.application.queries.annotations import GetAnnotations
from dynagent.core.annotations import MAX_COMMENT_BYTES, MAX_NOTE_BYTES, MAX_TAG, MAX_TAGS, Annotations
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.owners import AskToRead
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("executions", "Executions")

Tag = Annotated[str, Field(min_length=1, max_length=4 * MAX_TAG)]


class FeedbackBody(BaseModel):
    """A rating, and why."""

    model_config = ConfigDict(extra="forbid")

    rating: Literal["up", "down"]
    comment: str | None = Field(default=None, max_length=MAX_COMMENT_BYTES, description="At most 8,000 bytes.")


class NotesBody(BaseModel):
    """Notes in Markdown."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=MAX_NOTE_BYTES, description="Markdown, at most 64,000 bytes.")


class TagsBody(BaseModel):
    """All tags that the execution shall have; upper and lower case are the same."""

    model_config = ConfigDict(extra="forbid")

    tags: list[Tag] = Field(max_length=5 * MAX_TAGS, examples=[["regression", "to check"]])


class FeedbackOut(BaseModel):
    """A rating, and why."""

    rating: Literal["up", "down"]
    comment: str | None


class AnnotationsOut(BaseModel):
    """What you say of an execution."""

    execution_id: str
    feedback: FeedbackOut | None
    notes: str | None
    tags: list[str]
    updated_at: datetime | None

    @classmethod
    def of(cls, said: Annotations) -> "AnnotationsOut":
        """Return the answer for annotations."""
        return cls(
            execution_id=said.execution_id,
            feedback=FeedbackOut(rating=said.rating, comment=said.comment) if said.rating else None,
            notes=said.note,
            tags=list(said.tags),
            updated_at=said.updated_at,
        )


@router.get("/{execution_id}/annotations", operation_id="get_annotations", summary="Get feedback, notes and tags")
async def get_annotations(execution_id: str, ask: AskToRead) -> AnnotationsOut:
    """Give your feedback, notes and tags of an execution."""
    return AnnotationsOut.of(await ask(GetAnnotations(execution_id)))


@router.put("/{execution_id}/feedback", operation_id="set_feedback", summary="Rate an execution")
async def set_feedback(execution_id: str, body: FeedbackBody, ask: Ask) -> AnnotationsOut:
    """Give thumbs up or down; it takes the place of what you said before."""
    return AnnotationsOut.of(await ask(SetFeedback(execution_id, body.rating, body.comment)))


@router.delete("/{execution_id}/feedback", operation_id="delete_feedback", summary="Take feedback back")
async def delete_feedback(execution_id: str, ask: Ask) -> AnnotationsOut:
    """Remove your rating and its comment."""
    return AnnotationsOut.of(await ask(SetFeedback(execution_id, None)))


@router.put("/{execution_id}/notes", operation_id="set_notes", summary="Write notes on an execution")
async def set_notes(execution_id: str, body: NotesBody, ask: Ask) -> AnnotationsOut:
    """Write notes in Markdown; they take the place of those before."""
    return AnnotationsOut.of(await ask(SetNote(execution_id, body.text)))


@router.delete("/{execution_id}/notes", operation_id="delete_notes", summary="Remove notes")
async def delete_notes(execution_id: str, ask: Ask) -> AnnotationsOut:
    """Remove your notes."""
    return AnnotationsOut.of(await ask(SetNote(execution_id, None)))


@router.put("/{execution_id}/tags", operation_id="set_tags", summary="Tag an execution")
async def set_tags(execution_id: str, body: TagsBody, ask: Ask) -> AnnotationsOut:
    """Give an execution these tags and no others."""
    return AnnotationsOut.of(await ask(SetTags(execution_id, tuple(body.tags))))


@router.delete("/{execution_id}/tags", operation_id="delete_tags", summary="Remove all tags")
async def delete_tags(execution_id: str, ask: Ask) -> AnnotationsOut:
    """Remove all tags."""
    return AnnotationsOut.of(await ask(SetTags(execution_id)))
