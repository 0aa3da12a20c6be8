"""`/docs`: a reference of the API that draws itself from `/openapi.json`, with nothing fetched from elsewhere."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

HERE = Path(__file__).parent

router = APIRouter(prefix="/docs", include_in_schema=False)


@router.get("")
async def get_documentation() -> FileResponse:
    """Give the page."""
    return FileResponse(HERE / "reference.html")


@router.get("/reference.js")
async def get_script() -> FileResponse:
    """Give the script that draws the page."""
    return FileResponse(HERE / "reference.js", media_type="text/javascript")


@router.get("/reference.css")
async def get_style() -> FileResponse:
    """Give the page's style."""
    return FileResponse(HERE / "reference.css", media_type="text/css")
