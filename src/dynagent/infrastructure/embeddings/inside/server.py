"""The process: load the model, then answer each line of texts with their vectors, until standard input ends.

Run with `-I -S -B` and one argument, a JSON object with the paths to import from. A line in: a JSON list of texts. Out:
a JSON line about the answer, then its bytes, 32-bit floats of this machine's order.
"""

import json
import os
import sys
from typing import Any

ORDER: dict[str, Any] = json.loads(sys.argv[1]) if __name__ == "__main__" else {}
sys.path.extend(ORDER.get("paths", []))

from dynagent.infrastructure.embeddings.inside import weights  # noqa: E402
from dynagent.infrastructure.sandbox.inside import kernel  # noqa: E402


def main() -> None:
    """Serve until there is nothing more to read."""
    # Where the reading of a batch goes on in the other core, everybody else waits: one thread for each unless told.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", str(ORDER.get("threads", 1)))
    if kernel.LINUX:
        kernel.die_with_parent()
    try:
        # Where numpy is not installed, the answer is one line and no traceback.
        from dynagent.infrastructure.embeddings.inside.minilm import MiniLM

        place = weights.folder()
        if place is None:
            raise ValueError("the package with the model's weights is not installed")
        weights.check(place)
        model = MiniLM(place)
    except (ImportError, OSError, ValueError) as error:
        _answer({"error": str(error)})
        return
    _answer({"ready": True})
    for line in sys.stdin.buffer:
        vectors, tokens = model.embed(json.loads(line))
        _answer({"rows": len(vectors), "tokens": tokens}, vectors.tobytes())


def _answer(head: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
