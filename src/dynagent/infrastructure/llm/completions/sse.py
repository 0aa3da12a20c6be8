"""Server-sent events read from bytes as they come: any split, LF, CR LF or CR, several `data:` lines, comments."""

from dynagent.core.language_models import ModelRefused

_BOM = b"\xef\xbb\xbf"
MAX_STRAY = 64 * 1024


class ErrorEvent(bytes):
    """The data of an event that the endpoint itself calls an error (`event: error`)."""


class SseReader:
    """Feed bytes, get the data of the events that are complete; works on bytes, so a character may be split.

    Each byte is joined once, however many pieces a line comes in. Raises ModelRefused for an event above the bound.
    `stray` keeps the lines that are no field of an event: an error page or a bare JSON body in mid-stream.
    """

    __slots__ = ("_data", "_failed", "_max_event", "_pieces", "_size", "_started", "stray")

    def __init__(self, max_event: int = 1024 * 1024) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._data: list[bytes] = []
        self._failed = False
        self._started = False
        self._max_event = max_event
        self.stray = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the data of each event that this chunk completes."""
        if self._started and b"\r" not in chunk and not self._ends_in_cr():
            end = chunk.find(b"\n")
            if end < 0:
                self._keep(chunk)
                return []
            if end == len(chunk) - 2 and chunk.startswith(b"data: {") and chunk[-1:] == b"\n" and self._is_between():
                return [chunk[6:-2]]  # one whole event, as servers mostly send them
            return self._blocks(chunk.split(b"\n\n"))
        text = self._taken(chunk)
        if not self._started and text:
            if len(text) < len(_BOM) and _BOM.startswith(text):
                self._keep(text)
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
        rest = lines.pop() + held
        if rest:
            self._keep(rest)
        return self._events(lines)

    def finish(self) -> list[bytes]:
        """Return what was left when the stream ended: an event without its blank line."""
        return self._events([*self._taken(b"").rstrip(b"\r").split(b"\n"), b""])

    def _blocks(self, blocks: list[bytes]) -> list[bytes]:
        """Return the events of blocks that blank lines part; the last one goes on."""
        # What was kept is joined once, and only with the block that it belongs to.
        blocks[0] = self._taken(blocks[0])
        *lines, rest = blocks.pop().split(b"\n")
        events: list[bytes] = []
        for block in blocks:
            if block.startswith(b"data: {") and b"\n" not in block and not (self._data or self._failed):
                if len(block) > self._max_event:
                    raise self._too_large()
                events.append(block[6:])
            else:
                events += self._events([*block.split(b"\n"), b""])
        if lines:
            events += self._events(lines)
        if rest:
            self._keep(rest)
        return events

    def _is_between(self) -> bool:
        return not (self._pieces or self._data or self._failed)

    def _ends_in_cr(self) -> bool:
        return bool(self._pieces) and self._pieces[-1].endswith(b"\r")

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > self._max_event:
            raise self._too_large()

    def _taken(self, last: bytes) -> bytes:
        """Return what was kept, with this behind it."""
        if not self._pieces:
            return last
        text = b"".join([*self._pieces, last])
        self._pieces.clear()
        self._size = 0
        return text

    def _events(self, lines: list[bytes]) -> list[bytes]:
        events: list[bytes] = []
        data = self._data
        for line in lines:
            if line.startswith(b"data:"):
                if len(line) > self._max_event:
                    raise self._too_large()
                data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line:
                if data:
                    event = data[0] if len(data) == 1 else self._joined(data)
                    if event:
                        events.append(ErrorEvent(event) if self._failed else event)
                    self._failed = False
                    data.clear()
            elif line[:1] != b":":
                if line[:1] in b" \t" and line.lstrip().startswith(b"data:"):
                    data.append(line.lstrip()[5:].strip())
                else:
                    self._other(line)
        return events

    def _joined(self, data: list[bytes]) -> bytes:
        event = b"\n".join(data)
        if len(event) > self._max_event:
            raise self._too_large()
        return event.strip()

    def _other(self, line: bytes) -> None:
        name = line.partition(b":")[0]
        if name == b"event":
            self._failed = line[6:].strip() == b"error"
        elif name not in (b"id", b"retry", b"data") and len(self.stray) < MAX_STRAY:
            self.stray += line[:MAX_STRAY] + b"\n"

    def _too_large(self) -> ModelRefused:
        return ModelRefused(
            f"the model endpoint sent an event of more than {self._max_event:,} bytes (MODEL_EVENT_MAX_BYTES)"
        )
