"""A child as the server sees it: its channel, the one call it is busy with, its end."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from dynagent.core.shared.turns import apart, json_size
from dynagent.infrastructure.sandbox.inside.frames import encode
from dynagent.infrastructure.sandbox.protocol import FrameReader, ProtocolError
from dynagent.infrastructure.sandbox.zygotes import Ended, Zygote

_READ_SIZE = 1 << 16
_EXIT_GRACE_S = 0.1
_REPORT_WAIT_S = 5.0
_MESSAGES_PER_CALL = 200
_READS_AFTER_END = 64

Frame = tuple[dict[str, Any], bytes]


class ChildDied(Exception):
    """The child ended before it answered; `ended` says how."""

    def __init__(self, ended: Ended) -> None:
        super().__init__("the child ended before it answered")
        self.ended = ended


class CallTimedOut(Exception):
    """The deadline of a call passed; the child is being killed."""


class Child:
    """One process of the sandbox. States: starting → idle → busy → (idle, when kept) → gone."""

    def __init__(self, zygote: Zygote, *, frame_limit: int, ready: "Callable[[Child], None]") -> None:
        self._loop = asyncio.get_running_loop()
        self._ready = ready
        self._reader = FrameReader(frame_limit)
        self._answer: asyncio.Future[Frame] | None = None
        self._requests: Callable[[dict[str, Any]], None] | None = None
        self._messages = 0
        self.zygote = zygote
        self.idle = False
        self.calls = 0
        self.trouble = ""
        self.born = self._loop.time()
        self.ended: asyncio.Future[Ended] = self._loop.create_future()
        self._channel, theirs = socket.socketpair()
        self._channel.setblocking(False)
        slot = zygote.spawn(theirs, self._on_end)
        theirs.close()
        self._open = slot is not None
        self._slot = -1 if slot is None else slot
        if slot is None:
            self._channel.close()
            self.ended.set_result(Ended(None))
        else:
            self._loop.add_reader(self._channel.fileno(), self._on_data)

    @property
    def alive(self) -> bool:
        """Whether the process may still be used."""
        return self._open and not self.ended.done()

    async def call(
        self,
        message: dict[str, Any],
        raw: bytes,
        *,
        timeout_s: float,
        requests: Callable[[dict[str, Any]], None] | None = None,
    ) -> Frame:
        """Send one frame and return the answering one; frames of kind `connect` go to `requests` meanwhile.

        Raises ChildDied, CallTimedOut (the child is killed), ProtocolError (it is killed); cancelled, it is killed.
        """
        answer = self._answer = self._loop.create_future()
        self._requests, self._messages, self.idle = requests, 0, False
        self.calls += 1
        if not self.alive:
            self._died()
        timer = self._loop.call_later(timeout_s, self._time_out)
        try:
            if self.alive:
                await self._send(await apart(json_size(message), encode, message, raw))
            return await answer
        except BaseException:
            self.kill()
            raise
        finally:
            timer.cancel()
            if answer.done() and not answer.cancelled():
                answer.exception()
            self._answer = self._requests = None

    def pass_socket(self, message: dict[str, Any], connected: socket.socket | None) -> None:
        """Answer a request of the child, with a socket that then belongs to it as well."""
        if not self.alive:
            return
        try:
            if connected is None:
                self._channel.send(encode(message))
            else:
                socket.send_fds(self._channel, [encode(message)], [connected.fileno()])
        except OSError:
            self.kill()

    def keep(self) -> None:
        """Mark a child that has answered as ready for the next call of the same tool."""
        self.idle = True

    def release(self) -> None:
        """Let the child end by itself after its answer; it is killed when it does not."""
        self._close()
        if not self.ended.done():
            timer = self._loop.call_later(_EXIT_GRACE_S, self.kill)
            self.ended.add_done_callback(lambda _: timer.cancel())

    def kill(self) -> None:
        """End the process now."""
        self._close()
        if not self.ended.done():
            self.zygote.kill(self._slot)

    async def end(self, wait_s: float) -> Ended:
        """Return how the process ended, waiting for it at most `wait_s`."""
        try:
            async with asyncio.timeout(wait_s):
                return await asyncio.shield(self.ended)
        except TimeoutError:
            return Ended(None)

    async def _send(self, data: bytes) -> None:
        try:
            sent = self._channel.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            return
        if sent < len(data):
            try:
                await self._loop.sock_sendall(self._channel, memoryview(data)[sent:])
            except OSError:
                return

    def _on_data(self) -> None:
        try:
            data = self._channel.recv(_READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close()
            self._wait_for_report()
            return
        try:
            for frame in self._reader.feed(data):
                self._on_frame(frame)
        except ProtocolError as error:
            self._fail(error)
            self.kill()

    def _on_frame(self, frame: Frame) -> None:
        kind = frame[0].get("kind")
        if self.calls == 0:
            if kind != "ready" or self.idle:
                self.trouble = str(frame[0].get("message", "it spoke before it was asked"))[:300]
                raise ProtocolError(self.trouble)
            self.idle = True
            self._ready(self)
            return
        self._messages += 1
        if self._answer is None or self._answer.done() or self._messages > _MESSAGES_PER_CALL:
            raise ProtocolError("a child spoke without being asked")
        if kind == "connect" and self._requests is not None:
            self._requests(frame[0])
        else:
            self._answer.set_result(frame)

    def _on_end(self, ended: Ended) -> None:
        if not self.ended.done():
            self.ended.set_result(ended)
        # What the child sent just before its end is still in the socket and counts.
        for _ in range(_READS_AFTER_END):
            if self._open:
                self._on_data()
        self._close()
        self._died()

    def _wait_for_report(self) -> None:
        """The channel has ended; how the process ended comes from the zygote, a moment later."""
        if self._answer is not None and not self.ended.done():
            self._loop.call_later(_REPORT_WAIT_S, self._died)
            self.zygote.kill(self._slot)

    def _died(self) -> None:
        self._fail(ChildDied(self.ended.result() if self.ended.done() else Ended(None)))

    def _time_out(self) -> None:
        self._fail(CallTimedOut())

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def _close(self) -> None:
        if self._open:
            self._open = False
            self._loop.remove_reader(self._channel.fileno())
            self._channel.close()
