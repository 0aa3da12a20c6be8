"""The process: confine, read one document from standard input, write its chunks to standard output, end.

Run with `-I -S -B` and one argument, a JSON object: where the libraries are, and the limits.
"""

import json
import os
import sys
from typing import Any

ORDER: dict[str, Any] = json.loads(sys.argv[1]) if __name__ == "__main__" else {}
sys.path.extend(ORDER.get("paths", []))

from dynagent.infrastructure.documents.inside import reading  # noqa: E402
from dynagent.infrastructure.documents.inside.confined import confine  # noqa: E402

MAX_CHUNKS = 50_000


def main() -> None:
    """Read one document and end."""
    answer: dict[str, Any]
    try:
        layers = confine(
            _load,
            memory_bytes=ORDER["memory_bytes"],
            cpu_s=ORDER["cpu_s"],
            readable=[*ORDER["paths"], os.environ["TMPDIR"]],
        )
        if missing := set(ORDER["layers"]) - set(layers):
            raise reading.Unreadable("sandbox_unavailable", f"documents are not read without {sorted(missing)}")
        head = json.loads(sys.stdin.buffer.readline())
        answer = extracted(sys.stdin.buffer.read(), **head)
    except reading.Unreadable as refusal:
        answer = {"error": refusal.code, "words": refusal.words}
    except MemoryError:
        answer = {"error": "document_too_large", "words": "the document needs more memory than a document may"}
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    os._exit(0)


def extracted(content: bytes, *, media_type: str, size: int, overlap: int, max_chars: int) -> dict[str, Any]:
    """Return the chunks of a document, [page, start, text] each. Raises Unreadable."""
    pages, about = reading.read(content, media_type)
    if sum(len(text) for _, text in pages) > max_chars:
        raise reading.Unreadable("document_too_large", f"the document holds more than {max_chars} characters")
    chunks = [(number, start, piece) for number, text in pages for start, piece in _pieces(text, size, overlap)]
    if len(chunks) > MAX_CHUNKS:
        raise reading.Unreadable("document_too_large", f"the document makes more than {MAX_CHUNKS} chunks")
    numbered = [number for number, _ in pages if number is not None]
    return {"chunks": chunks, "pages": max(numbered, default=None), "about": about}


def _pieces(text: str, size: int, overlap: int) -> list[tuple[int, str]]:
    # Behind the first layers: what is not ours is loaded where it can do no harm.
    from semantic_text_splitter import TextSplitter

    return TextSplitter(size, overlap=overlap).chunk_indices(text) if text else []


def _load() -> None:
    # Before the last layer, which allows no code to be mapped.
    import charset_normalizer

    charset_normalizer.from_bytes("Müßiggang".encode("latin-1")).best()
    _pieces("warm up", 100, 10)
    reading.warm_up()


if __name__ == "__main__":
    main()
