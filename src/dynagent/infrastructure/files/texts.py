"""The text of files that are text, in whatever encoding; other documents need a reader of their own."""

from dynagent.core.files import FileTexts, Objects, StoredFile, TextUnreadable, is_text
from dynagent.core.shared.text import clean_text

MAX_BYTES_PER_CHAR = 4


class PlainTexts(FileTexts):
    """Reads no more of an object than the wanted characters can take."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def read(self, file: StoredFile, *, max_chars: int) -> str:
        """Return the text; what is cut off in the middle of a character ends before it."""
        if not is_text(file.content_type) and file.content_type != "image/svg+xml":
            raise TextUnreadable(f"{file.name!r} is {file.content_type}: there is no text to be read from it here")
        length = min(file.size, max_chars * MAX_BYTES_PER_CHAR)
        content = b"".join([chunk async for chunk in self._objects.get(file.object_key, length=length)])
        return clean_text(decoded(content, cut=length < file.size))[:max_chars]


def decoded(content: bytes, *, cut: bool = False) -> str:
    """Return bytes as text: UTF-8 first, then what the bytes look like. Raises TextUnreadable for no text at all."""
    for end in range(len(content), max(0, len(content) - (MAX_BYTES_PER_CHAR if cut else 1)), -1):
        try:
            return content[:end].decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
    # Slow to load, and most texts are UTF-8.
    from charset_normalizer import from_bytes

    best = from_bytes(content).best()
    if best is None:
        raise TextUnreadable("the encoding of the text is not known")
    return str(best)
