#!/bin/sh
# cronsim, croniter, APScheduler: the same expression runs once, twice or never when clocks change.
#
# Software:  cronsim 2.8, croniter 7.0.0, APScheduler 3.11.3
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  libraries that read the same five fields, given the same time zone, name the same times.
# Behaviour: `30 2 * * *` in October, when 02:30 comes twice: once, twice, twice. `*/30 2 * * *` in March, when there
#            is no 02:00 to 03:00: nothing, one run, one run. A step beside a weekday (`0 0 */2 * 2`): both must hold
#            (cronsim), either (croniter), both but with Tuesday as 1 (APScheduler).
# Why care:  changing the library changes when money is moved. Show the next runs when a schedule is saved, key each
#            run by schedule and local time, and refuse a step beside a weekday.
# Output:
#| 25 October 2026, clocks go back: 30 2 * * *
#|   cronsim: 1: 25 02:30 CEST
#|   croniter: 2: 25 02:30 CEST, 25 02:30 CET
#|   APScheduler: 2: 25 02:30 CEST, 25 02:30 CET
#| 29 March 2026, clocks go forward: */30 2 * * *
#|   cronsim: 0: none
#|   croniter: 1: 29 03:00 CEST
#|   APScheduler: 1: 29 02:00 CET
#| 1 to 7 June 2026 (Monday to Sunday): 0 0 */2 * 2
#|   cronsim: 0: none
#|   croniter: 5: 01 00:00 CEST, 02 00:00 CEST, 03 00:00 CEST, 05 00:00 CEST, 07 00:00 CEST
#|   APScheduler: 1: 03 00:00 CEST
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 cronsim==2.8 croniter==7.0.0 APScheduler==3.11.3
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim

ZONE = ZoneInfo("Europe/Berlin")


def by_cronsim(expression, after):
    yield from CronSim(expression, after)


def by_croniter(expression, after):
    times = croniter(expression, after)
    while True:
        yield times.get_next(datetime)


def by_apscheduler(expression, after):
    trigger, at = CronTrigger.from_crontab(expression, timezone=ZONE), after
    while True:
        at = trigger.get_next_fire_time(None, at.astimezone(UTC) + timedelta(seconds=1))
        yield at


def show(what, expression, first, days):
    print(f"{what}: {expression}")
    begin = datetime(2026, *first, tzinfo=ZONE)
    for name, times in (("cronsim", by_cronsim), ("croniter", by_croniter), ("APScheduler", by_apscheduler)):
        found = []
        for at in times(expression, begin - timedelta(seconds=1)):
            if at >= begin + timedelta(days=days):
                break
            found.append(at)
        print(f"  {name}: {len(found)}:", ", ".join(at.strftime("%d %H:%M %Z") for at in found) or "none")


show("25 October 2026, clocks go back", "30 2 * * *", (10, 25), 1)
show("29 March 2026, clocks go forward", "*/30 2 * * *", (3, 29), 1)
show("1 to 7 June 2026 (Monday to Sunday)", "0 0 */2 * 2", (6, 1), 7)
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
