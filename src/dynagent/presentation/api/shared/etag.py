"""Optimistic concurrency over HTTP: the entity tag is the version, `If-Match` names the one that is changed."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response

from dynagent.core.shared.errors import MalformedInput

_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def set_version(response: Response, version: int) -> None:
    """Send the version as entity tag."""
    response.headers["ETag"] = f'"{version}"'


async def matched_version(
    if_match: Annotated[
        str | None, Header(description='The version that is changed, as its ETag (`"3"`); another one gives 412.')
    ] = None,
) -> int | None:
    """Return the version in `If-Match`, None for no header or `*`. Raises MalformedInput for anything else."""
    if if_match is None or if_match.strip() in ("", "*"):
        return None
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise MalformedInput('If-Match: give one entity tag as it was sent, for example "3"')
    return int(tag[1])


MatchedVersion = Annotated[int | None, Depends(matched_version)]
