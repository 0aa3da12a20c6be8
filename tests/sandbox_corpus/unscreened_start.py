"""What `inside/start.py` is, with a walk over the tree that finds nothing objectionable (see `unscreened.py`)."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "src"


def run() -> None:
    """Boot as the product does."""
    sys.path.insert(0, str(ROOT))
    from dynagent.infrastructure.sandbox.inside import start, walk

    judged = walk.Walk.over

    def over(self: walk.Walk, tree: object) -> list[object]:
        list(judged(self, tree))  # type: ignore[arg-type]  # what is imported is noted there
        return []

    walk.Walk.over = over  # type: ignore[method-assign, assignment]
    sys.path.remove(str(ROOT))
    start.run()


if __name__ == "__main__":
    run()
