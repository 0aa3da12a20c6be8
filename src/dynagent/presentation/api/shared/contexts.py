"""Data that goes into a prompt, as a field of bodies: bounded in bytes, so that it leaves room for the rest."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

MAX_CONTEXT_BYTES = 64 * 1024


def _bounded(value: Any) -> Any:
    size = len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    if size > MAX_CONTEXT_BYTES:
        raise PydanticCustomError(
            "too_many_bytes",
            "has {size} bytes as JSON; at most {most} are taken",
            {"size": size, "most": MAX_CONTEXT_BYTES},
        )
    return value


Bounded = AfterValidator(_bounded)
RunData = Annotated[
    dict[str, Any],
    Bounded,
    Field(description=f"Data for the prompt, marked as such; at most {MAX_CONTEXT_BYTES:,} bytes of JSON. No secrets."),
]
"""Data that is sent along with a question."""
