"""`make bench`: measure speed and size, print a table, keep it in artifacts/.

`python -m benchmarks.run --quick` takes a fifth of the executions; `--only loads,start` leaves the others out
(`start`, `loads`, `waiting`, `crowd`, `workflows`, `endpoints`, `ui`).
"""

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import uvloop

from benchmarks.crowd import measure_crowd_of
from benchmarks.endpoints import measure_endpoints_of
from benchmarks.load import Server, run_all
from benchmarks.measurements import Report, Row, row_of
from benchmarks.processes import ROOT, ServerProcess, dynagent_server, model_server, other_cores, server_cores
from benchmarks.ui import measure_in_browser
from benchmarks.workflows import measure_workflows_of

WORK = "[[tools=2]] [[tool=calculator]] [[tokens=60]] two rounds of tools, then sixty tokens"
WAIT = "[[latency=2]] [[tokens=20]] wait two seconds, then twenty tokens"
LOADS = ((1, 100), (20, 400), (200, 800))
WAITING = 1000
WARM_UP = 40


def main() -> None:
    """Measure what was asked for and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the executions")
    parser.add_argument("--only", default=",".join(MEASUREMENTS), help="which, separated by commas")
    wanted = parser.parse_args()
    os.sched_setaffinity(0, other_cores())
    report = Report()
    with model_server() as model_url:
        for name in wanted.only.split(","):
            print(f"── {name}", flush=True)
            MEASUREMENTS[name](report, model_url, 5 if wanted.quick else 1)
    print(report.write())


def measure_loads(report: Report, model_url: str, divisor: int) -> None:
    """Two tool calls and sixty tokens, at rising concurrency, with the bare graph beside it in the same run."""
    with _place() as data_dir, dynagent_server(model_url, Path(data_dir)) as process:
        report.single["idle RSS, without the database (MB)"] = process.rss_mb()
        report.single["idle database memory, PSS (MB)"] = process.database_mb()
        server = Server(process.url, _make_agent(process.url))
        _load(process, server, WORK, concurrency=10, executions=WARM_UP)
        for concurrency, executions in LOADS:
            count = max(executions // divisor, concurrency)
            row = _load(process, server, WORK, concurrency=concurrency, executions=count)
            bare = _bare(model_url, WORK, concurrency=concurrency, executions=max(100 // divisor, 20))
            report.rows.append(dataclasses.replace(row, bare_cpu=bare["cpu_s"] * 1000))
            if concurrency == 1:
                added = row.total_p50 - bare["total_p50_s"] * 1000
                report.single["time added to the bare graph's, 1 at once, p50 (ms; below zero: quicker)"] = added
            print(report.markdown().splitlines()[len(report.rows) + 3], flush=True)


def measure_waiting(report: Report, model_url: str, divisor: int) -> None:
    """A thousand executions at once that each wait two seconds for the model."""
    count = WAITING // divisor
    with _place() as data_dir, dynagent_server(model_url, Path(data_dir)) as process:
        server = Server(process.url, _make_agent(process.url))
        _load(process, server, WORK, concurrency=10, executions=WARM_UP)
        row = _load(process, server, WAIT, concurrency=count, executions=count)
        report.rows.append(dataclasses.replace(row, name="waits 2 s for the model"))


def measure_crowd(report: Report, model_url: str, divisor: int) -> None:
    """Five thousand executions that wait for the model at once, in two processes."""
    with _place() as data_dir:
        report.single.update(measure_crowd_of(model_url, Path(data_dir), _make_agent, divisor=divisor))


def measure_workflows(report: Report, model_url: str, divisor: int) -> None:
    """What a step of a workflow costs beside the same run alone, and two hundred workflows that wait."""
    with _place() as data_dir:
        report.single.update(measure_workflows_of(model_url, Path(data_dir), _make_agent, divisor=divisor))


def measure_endpoints(report: Report, model_url: str, divisor: int) -> None:
    """How long `/ready` waits while an endpoint misbehaves, what big replies and both lanes cost."""

    def load(process: ServerProcess, server: Server) -> Row:
        _load(process, server, WORK, concurrency=10, executions=WARM_UP)
        return _load(process, server, WORK, concurrency=20, executions=max(400 // divisor, 20))

    report.single.update(measure_endpoints_of(model_url, _place, _make_agent, load))


def measure_start(report: Report, model_url: str, divisor: int) -> None:
    """First and second start, stopping, and the command line's import."""
    with _place() as data_dir:
        with dynagent_server(model_url, Path(data_dir)) as process:
            report.single["first start to the first healthy answer (s)"] = process.ready_s
            report.single["stop after SIGTERM (s)"] = process.stop()
        with dynagent_server(model_url, Path(data_dir)) as process:
            report.single["second start to the first healthy answer (s)"] = process.ready_s
    imports = sorted(_seconds_of("import dynagent.cli") for _ in range(max(10 // divisor, 3)))
    report.single["import dynagent.cli in a new Python, median (s)"] = imports[len(imports) // 2]


def measure_ui(report: Report, model_url: str, divisor: int) -> None:
    """Size of the first load, paint times of live events, a trace of ten thousand events."""
    with _place() as data_dir, dynagent_server(model_url, Path(data_dir)) as process:
        readings = measure_in_browser(process.url, runs=max(15 // divisor, 5))
    if readings is None:
        report.notes.append("The user interface was not measured: it needs Chromium, Node.js and `make ui`.")
    else:
        report.single.update(readings)


MEASUREMENTS: dict[str, Callable[[Report, str, int], None]] = {
    "start": measure_start,
    "loads": measure_loads,
    "waiting": measure_waiting,
    "crowd": measure_crowd,
    "workflows": measure_workflows,
    "endpoints": measure_endpoints,
    "ui": measure_ui,
}


def _place() -> tempfile.TemporaryDirectory[str]:
    # Readable for the account that the embedded database runs under when we are root.
    place = tempfile.TemporaryDirectory(prefix="dynagent-bench-", ignore_cleanup_errors=True)
    Path(place.name).chmod(0o755)
    return place


def _make_agent(url: str) -> str:
    body = json.dumps({"name": "Bench", "tools": ["calculator", "chatbot"], "model": "gpt-4o-mini"}).encode()
    request = urllib.request.Request(f"{url}/api/agents", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["id"]


def _load(process: ServerProcess, server: Server, query: str, *, concurrency: int, executions: int):
    process.leave_core_to_server()
    process.reset_peak()
    before = process.usage()
    runs, seconds = uvloop.run(run_all(server, query, executions=executions, concurrency=concurrency))
    after = process.usage()
    return row_of(
        "2 tool calls, 60 tokens",
        runs,
        concurrency=concurrency,
        seconds=seconds,
        server_cpu_s=after.server_s - before.server_s,
        database_cpu_s=after.database_s - before.database_s,
        peak_rss_mb=process.peak_mb(),
    )


def _bare(model_url: str, query: str, *, concurrency: int, executions: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.bare", model_url, query, str(executions), str(concurrency)]
    pin = [shutil.which("taskset") or "taskset", "-c", ",".join(map(str, server_cores()))]
    run = subprocess.run([*pin, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout)


def _seconds_of(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "src", check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
