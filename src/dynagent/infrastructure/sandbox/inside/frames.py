"""Frames between server and child: two lengths (JSON, then raw bytes; 4 bytes each, big-endian), then the two parts."""

import array
import json
import socket
import struct
from typing import Any

HEADER = struct.Struct("!II")
OUT_OF_MEMORY = 12
"""Exit status of a child that had not even the memory to tell so."""
CUT_MARK = "\n… "
"""What stands between the part of a tool's prints that was kept and the word on what was cut."""
# Made once, which is faster, and kept from `json`, whose functions a tool may replace.
_WRITE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_READ = json.JSONDecoder().decode


class Closed(Exception):
    """The other side is gone."""


def encode(message: dict[str, Any], raw: bytes = b"") -> bytes:
    """Return one frame. Raises ValueError for NaN and infinities, TypeError for what JSON cannot hold."""
    text = json_bytes(message)
    return HEADER.pack(len(text), len(raw)) + text + raw


def json_bytes(value: Any) -> bytes:
    """Return JSON in UTF-8, half surrogates as question marks. Raises ValueError for NaN, TypeError."""
    return _WRITE(value).encode("utf-8", "replace")


def send(channel: socket.socket, message: dict[str, Any], raw: bytes = b"") -> None:
    """Send one frame, blocking."""
    channel.sendall(encode(message, raw))


def receive(channel: socket.socket) -> tuple[dict[str, Any], bytes, list[int]]:
    """Return (message, raw bytes, passed descriptors), blocking. Raises Closed."""
    first, ancillary, _, _ = channel.recvmsg(HEADER.size, socket.CMSG_SPACE(4))
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: len(data) - len(data) % 4])
    if not first:
        raise Closed
    first += _exactly(channel, HEADER.size - len(first))
    text_length, raw_length = HEADER.unpack(first)
    message = _READ(_exactly(channel, text_length).decode())
    return message, _exactly(channel, raw_length), list(descriptors)


def _exactly(channel: socket.socket, length: int) -> bytes:
    buffer = bytearray(length)
    view, have = memoryview(buffer), 0
    while have < length:
        count = channel.recv_into(view[have:])
        if not count:
            raise Closed
        have += count
    return bytes(buffer)
