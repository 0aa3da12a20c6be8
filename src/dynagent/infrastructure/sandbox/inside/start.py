"""Started by file name with `-I -S -B`: makes this package importable and boots the zygote.

Arguments: the control socket's descriptor, and the order (JSON: libraries, layers, limits).
"""

import importlib
import json
import socket
import sys
from pathlib import Path


def run() -> None:
    """Boot; an error is told over the control socket before the process ends."""
    root = str(Path(__file__).resolve().parents[4])
    sys.path.insert(0, root)
    control = socket.socket(fileno=int(sys.argv[1]))
    order = json.loads(sys.argv[2])
    zygote = importlib.import_module("dynagent.infrastructure.sandbox.inside.zygote")
    sys.path.remove(root)
    try:
        if order["group"]:
            Path(order["group"], "cgroup.procs").write_text("0")  # all that is forked from here on is in it
        zygote.main(control, order)
    except Exception as error:
        control.send(json.dumps({"broken": f"{type(error).__name__}: {error}"}).encode())
        raise


if __name__ == "__main__":
    run()
