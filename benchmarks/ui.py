"""The budgets of the user interface, measured in a browser against a real server (frontend/tests/e2e/bench.mjs)."""

import json
import os
import subprocess

from benchmarks.processes import ROOT

FRONTEND = ROOT / "frontend"
LACKING = 2


def measure_in_browser(url: str, *, runs: int) -> dict[str, float] | None:
    """Return measurements by name (units are in the names); None where there is no browser, Node.js or built interface.

    `runs`: how many executions are watched for the paint times. Raises CalledProcessError when the measuring fails.
    """
    if not (FRONTEND / "node_modules").is_dir() or not (FRONTEND / "out" / "index.html").is_file():
        return None
    command = ["node", "tests/e2e/bench.mjs", str(runs)]
    environment = os.environ | {"DYNAGENT_URL": url}
    try:
        run = subprocess.run(command, cwd=FRONTEND, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    except FileNotFoundError:
        return None
    if run.returncode == LACKING:
        return None
    run.check_returncode()
    return json.loads(run.stdout.strip().splitlines()[-1])
