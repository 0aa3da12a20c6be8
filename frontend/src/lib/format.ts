/** Times, durations, counts and money as text. Pure: `now` comes in. */

/** `850 ms`, `3.2 s`, `1 m 05 s`, `2 h 03 m`; "–" when unknown. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return "–";
  if (ms < 0.05) return "0 ms";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} m ${pad(Math.floor((ms % 60_000) / 1000))} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
}

/** `just now`, `4 min ago`, `3 h ago`, `yesterday`, then the date. */
export function relativeTime(iso: string | null | undefined, now: number): string {
  if (!iso) return "–";
  const then = new Date(iso).getTime();
  const seconds = Math.max(0, (now - then) / 1000);
  if (seconds < 45) return "just now";
  if (seconds < 3_600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3_600)} h ago`;
  if (seconds < 172_800) return "yesterday";
  if (seconds < 7 * 86_400) return `${Math.floor(seconds / 86_400)} days ago`;
  return new Date(then).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}

/** How long until then: `in 40 s`, `in 4 min`, `in 3 h`, `in 2 days`; "now" when it has come. */
export function timeUntil(iso: string | null | undefined, now: number): string {
  if (!iso) return "–";
  const seconds = Math.round((new Date(iso).getTime() - now) / 1000);
  if (seconds <= 0) return "now";
  if (seconds < 60) return `in ${seconds} s`;
  if (seconds < 3_600) return `in ${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `in ${Math.round(seconds / 3_600)} h`;
  const days = Math.round(seconds / 86_400);
  return `in ${days} ${days === 1 ? "day" : "days"}`;
}

/** Day and time as a clock in that zone shows them: `Mon, 30 Nov 2026, 09:00`. Throws RangeError for a zone that is none. */
export function zonedTime(iso: string, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  }).format(new Date(iso));
}

/** Date and time in full, in the reader's own zone, which is named. */
export function dateTime(iso: string | null | undefined): string {
  return iso ? new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" }) : "–";
}

/** The time of day to the second, in the reader's own zone. */
export function clockTime(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** `12`, `4,096`, `1.2M`. */
export function count(value: number): string {
  return value < 1_000_000 ? value.toLocaleString("en-US") : `${(value / 1_000_000).toFixed(1)}M`;
}

/** Tokens in and out, short: `188 → 22`, `12.4k → 1.1k`. */
export function tokenPair(input: number, output: number): string {
  return `${short(input)} → ${short(output)}`;
}

/** US dollars with as many digits as tell something: `$0.00042`, `$1.25`; "–" when there is no price. */
export function cost(usd: string | number | null | undefined): string {
  if (usd === null || usd === undefined || usd === "") return "–";
  const value = Number(usd);
  if (value === 0) return "$0";
  if (value < 0.000_001) return "< $0.000001";
  return value < 0.01 ? `$${value.toPrecision(2)}` : `$${value.toFixed(value < 1 ? 3 : 2)}`;
}

/** One line of at most `max` characters. */
export function oneLine(text: string, max = 160): string {
  const line = text
    .slice(0, max * 2)
    .replace(/\s+/g, " ")
    .trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}

/** Text without the signs of Markdown, for previews of one line. */
export function withoutMarkdown(text: string): string {
  const plain = text.slice(0, 2000).replace(/```\w*|^#+\s+|^\s*[-*+]\s+/gm, "");
  return plain.replace(/(?<![\w*])(\*{1,3}|_{1,3}|`{1,2})(?=\S)(.+?)(?<=\S)\1(?![\w*])/g, "$2");
}

/** JSON for people; a string stays as it is. */
export function pretty(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? "");
}

function short(value: number): string {
  if (value < 10_000) return count(value);
  return value < 1_000_000 ? `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)}k` : count(value);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** `0 B`, `850 B`, `1.2 KB`, `3.4 MB`: a thousand to each step, as file managers count. */
export function fileSize(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
