"""Pages of lists over HTTP: parameters in, a named envelope and a `Link` to the next page out."""

from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, Field

from dynagent.core.shared.paging import DEFAULT_LIMIT, MAX_LIMIT, MAX_SKIP, Page, PageRequest
from dynagent.presentation.api.shared.problems import original_path


class Envelope(BaseModel):
    """What every list says beside its items; subclasses add the items under their plural."""

    total: int = Field(description="How many there are; at least so many where `total_is_exact` is false.")
    total_is_exact: bool = Field(default=True, description="False for long lists: they are not counted to their end.")
    skip: int
    limit: int
    next_cursor: str | None = None


async def page_request(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    skip: Annotated[int, Query(ge=0, le=MAX_SKIP)] = 0,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
) -> PageRequest:
    """Return the asked page. Raises MalformedInput for a cursor that was never given out."""
    page = PageRequest(limit=limit, skip=skip, cursor=cursor or None)
    page.after_id()
    return page


PageOf = Annotated[PageRequest, Depends(page_request)]


def page_fields(page: Page[Any]) -> dict[str, Any]:
    """Return the envelope's fields."""
    counted = {"total": page.total, "total_is_exact": page.total_is_exact}
    return counted | {"skip": page.skip, "limit": page.limit, "next_cursor": page.next_cursor}


def link_next(request: Request, response: Response, page: Page[Any]) -> None:
    """Add the `Link` header (RFC 8288) of the next page, when there is one."""
    if page.next_cursor is None:
        return
    selected = [(name, value) for name, value in parse_qsl(request.url.query) if name not in ("cursor", "skip")]
    query = urlencode([*selected, ("cursor", page.next_cursor)])
    response.headers["Link"] = f'<{original_path(request.scope)}?{query}>; rel="next"'
