"""Removing what others use: refused with a list of them, unless it is forced."""

from typing import Annotated

from fastapi import Query

Force = Annotated[bool, Query(description="Remove it also when others use it (else 409, with `used_by`).")]
