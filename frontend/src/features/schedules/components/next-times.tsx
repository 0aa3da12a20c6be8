"use client";

import { timeUntil, zonedTime } from "@/lib/format";
import { useNow } from "@/lib/use-now";

import { ownTimeZone } from "../model/time-zones";

/** When it fires next, by the schedule's own clock; by the reader's too where that is another. */
export function NextTimes({
  times,
  timeZone,
  stale = false,
}: {
  times: readonly string[];
  timeZone: string;
  stale?: boolean;
}) {
  const now = useNow(1000);
  const own = ownTimeZone();
  return (
    <ol aria-label="Next runs" className={stale ? "opacity-55" : undefined}>
      {times.map((time) => {
        const here = zonedTime(time, own);
        const there = inZone(time, timeZone) ?? here;
        return (
          <li key={time} className="flex flex-wrap items-baseline gap-x-3 border-t py-1.5 first:border-t-0">
            <time dateTime={time} className="nums">
              {there}
            </time>
            {here !== there && <span className="nums text-xs text-ink-3">{here.slice(-5)} your time</span>}
            <span className="nums ml-auto text-xs text-ink-3">{timeUntil(time, now)}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** Undefined while a zone is being typed. */
function inZone(time: string, timeZone: string): string | undefined {
  try {
    return zonedTime(time, timeZone);
  } catch {
    return undefined;
  }
}
