"""What a zygote imports before it forks: after confinement no native extension loads, so libraries come whole."""

import contextlib
import importlib
import importlib.resources
import io
import pkgutil
import ssl
import sys
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dynagent.infrastructure.sandbox.inside import imports

_LAZY = ("_strptime", "asyncio.selector_events", "concurrent.futures.thread", "importlib.resources", "pyexpat")
"""What modules of the standard library import only when they are used."""
_PARTS = {"openai": "openai.resources", "pydantic": "pydantic", "httpx": "httpx", "httpx2": "httpx2"}
"""Library → the package whose modules it loads one by one, as they are used."""
_READY_CONTEXTS = 2
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
    for name in sorted(imports.STANDARD | set(_LAZY)):
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


def whole(names: list[str]) -> None:
    """Load what is otherwise loaded when it is used, for children that can open no file: modules and time zones."""
    for place in ("encodings", "email", "xml.etree", *[_PARTS[name] for name in names if name in _PARTS]):
        with contextlib.suppress(ImportError):
            package = importlib.import_module(place)
            for found in pkgutil.walk_packages(package.__path__, f"{place}.", onerror=lambda _: None):
                if not found.name.endswith("__main__"):
                    with contextlib.suppress(Exception):
                        importlib.import_module(found.name)
    _remember_zones()


def _remember_zones() -> None:
    """Keep the files of all time zones (half a megabyte) where `zoneinfo` asks when it finds none on the path."""
    retained: dict[str, bytes] = {}
    for key in zoneinfo.available_timezones():
        with contextlib.suppress(OSError, ValueError, LookupError):
            retained[key] = _zone_file(key)
    common: Any = importlib.import_module("zoneinfo._common")
    otherwise = common.load_tzdata

    def load(key: str) -> Any:
        return io.BytesIO(retained[key]) if key in retained else otherwise(key)

    common.load_tzdata = load


def _zone_file(key: str) -> bytes:
    for place in zoneinfo.TZPATH:
        if (file := Path(place, key)).is_file():
            return file.read_bytes()
    return importlib.resources.files("tzdata.zoneinfo").joinpath(key).read_bytes()


def _share_trust() -> None:
    """Make client TLS contexts now (parsing the trust anchors costs 20 ms) and hand them out where one is asked for.

    Further ones are made of the anchors' text, kept in memory: a sealed child can open no file.
    """
    make = ssl.create_default_context
    anchors = _trust_anchors()

    def spare() -> ssl.SSLContext:
        return make(cadata=anchors or None)

    for module, name in (("httpx._transports.default", "httpx"), ("httpx2._transports.default", "httpx2")):
        place: Any = sys.modules.get(module)
        if name in sys.modules and place is not None and hasattr(place, "create_ssl_context"):
            place.create_ssl_context = _given(place.create_ssl_context, spare)
    ssl.create_default_context = _given(make, spare)
    ssl._create_default_https_context = ssl.create_default_context  # type: ignore[attr-defined]


def _trust_anchors() -> str:
    """Return the trust anchors in PEM, certifi's or else the machine's; empty when there are none."""
    places = [ssl.get_default_verify_paths().cafile]
    with contextlib.suppress(ImportError):
        places.insert(0, importlib.import_module("certifi").where())
    for place in places:
        with contextlib.suppress(OSError, TypeError):
            return Path(str(place)).read_text(encoding="ascii", errors="ignore")
    return ""


def _given(make: Callable[..., Any], spare: Callable[[], Any]) -> Callable[..., Any]:
    """Return a maker that, asked without special wishes, gives ready contexts away, then spare ones."""
    ready: list[Any] = []
    with contextlib.suppress(Exception):
        ready += [make() for _ in range(_READY_CONTEXTS)]

    def create(*arguments: Any, **wishes: Any) -> Any:
        plain = not arguments and all(
            value is None or (name in ("verify", "trust_env") and value is True) for name, value in wishes.items()
        )
        if not plain:
            return make(*arguments, **wishes)
        return ready.pop() if ready else spare()

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
