"""all-MiniLM-L6-v2 with numpy: 6 layers of BERT, the mean of their last states, at length 1. 384 dimensions.

Texts of a batch stand one behind the other, without padding; only attention looks at each by itself. The result is that
of the reference within 2·10⁻⁷.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# numpy's own types of arithmetic are wider than what these arrays are.

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from dynagent.infrastructure.embeddings.inside import weights

DIMENSIONS = 384
MAX_TOKENS = 256
_LAYERS, _HEADS = 6, 12
_PER_HEAD = DIMENSIONS // _HEADS
_AT_ONCE = 2048
"""Tokens computed together: more need more memory and are no faster."""

Array = Any


class MiniLM:
    """The model in memory."""

    def __init__(self, place: Path) -> None:
        found = weights.tensors(place)
        self._tokenizer: Any = Tokenizer.from_file(str(place / "tokenizer.json"))
        # The file switches both on, at 128.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._words = found["embeddings.word_embeddings.weight"]
        self._places = (
            found["embeddings.position_embeddings.weight"] + found["embeddings.token_type_embeddings.weight"][0]
        )
        self._norm = found["embeddings.LayerNorm.weight"], found["embeddings.LayerNorm.bias"]
        self._layers = [_Layer(found, f"encoder.layer.{at}.") for at in range(_LAYERS)]

    def embed(self, texts: Sequence[str]) -> tuple[Array, int]:
        """Return a row of length 1 for each text, and the tokens read."""
        ids = [encoded.ids for encoded in self._tokenizer.encode_batch(list(texts))]
        # Alike lengths together: what is computed at once is then of one size.
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        found = np.empty((len(ids), DIMENSIONS), dtype=np.float32)
        part: list[int] = []
        for at in order:
            if part and sum(len(ids[one]) for one in part) + len(ids[at]) > _AT_ONCE:
                found[part] = self._forward([ids[one] for one in part])
                part = []
            part.append(at)
        if part:
            found[part] = self._forward([ids[one] for one in part])
        return found, sum(map(len, ids))

    def _forward(self, ids: list[list[int]]) -> Array:
        lengths = [len(one) for one in ids]
        ends = np.cumsum(lengths)
        bounds = list(zip((ends - lengths).tolist(), ends.tolist(), strict=True))
        states = self._words[np.concatenate(ids)] + self._places[np.concatenate([np.arange(n) for n in lengths])]
        states = _normal(states, *self._norm)
        for layer in self._layers:
            states = layer(states, bounds)
        means = np.stack([states[begin:end].mean(axis=0) for begin, end in bounds])
        return means / np.linalg.norm(means, axis=1, keepdims=True)


class _Layer:
    def __init__(self, found: dict[str, Array], prefix: str) -> None:
        def turned(name: str) -> Array:
            return np.ascontiguousarray(found[f"{prefix}{name}.weight"].T)

        parts = ("query", "key", "value")
        self._in = np.concatenate([turned(f"attention.self.{part}") for part in parts], axis=1)
        self._in_bias = np.concatenate([found[f"{prefix}attention.self.{part}.bias"] for part in parts])
        self._out = turned("attention.output.dense"), found[f"{prefix}attention.output.dense.bias"]
        self._up = turned("intermediate.dense"), found[f"{prefix}intermediate.dense.bias"]
        self._down = turned("output.dense"), found[f"{prefix}output.dense.bias"]
        self._norms = [
            (found[f"{prefix}{name}.LayerNorm.weight"], found[f"{prefix}{name}.LayerNorm.bias"])
            for name in ("attention.output", "output")
        ]

    def __call__(self, states: Array, bounds: list[tuple[int, int]]) -> Array:
        projected = states @ self._in + self._in_bias
        seen = np.empty_like(states)
        for begin, end in bounds:
            seen[begin:end] = _attention(projected[begin:end])
        states = _normal(seen @ self._out[0] + self._out[1] + states, *self._norms[0])
        wide = _gelu(states @ self._up[0] + self._up[1])
        return _normal(wide @ self._down[0] + self._down[1] + states, *self._norms[1])


def _attention(projected: Array) -> Array:
    queries, keys, values = (
        projected[:, part * DIMENSIONS : (part + 1) * DIMENSIONS].reshape(-1, _HEADS, _PER_HEAD).transpose(1, 0, 2)
        for part in range(3)
    )
    scores = queries @ keys.transpose(0, 2, 1)
    scores *= np.float32(_PER_HEAD**-0.5)
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return (scores @ values).transpose(1, 0, 2).reshape(-1, DIMENSIONS)


def _normal(states: Array, scale: Array, shift: Array) -> Array:
    centred = states - states.mean(axis=-1, keepdims=True)
    variance = np.einsum("ij,ij->i", centred, centred)[:, None] / np.float32(DIMENSIONS)
    centred /= np.sqrt(variance + np.float32(1e-12))
    return centred * scale + shift


def _gelu(values: Array) -> Array:
    """Return x·Φ(x); numpy has no error function, Abramowitz and Stegun 7.1.26 errs by 1.5·10⁻⁷ at most."""
    one = np.float32(1)
    distance = np.abs(values) * np.float32(0.7071067811865476)
    short = one / (one + np.float32(0.3275911) * distance)
    series = np.float32(1.061405429)
    for factor in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = series * short + np.float32(factor)
    error = one - series * short * np.exp(-distance * distance)
    return np.float32(0.5) * values * (one + np.copysign(error, values))
