"""What a zygote imports before it forks: after confinement no native extension loads, so libraries come whole."""

import contextlib
import importlib
import ssl
import sys
from collections.abc import Callable
from typing import Any

from dynagent.infrastructure.sandbox.inside import imports

_CODECS = "ascii latin_1 cp1252 idna punycode utf_16 utf_32 utf_8_sig unicode_escape hex_codec base64_codec rot_13"
_DEEP = {
    "httpx": ("httpx", "httpcore", "anyio._backends._asyncio", "sniffio", "h11", "certifi"),
    "httpx2": ("httpx2", "httpcore2", "anyio._backends._asyncio", "h11", "certifi", "truststore"),
    "pydantic": (
        "pydantic",
        "pydantic.dataclasses",
        "pydantic.deprecated.decorator",
        "pydantic_core",
        "annotated_types",
    ),
    "openai": ("openai", "openai.resources.chat.completions", "openai.resources.responses", "jiter", "distro", "anyio"),
}


def standard() -> None:
    """Import every module of the standard library that tools may use, and the usual codecs."""
    for name in sorted(imports.STANDARD | {"_strptime", "asyncio.selector_events", "pyexpat", "zoneinfo"}):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for name in _CODECS.split():
        importlib.import_module(f"encodings.{name}")


def libraries(names: list[str]) -> dict[str, str]:
    """Import third-party libraries deeply and warm them; return name → why for those that failed."""
    failed: dict[str, str] = {}
    for name in sorted(imports.NETWORK):
        importlib.import_module(name)
    for name in names:
        try:
            for module in _DEEP.get(name, (name,)):
                importlib.import_module(module)
        except Exception as error:
            failed[name] = f"{type(error).__name__}: {error}"
    _share_trust()
    for name, warm in (("openai", _warm_openai),):
        if name in sys.modules:
            with contextlib.suppress(Exception):
                warm()
    return failed


def _share_trust() -> None:
    """Make client TLS contexts now (parsing the trust anchors costs 20 ms) and hand them out where one is asked for."""
    for module, name in (("httpx._transports.default", "httpx"), ("httpx2._transports.default", "httpx2")):
        place: Any = sys.modules.get(module)
        if name in sys.modules and place is not None and hasattr(place, "create_ssl_context"):
            place.create_ssl_context = _once(place.create_ssl_context, count=2)
    ssl.create_default_context = _once(ssl.create_default_context, count=2)
    ssl._create_default_https_context = ssl.create_default_context  # type: ignore[attr-defined]


def _once(make: Callable[..., Any], *, count: int) -> Callable[..., Any]:
    """Return a maker that gives each of `count` ready contexts away once, when asked without special wishes."""
    try:
        ready = [make() for _ in range(count)]
    except Exception:
        return make

    def create(*arguments: Any, **wishes: Any) -> Any:
        plain = not arguments and all(
            value is None or (name in ("verify", "trust_env") and value is True) for name, value in wishes.items()
        )
        return ready.pop() if plain and ready else make(*arguments, **wishes)

    return create


def _warm_openai() -> None:
    """Make one scripted completion, so that models and headers that the library builds lazily are there."""
    openai: Any = sys.modules["openai"]
    http: Any = importlib.import_module("httpx2" if "httpx2" in sys.modules else "httpx")
    answer = {
        "id": "warm", "object": "chat.completion", "created": 1, "model": "warm",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "warm"}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }  # fmt: skip

    def reply(_: Any) -> Any:
        return http.Response(200, json=answer)

    transport = http.MockTransport(reply)
    with openai.OpenAI(api_key="none", http_client=http.Client(transport=transport)) as client:
        client.chat.completions.create(model="warm", messages=[{"role": "user", "content": "warm"}], temperature=0.2)
