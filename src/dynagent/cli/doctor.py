"""`dynagent doctor`."""

import json
from typing import Any

from dynagent.cli.failures import run

MARKS = {"ok": "✔", "warn": "!", "fail": "✘"}


def run_doctor(*, as_json: bool) -> int:
    """Check everything and print what was found; the exit code is 1 when a needed part fails."""

    async def main() -> int:
        from dynagent.cli.checks import parts
        from dynagent.infrastructure.observability.health import Condition, Health
        from dynagent.infrastructure.observability.logging import LogSettings, configure_logging

        configure_logging(LogSettings(log_level="ERROR"))
        report = await Health(parts()).report()
        if as_json:
            print(json.dumps(_as_json(report), indent=2, ensure_ascii=False))
        else:
            _print(report)
        return 1 if report.condition is Condition.FAIL else 0

    return run(main)


def _as_json(report: Any) -> dict[str, Any]:
    parts = {
        part.name: {
            "status": part.condition.value,
            "detail": part.detail,
            "advice": part.advice,
            "latency_ms": part.latency_ms,
        }
        for part in report.parts
    }
    return {"status": report.condition.value, "parts": parts}


def _print(report: Any) -> None:
    width = max(len(part.name) for part in report.parts)
    for part in report.parts:
        print(f"{MARKS[part.condition.value]} {part.condition.value:4}  {part.name:{width}}  {part.detail}")
        if part.advice:
            print(f"{'':{width + 10}}→ {part.advice}")
    verdicts = {
        "ok": "all well",
        "warn": "it works; somebody should look at what is marked",
        "fail": "the server cannot run like this; begin with what is marked ✘",
    }
    print(f"\ndynagent: {verdicts[report.condition.value]}")
