"""Server-sent events read from bytes as they come: any split, LF, CR LF or CR, several `data:` lines, comments."""

_BOM = b"\xef\xbb\xbf"


class SseReader:
    """Feed bytes, get the data of the events that are complete; works on bytes, so a character may be split."""

    __slots__ = ("_data", "_rest", "_started")

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._started = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the data of each event that this chunk completes."""
        text = self._rest + chunk if self._rest else chunk
        if not self._started and text:
            if len(text) < len(_BOM) and _BOM.startswith(text):
                self._rest = text
                return []
            text = text.removeprefix(_BOM)
            self._started = True
        held = b""
        if b"\r" in text:
            # A CR at the end may be the first half of a CR LF: it waits for the next chunk.
            if text.endswith(b"\r"):
                text, held = text[:-1], b"\r"
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = text.split(b"\n")
        self._rest = lines.pop() + held
        return self._events(lines)

    def finish(self) -> list[bytes]:
        """Return what was left when the stream ended: an event without its blank line."""
        lines = [*self._rest.rstrip(b"\r").split(b"\n"), b""]
        self._rest = b""
        return self._events(lines)

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events: list[bytes] = []
        data = self._data
        for line in lines:
            if line.startswith(b"data:"):
                data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line and data:
                events.append(data[0] if len(data) == 1 else b"\n".join(data))
                data.clear()
        return events
