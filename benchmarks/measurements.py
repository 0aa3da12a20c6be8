"""From runs to measurements, and from measurements to a table in Markdown."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.load import Run

ARTIFACTS = Path(__file__).resolve().parent.parent / "artifacts"


@dataclass(frozen=True, slots=True)
class Row:
    """One load: what was reached with it. Times in milliseconds, memory in MB."""

    name: str
    concurrency: int
    executions: int
    per_s: float
    first_event_p50: float
    first_event_p99: float
    first_token_p50: float
    first_token_p99: float
    total_p50: float
    total_p99: float
    event_delay_p50: float
    event_delay_p99: float
    server_cpu: float
    database_cpu: float
    peak_rss: float
    bare_cpu: float | None = None

    @property
    def ratio(self) -> float | None:
        """CPU of the server per execution, against the bare graph's."""
        return self.server_cpu / self.bare_cpu if self.bare_cpu else None


@dataclass(slots=True)
class Report:
    """Everything one `make bench` has measured; `single` holds measurements that stand alone, by name."""

    rows: list[Row] = field(default_factory=list[Row])
    single: dict[str, float] = field(default_factory=dict[str, float])
    notes: list[str] = field(default_factory=list[str])

    def write(self) -> str:
        """Write `artifacts/bench.json` and `artifacts/bench.md`; return the Markdown."""
        ARTIFACTS.mkdir(exist_ok=True)
        text = self.markdown()
        rows = [asdict(row) | {"ratio": row.ratio} for row in self.rows]
        whole = {"machine": machine(), "rows": rows, "single": self.single, "notes": self.notes}
        (ARTIFACTS / "bench.json").write_text(json.dumps(whole, indent=2))
        (ARTIFACTS / "bench.md").write_text(text)
        return text

    def markdown(self) -> str:
        """Return the tables."""
        head = (
            "| load | at once | executions/s | first event p50 / p99 | first token p50 / p99 | total p50 / p99 "
            "| event delay p50 / p99 | server CPU each | against bare graph | database CPU each | peak RSS |"
        )
        lines = [machine(), "", head, "|---|" + "---:|" * 10, *(_line(row) for row in self.rows), ""]
        if self.single:
            lines += ["| measurement | value |", "|---|---:|"]
            lines += [f"| {name} | {value:,.3g} |" for name, value in self.single.items()]
        return "\n".join([*lines, "", *self.notes]).strip() + "\n"


def row_of(
    name: str,
    runs: Sequence[Run],
    *,
    concurrency: int,
    seconds: float,
    server_cpu_s: float,
    database_cpu_s: float,
    peak_rss_mb: float,
) -> Row:
    """Return the row of a load. Raises RuntimeError when an execution did not complete."""
    failed = [run.ending for run in runs if run.ending != "complete"]
    if failed:
        raise RuntimeError(f"{name}: {len(failed)} of {len(runs)} executions ended as {set(failed)}")
    first_event = [run.first_event_s for run in runs]
    first_token = [run.first_token_s for run in runs if run.first_token_s is not None] or [float("nan")]
    totals = [run.total_s for run in runs]
    delays = [delay for run in runs for delay in run.delays_s]
    return Row(
        name=name,
        concurrency=concurrency,
        executions=len(runs),
        per_s=len(runs) / seconds,
        first_event_p50=percentile(first_event, 50) * 1000,
        first_event_p99=percentile(first_event, 99) * 1000,
        first_token_p50=percentile(first_token, 50) * 1000,
        first_token_p99=percentile(first_token, 99) * 1000,
        total_p50=percentile(totals, 50) * 1000,
        total_p99=percentile(totals, 99) * 1000,
        event_delay_p50=percentile(delays, 50) * 1000,
        event_delay_p99=percentile(delays, 99) * 1000,
        server_cpu=server_cpu_s / len(runs) * 1000,
        database_cpu=database_cpu_s / len(runs) * 1000,
        peak_rss=peak_rss_mb,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1).__int__())]


def machine() -> str:
    """Return one line about where this was measured."""
    model = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def _line(row: Row) -> str:
    ratio = f"{row.ratio:.2f} × ({row.bare_cpu:.1f} ms)" if row.ratio is not None else "–"
    cells = [
        row.name,
        f"{row.concurrency:,}",
        f"{row.per_s:,.1f}",
        f"{row.first_event_p50:.1f} / {row.first_event_p99:.1f} ms",
        f"{row.first_token_p50:.1f} / {row.first_token_p99:.1f} ms",
        f"{row.total_p50:.1f} / {row.total_p99:.1f} ms",
        f"{row.event_delay_p50:.1f} / {row.event_delay_p99:.1f} ms",
        f"{row.server_cpu:.1f} ms",
        ratio,
        f"{row.database_cpu:.1f} ms",
        f"{row.peak_rss:.0f} MB",
    ]
    return "| " + " | ".join(cells) + " |"
