"""Documents are read in a process each; whatever they do to it, the server gets one clear error."""

from pathlib import Path
from typing import Any

import psutil
import pytest

from dynagent.core.knowledge import Chunking, DocumentUnreadable, Extracted
from dynagent.infrastructure.documents.extraction import ConfinedExtraction, DocumentSettings
from tests.fakes.documents import DOCX, XLSX, docx, encrypted_pdf, pdf, xlsx

PLACE = Path("/tmp/dynagent-test-documents")
"""One for all: the parser's library is unpacked there once."""


async def read(content: bytes, media_type: str, *, size: int = 1000, overlap: int = 0, **limits: Any) -> Extracted:
    extraction = ConfinedExtraction(DocumentSettings.model_validate(limits), PLACE)
    chunking = Chunking(size, overlap)
    found = await extraction.extract(content, media_type=media_type, name="x", chunking=chunking)
    assert psutil.Process().children(recursive=True) == [] or not _readers()
    return found


def _readers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "extractor.py" in " ".join(child.cmdline())]


async def refused(content: bytes, media_type: str, **limits: Any) -> str:
    with pytest.raises(DocumentUnreadable) as caught:
        await read(content, media_type, **limits)
    assert _readers() == []
    return caught.value.code


async def test_pages_of_a_pdf_keep_their_numbers() -> None:
    found = await read(pdf([["first page"], [], ["third page"]]), "application/pdf")
    assert found.page_count == 3
    assert [(chunk.page, chunk.text) for chunk in found.chunks] == [(1, "first page"), (3, "third page")]


async def test_office_and_web_documents_give_their_text() -> None:
    word = await read(docx(["Alpha and Beta", "Gamma"]), DOCX)
    assert word.chunks[0].text == "Alpha and Beta\n\nGamma"
    sheet = await read(xlsx([["Pump", "120"], ["Valve", "7"]]), XLSX)
    assert all(word in sheet.chunks[0].text for word in ("Pump", "120", "Valve"))
    page = (
        b"<html><head><title>Oil</title><script>evil()</script></head><body><h1>Oil</h1><p>Grade 46</p></body></html>"
    )
    web = await read(page, "text/html")
    assert "Grade 46" in web.chunks[0].text
    assert "evil" not in web.chunks[0].text
    assert web.metadata["title"] == "Oil"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "shift_jis"])
async def test_text_is_read_in_its_encoding(encoding: str) -> None:
    japanese, german = "これは日本語の文章です。東京都の天気は晴れです。", "Grüße aus Köln: " + "schöne Straßen. " * 20
    text = japanese if encoding == "shift_jis" else german
    found = await read(text.encode(encoding), "text/plain")
    assert found.chunks[0].text == text.strip()


async def test_chunks_are_as_long_as_asked_and_know_where_they_begin() -> None:
    text = " ".join(f"Sentence number {at} says something." for at in range(200))
    found = await read(text.encode(), "text/plain", size=300, overlap=50)
    assert max(len(chunk.text) for chunk in found.chunks) <= 300
    assert all(text[chunk.start :].startswith(chunk.text) for chunk in found.chunks)
    assert [chunk.ordinal for chunk in found.chunks] == list(range(len(found.chunks)))


@pytest.mark.parametrize(
    ("content", "media_type", "codes"),
    [
        (b"", "text/plain", {"document_empty"}),
        (b" \n\t", "text/plain", {"document_empty"}),
        (b"no pdf", "application/pdf", {"document_broken"}),
        (pdf([["a"]])[:120], "application/pdf", {"document_broken"}),
        (encrypted_pdf(), "application/pdf", {"document_encrypted", "document_broken"}),
        (b"PK\x03\x04 no zip", DOCX, {"document_broken"}),
        (b"\x89PNG", "image/png", {"document_type_unknown"}),
    ],
)
async def test_what_is_no_document_says_what_it_is(content: bytes, media_type: str, codes: set[str]) -> None:
    assert await refused(content, media_type) in codes


async def test_what_unpacks_to_hundreds_of_megabytes_is_refused() -> None:
    bomb = docx(["a" * 1000] * 150_000)
    assert len(bomb) < 1_000_000
    assert await refused(bomb, DOCX) == "document_too_large"


async def test_bytes_characters_and_time_are_limited() -> None:
    assert await refused(b"x" * 2000, "text/plain", max_bytes=1000) == "document_too_large"
    assert await refused(b"word " * 1000, "text/plain", max_chars=1000) == "document_too_large"
    assert await refused(b"word", "text/plain", timeout_s=0.01) == "document_too_slow"


async def test_a_reader_that_dies_is_an_error_of_the_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    dying = tmp_path / "extractor.py"
    dying.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr("dynagent.infrastructure.documents.extraction.extractor.__file__", str(dying))
    assert await refused(b"word", "text/plain") == "document_broken"


async def test_without_a_layer_that_is_required_nothing_is_read() -> None:
    assert await refused(b"word", "text/plain", required_layers="limits,nosuchlayer") == "sandbox_unavailable"
