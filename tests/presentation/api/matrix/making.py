"""What the modules of the matrix make their things with."""

from typing import Any

import httpx2

PASSWORD = "a long sentence, really"
CODE = "async def shout(text: str) -> str:\n    return text.upper()"


async def made(owner: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make one thing, and return the answer."""
    answer = await owner.post(path, json=body)
    assert answer.status_code == 201, f"{path}: {answer.text}"
    return answer.json()
