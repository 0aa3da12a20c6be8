"""What a content is, by its first bytes; the name only chooses among kinds of plain text."""

import codecs
import re
from pathlib import PurePosixPath

from dynagent.core.files import OCTETS

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MARKUP = (
    (re.compile(rb"^(<!--.*?-->\s*)*(<!doctype html|<html|<head|<body|<script)", re.I | re.S), "text/html"),
    (re.compile(rb"^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype svg|<svg)", re.I | re.S), "image/svg+xml"),
    (re.compile(rb"^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<!doctype html", re.I | re.S), "text/html"),
    (re.compile(rb"^<\?xml", re.I), "application/xml"),
)
_BY_SUFFIX = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".htm": "text/html",
    ".html": "text/html",
    ".xml": "application/xml",
    ".svg": "image/svg+xml",
}
# Of what `filetype` knows, the names that others use now.
_RENAMED = {
    "application/x-msdownload": "application/vnd.microsoft.portable-executable",
    "image/x-icon": "image/vnd.microsoft.icon",
}
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")


def type_of(head: bytes, name: str) -> str:
    """Return the media type of a content, `application/octet-stream` when nothing is known of it.

    `head` are its first bytes. Text in any encoding without control characters is text.
    """
    # A process that looks at no file never loads it.
    import filetype  # pyright: ignore[reportMissingTypeStubs]

    if head.startswith(_OLE):
        return "application/x-ole-storage"
    found: str | None = None if _is_markup(head) else filetype.guess_mime(head)  # pyright: ignore[reportUnknownMemberType]
    if found is not None:
        return _RENAMED.get(found, found)
    if not head.startswith(_BOMS) and _BINARY.search(head):
        return OCTETS
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:4096]
    for pattern, kind in _MARKUP:
        if pattern.match(start):
            return kind
    return _BY_SUFFIX.get(PurePosixPath(name).suffix.lower(), "text/plain")


def _is_markup(head: bytes) -> bool:
    return head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<"
