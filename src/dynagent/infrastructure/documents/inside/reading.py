"""From the bytes of a document to its pages of text. Parsers are kreuzberg's; text is decoded here."""

import codecs
import re
from typing import Any

PARSED = frozenset(
    {
        "application/pdf",
        "application/rtf",
        "application/epub+zip",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "text/html",
    }
)
WITH_PAGES = frozenset({"application/pdf", "application/vnd.openxmlformats-officedocument.presentationml.presentation"})
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BLANKS = re.compile(r"[ \t\u00a0]+\n")
_EMPTY_LINES = re.compile(r"\n{3,}")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")


class Unreadable(Exception):
    """Why no text was taken: a stable code and words for people."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


def warm_up() -> None:
    """Load the parsers, with the libraries that they load late."""
    # Behind the first layers: what is not ours is loaded where it can do no harm.
    import kreuzberg

    configuration = _configuration()
    for content, media_type in ((_SMALLEST_PDF, "application/pdf"), (b"<p>a</p>", "text/html")):
        try:
            kreuzberg.extract_bytes_sync(content, media_type, config=configuration)
        except kreuzberg.KreuzbergError:
            continue  # loaded all the same


def read(content: bytes, media_type: str) -> tuple[list[tuple[int | None, str]], dict[str, Any]]:
    """Return (number or None, text) of each page, and what the document says of itself. Raises Unreadable."""
    if not content:
        raise Unreadable("document_empty", "the document is empty")
    if media_type in PARSED:
        pages, about = _parsed(content, media_type)
    elif media_type.startswith("text/") or media_type in ("application/json", "application/xml", "application/yaml"):
        pages, about = [(None, decoded(content))], {}
    else:
        raise Unreadable("document_type_unknown", f"no text can be read from documents of the type {media_type}")
    cleaned = [(number, clean(text)) for number, text in pages]
    if not any(text for _, text in cleaned):
        raise Unreadable("document_empty", "the document holds no text; pictures of text are not read")
    return cleaned, about


def decoded(content: bytes) -> str:
    """Return bytes as text: by their mark, as UTF-8, or as what they look like most. Raises Unreadable."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded_as(content, encoding)
    try:
        return content.decode()
    except UnicodeDecodeError:
        pass
    # Loaded as the process begins; the server, which shares this file, does without it.
    from charset_normalizer import from_bytes

    best = from_bytes(content).best()
    if best is None:
        raise Unreadable("document_encoding_unknown", "the encoding of the text cannot be told")
    return str(best)


def clean(text: str) -> str:
    """Return a text with lines ended alike, without control characters and without rows of empty lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    printable = _CONTROLS.sub("", lines).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _EMPTY_LINES.sub("\n\n", _BLANKS.sub("\n", printable)).strip()


def _decoded_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("document_broken", f"the text says that it is {encoding}, and is not") from None


def _parsed(content: bytes, media_type: str) -> tuple[list[tuple[int | None, str]], dict[str, Any]]:
    # Loaded as the process begins; the server, which shares this file, does without it.
    import kreuzberg

    try:
        result = kreuzberg.extract_bytes_sync(content, media_type, config=_configuration())
    except kreuzberg.KreuzbergError as error:
        raise _reason(error) from None
    about = _about(result.metadata)
    if media_type in WITH_PAGES and result.pages:
        pages: list[tuple[int | None, str]] = [(page["page_number"], page["content"]) for page in result.pages]
        return pages, about
    return [(None, result.content)], about


def _configuration() -> Any:
    # Loaded as the process begins; the server, which shares this file, does without it.
    from kreuzberg import ExtractionConfig, PageConfig

    # The cache would keep the text of every document in the home of this user, readable by others.
    return ExtractionConfig(pages=PageConfig(extract_pages=True), use_cache=False)


def _reason(error: Exception) -> Unreadable:
    said = str(error)
    lowered = said.lower()
    if "password" in lowered or "encrypted" in lowered:
        return Unreadable("document_encrypted", "the document is encrypted; save it without a password")
    if any(word in lowered for word in ("bomb", "too large", "exceed", "limit", "ratio")):
        return Unreadable("document_too_large", f"the document unpacks to more than is read: {said[:300]}")
    return Unreadable("document_broken", f"the document cannot be read: {said[:300]}")


def _about(metadata: Any) -> dict[str, Any]:
    """Return what of a document's own words about itself is worth to filter by."""
    about: dict[str, Any] = {}
    for name in ("title", "subject", "authors", "created_at", "modified_at"):
        value = metadata.get(name)
        if isinstance(value, list):
            value = ", ".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        if isinstance(value, str) and value.strip():
            about[name] = clean(value)[:500]
    return about


_SMALLEST_PDF = b"""%PDF-1.4
1 0 obj
<</Type/Catalog/Pages 2 0 R>>
endobj
2 0 obj
<</Type/Pages/Kids[3 0 R]/Count 1>>
endobj
3 0 obj
<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>
endobj
trailer<</Size 4/Root 1 0 R>>
%%EOF"""
