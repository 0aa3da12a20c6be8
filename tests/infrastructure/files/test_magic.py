"""What a content is, by its first bytes."""

import io
import zipfile

import pytest

from dynagent.infrastructure.files.magic import type_of

TYPES = "[Content_Types].xml"
OFFICE = "application/vnd.openxmlformats-officedocument"


def packed(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7\n%abc", "picture.png", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "notes.txt", "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(60), "a", "image/jpeg"),
        (
            packed(TYPES, "_rels/.rels", "word/document.xml"),
            "a.zip",
            f"{OFFICE}.wordprocessingml.document",
        ),
        (packed(TYPES, "_rels/.rels", "xl/workbook.xml"), "a", f"{OFFICE}.spreadsheetml.sheet"),
        (packed("a.txt"), "report.docx", "application/zip"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "a.txt", "application/x-ole-storage"),
        (b"MZ" + bytes(100), "holiday.jpg", "application/vnd.microsoft.portable-executable"),
        (b"hello world", "a", "text/plain"),
        (b"a,b\n1,2\n", "a.csv", "text/csv"),
        (b"# Title", "README.md", "text/markdown"),
        (b'{"a": 1}', "a.json", "application/json"),
        ("grüße".encode("latin-1"), "a.txt", "text/plain"),
        ("hello".encode("utf-16"), "a.txt", "text/plain"),
        (b"plain words", "trojan.exe", "text/plain"),
        (b" <!DOCTYPE html><html>", "a.txt", "text/html"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "a.png", "image/svg+xml"),
        (b'<?xml version="1.0"?><a/>', "a", "application/xml"),
        (bytes(range(256)), "a.txt", "application/octet-stream"),
    ],
)
def test_the_bytes_decide_not_the_name(content: bytes, name: str, kind: str) -> None:
    assert type_of(content, name) == kind
