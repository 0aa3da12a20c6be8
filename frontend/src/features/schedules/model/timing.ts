/** A timetable as a form has it, and as a cron expression (minute, hour, day of month, month, day of week). */

export const kinds = ["minutes", "hourly", "daily", "weekdays", "weekly", "monthly", "custom"] as const;
export type TimingKind = (typeof kinds)[number];

/** All that the form holds; which fields count depends on the kind. */
export interface Timing {
  kind: TimingKind;
  /** Every so many minutes. */
  every: number;
  /** Minute of the hour, for `hourly`. */
  minute: number;
  /** `HH:MM`. */
  time: string;
  /** Days of the week, 0 is Sunday. */
  days: readonly number[];
  /** Day of the month. */
  day: number;
  cron: string;
}

export const everyMinutes = [1, 2, 5, 10, 15, 20, 30] as const;
export const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const start: Timing = { kind: "weekdays", every: 15, minute: 0, time: "09:00", days: [1], day: 1, cron: "0 9 * * 1-5" };

/** The form's fields for an expression; what the form has no fields for is `custom`. */
export function timingOf(cron: string): Timing {
  const parts = cron.trim().split(/\s+/);
  const custom: Timing = { ...start, kind: "custom", cron: cron.trim() };
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = parts;
  if (parts.length !== 5 || month !== "*") return custom;
  const every = /^\*\/(\d+)$/.exec(minute)?.[1] ?? (minute === "*" ? "1" : undefined);
  if (every !== undefined && hour === "*" && day === "*" && weekday === "*") {
    return everyMinutes.some((choice) => String(choice) === every)
      ? { ...custom, kind: "minutes", every: Number(every) }
      : custom;
  }
  const at = wholeNumber(minute, 59);
  if (at === undefined) return custom;
  if (hour === "*" && day === "*" && weekday === "*") return { ...custom, kind: "hourly", minute: at };
  const hours = wholeNumber(hour, 23);
  if (hours === undefined) return custom;
  const timed = { ...custom, time: `${pad(hours)}:${pad(at)}` };
  if (day === "*" && weekday === "*") return { ...timed, kind: "daily" };
  if (day === "*" && weekday === "1-5") return { ...timed, kind: "weekdays" };
  const days = day === "*" ? daysOf(weekday) : undefined;
  if (days) return { ...timed, kind: "weekly", days };
  const date = weekday === "*" ? wholeNumber(day, 31) : undefined;
  return date ? { ...timed, kind: "monthly", day: date } : custom;
}

/** The expression that the form's fields stand for; empty where a field is missing. */
export function cronOf(timing: Timing): string {
  const { kind, every, minute, days, day } = timing;
  const [hour, at] = timing.time.split(":").map(Number);
  if (kind === "custom") return timing.cron.trim();
  if (kind === "minutes") return every === 1 ? "* * * * *" : `*/${every} * * * *`;
  if (kind === "hourly") return `${minute} * * * *`;
  if (hour === undefined || at === undefined || Number.isNaN(hour) || Number.isNaN(at)) return "";
  if (kind === "daily") return `${at} ${hour} * * *`;
  if (kind === "weekdays") return `${at} ${hour} * * 1-5`;
  if (kind === "weekly")
    return days.length > 0 ? `${at} ${hour} * * ${[...days].sort((left, right) => left - right).join(",")}` : "";
  return `${at} ${hour} ${day} * *`;
}

/** A timetable as people say it: `Every weekday at 09:00`. What has no short words is shown as it is. */
export function timingWords(cron: string): string {
  const timing = timingOf(cron);
  const { kind, every, minute, time, days, day } = timing;
  if (kind === "minutes") return every === 1 ? "Every minute" : `Every ${every} minutes`;
  if (kind === "hourly") return minute === 0 ? "Every hour, on the hour" : `Every hour at :${pad(minute)}`;
  if (kind === "daily") return `Every day at ${time}`;
  if (kind === "weekdays") return `Every weekday at ${time}`;
  if (kind === "weekly") return `${dayWords(days)} at ${time}`;
  if (kind === "monthly") return `Every month on the ${ordinal(day)} at ${time}`;
  return `Cron ${timing.cron}`;
}

function dayWords(days: readonly number[]): string {
  const names = [...days]
    .sort((left, right) => ((left + 6) % 7) - ((right + 6) % 7))
    .map((day) => `${dayNames[day] ?? "?"}s`);
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}` : (names[0] ?? "");
}

function daysOf(text: string): number[] | undefined {
  const days = text.split(",").map((word) => wholeNumber(word, 7));
  if (days.some((day) => day === undefined)) return undefined;
  // Cron knows Sunday as 0 and as 7.
  return [...new Set(days.map((day) => (day ?? 0) % 7))];
}

function wholeNumber(text: string, most: number): number | undefined {
  return /^\d{1,2}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function ordinal(day: number): string {
  const ending = day % 100 >= 11 && day % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${ending}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
