"""`/docs`: a reference of the API that draws itself from `/openapi.json`, with nothing fetched from elsewhere.

`/llms.txt` is the same for language models: the few lines from which a coding agent can use this server.
"""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

HERE = Path(__file__).parent

router = APIRouter(include_in_schema=False)


@router.get("/llms.txt")
async def get_lines_for_models() -> FileResponse:
    """Give what a language model should know."""
    return FileResponse(HERE / "llms.txt", media_type="text/plain; charset=utf-8")


@router.get("/docs")
async def get_documentation() -> FileResponse:
    """Give the page."""
    return FileResponse(HERE / "reference.html")


@router.get("/docs/reference.js")
async def get_script() -> FileResponse:
    """Give the script that draws the page."""
    return FileResponse(HERE / "reference.js", media_type="text/javascript")


@router.get("/docs/reference.css")
async def get_style() -> FileResponse:
    """Give the page's style."""
    return FileResponse(HERE / "reference.css", media_type="text/css")
