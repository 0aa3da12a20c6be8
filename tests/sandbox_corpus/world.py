"""What is around the tools of the corpus: a site that may be granted, a port that nobody may reach, a canary file."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SECRET = "s3cret"
_CHAT = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "scripted answer"}}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}  # fmt: skip
_RESPONSE = {
    "id": "r", "object": "response", "created_at": 1, "model": "m", "status": "completed", "tools": [],
    "tool_choice": "auto", "parallel_tool_calls": False,
    "output": [{"id": "o", "type": "message", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": "scripted response", "annotations": []}]}],
}  # fmt: skip
_EMBEDDED = {"object": "list", "model": "m",
             "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2, 0.3]}],
             "usage": {"prompt_tokens": 1, "total_tokens": 1}}  # fmt: skip
_MODELS = {"object": "list", "data": [{"id": "ada", "object": "model", "created": 1, "owned_by": "x"}]}


class World:
    """Start with `with`; `values` are the placeholders of the sources."""

    def __init__(self, place: Path) -> None:
        self.canary = place / "canary"
        self.reached = 0
        self._site = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
        self._forbidden = socket.create_server(("127.0.0.1", 0))
        self.private_name = _private_name()

    def __enter__(self) -> "World":
        threading.Thread(target=self._site.serve_forever, daemon=True).start()
        threading.Thread(target=self._count, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._site.shutdown()
        self._site.server_close()
        self._forbidden.close()

    @property
    def site(self) -> str:
        """`host:port` of what may be granted."""
        return f"127.0.0.1:{self._site.server_address[1]}"

    @property
    def values(self) -> dict[str, str]:
        """Placeholder → what it stands for."""
        site_port = self.site.partition(":")[2]
        return {
            "{site}": self.site,
            "{site_port}": site_port,
            "{port}": str(self._forbidden.getsockname()[1]),
            "{canary}": str(self.canary),
            "{secret}": SECRET,
            "{private_name}": f"{self.private_name}:{site_port}",
        }

    @property
    def settings(self) -> dict[str, str]:
        """Environment of a server whose tools live here."""
        return {
            "OPENAI_BASE_URL": f"http://{self.site}/v1",
            "OPENAI_API_KEY": "sk-of-the-corpus",
            "TOOL_SANDBOX_SECRETS": json.dumps({"CORPUS_SECRET": SECRET}),
            "RATE_LIMIT_PER_MINUTE": "0",
            "ADDRESS_LIMIT_PER_MINUTE": "0",
        }

    def harmed(self) -> list[str]:
        """What has happened that must not."""
        found = ["the canary was touched"] if self.canary.exists() else []
        return found + (["the forbidden port was reached"] if self.reached else [])

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self._forbidden.accept()
            except OSError:
                return
            self.reached += 1
            connection.close()


class _Site(BaseHTTPRequestHandler):
    """Answers what the cases ask for."""

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        match path:
            case "/":
                self._say("ok")
            case "/json":
                self._say({"hello": "world"}, x_echo=self.headers.get("x-echo", ""))
            case "/lines":
                self._say("0\n1\n2\n")
            case "/big":
                self._say("x" * 1_000_000)
            case "/slow":
                time.sleep(1)
                self._say("late")
            case "/redirect":
                self._say("", status=302, location=query.removeprefix("to="))
            case "/v1/models":
                self._say(_MODELS)
            case _:
                self._say({"error": {"message": "nothing here"}}, status=404)

    def do_POST(self) -> None:
        asked: dict[str, Any] = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        match self.path:
            case "/v1/chat/completions" if asked.get("stream"):
                chunks = "".join(_chunk(text) for text in ("one", " two"))
                self._say(chunks + "data: [DONE]\n\n", kind="text/event-stream")
            case "/v1/chat/completions":
                self._say(_CHAT)
            case "/v1/responses":
                self._say(_RESPONSE)
            case "/v1/embeddings":
                self._say(_EMBEDDED)
            case _:
                self._say({"error": {"message": "nothing here"}}, status=404)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _say(self, what: Any, status: int = 200, kind: str = "", **headers: str) -> None:
        body = what.encode() if isinstance(what, str) else json.dumps(what).encode()
        self.send_response(status)
        self.send_header("content-type", kind or ("text/plain" if isinstance(what, str) else "application/json"))
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def _chunk(text: str) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n"


def _private_name() -> str | None:
    """A name that this machine resolves to an address of its own, other than localhost; None when there is none."""
    for name in (socket.gethostname(), "ip6-localhost", "localhost.localdomain", "localhost6"):
        try:
            socket.getaddrinfo(name, 80)
        except OSError:
            continue
        return name
    return None
