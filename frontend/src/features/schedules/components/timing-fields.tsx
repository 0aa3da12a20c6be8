"use client";

import { Field, fieldAria } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { useReadOnly } from "@/components/ui/read-only";
import { Select } from "@/components/ui/select";
import { cn } from "@/lib/cn";

import { cronOf, dayNames, everyMinutes, kinds, type Timing, type TimingKind } from "../model/timing";

const labels: Record<TimingKind, string> = {
  minutes: "Every few minutes",
  hourly: "Every hour",
  daily: "Every day",
  weekdays: "Every weekday",
  weekly: "On days of the week",
  monthly: "Once a month",
  custom: "Cron expression",
};
const options = kinds.map((kind) => ({ value: kind, label: labels[kind] }));
const week = [1, 2, 3, 4, 5, 6, 0];
const timed = new Set<TimingKind>(["daily", "weekdays", "weekly", "monthly"]);
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, place) => ({ value: String(from + place), label: String(from + place) }));

interface TimingFieldsProps {
  timing: Timing;
  error: string | undefined;
  onChange: (timing: Timing) => void;
}

/** When it repeats: a kind, and the fields of that kind. */
export function TimingFields({ timing, error, onChange }: TimingFieldsProps) {
  const { kind } = timing;
  // The expression goes along, so that one can begin with words and end with an exception.
  const choose = (value: string) =>
    onChange({
      ...timing,
      kind: kinds.find((known) => known === value) ?? "custom",
      cron: cronOf(timing) || timing.cron,
    });
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap gap-3">
        <Field id="schedule-kind" label="Repeats" className="flex-1 basis-44">
          <Select
            id="schedule-kind"
            label="Repeats"
            value={kind}
            options={options}
            onChange={choose}
            className="w-full"
          />
        </Field>
        {kind === "minutes" && (
          <Field id="schedule-every" label="Every" className="basis-36">
            <Select
              id="schedule-every"
              label="Every"
              value={String(timing.every)}
              options={everyMinutes.map((every) => ({
                value: String(every),
                label: every === 1 ? "minute" : `${every} minutes`,
              }))}
              onChange={(every) => onChange({ ...timing, every: Number(every) })}
              className="w-full"
            />
          </Field>
        )}
        {kind === "hourly" && (
          <Field id="schedule-minute" label="At minute" className="basis-28">
            <Select
              id="schedule-minute"
              label="At minute"
              value={String(timing.minute)}
              options={numbers(0, 59)}
              onChange={(minute) => onChange({ ...timing, minute: Number(minute) })}
              className="w-full"
            />
          </Field>
        )}
        {kind === "monthly" && (
          <Field
            id="schedule-day"
            label="On day"
            hint={timing.day > 28 ? "Months without it are left out" : undefined}
            className="basis-28"
          >
            <Select
              id="schedule-day"
              label="On day"
              value={String(timing.day)}
              options={numbers(1, 31)}
              onChange={(day) => onChange({ ...timing, day: Number(day) })}
              className="w-full"
            />
          </Field>
        )}
        {timed.has(kind) && (
          <Field id="schedule-time" label="At" className="basis-32">
            <Input
              {...fieldAria("schedule-time", error)}
              type="time"
              value={timing.time}
              onChange={(event) => onChange({ ...timing, time: event.target.value })}
            />
          </Field>
        )}
      </div>
      {kind === "weekly" && <WeekDays days={timing.days} onChange={(days) => onChange({ ...timing, days })} />}
      {kind === "custom" && (
        <Field
          id="schedule-cron"
          label="Cron expression"
          required
          error={error}
          hint="Minute, hour, day of month, month, day of week: 0 9 * * 1-5"
        >
          <Input
            {...fieldAria("schedule-cron", error)}
            value={timing.cron}
            spellCheck={false}
            autoComplete="off"
            className="font-mono text-xs"
            onChange={(event) => onChange({ ...timing, cron: event.target.value })}
          />
        </Field>
      )}
      {kind !== "custom" && error && (
        <p role="alert" className="text-xs text-bad-ink">
          {error}
        </p>
      )}
    </div>
  );
}

function WeekDays({ days, onChange }: { days: readonly number[]; onChange: (days: number[]) => void }) {
  const shown = useReadOnly();
  return (
    <div role="group" aria-label="Days of the week" className="flex flex-wrap gap-1">
      {week.map((day) => {
        const on = days.includes(day);
        return (
          <button
            key={day}
            type="button"
            aria-pressed={on}
            disabled={shown}
            title={dayNames[day]}
            onClick={() => onChange(on ? days.filter((other) => other !== day) : [...days, day])}
            className={cn(
              "h-7 min-w-10 rounded-md border border-control-line/70 px-2 text-xs hover:bg-hover",
              on && "border-accent bg-accent-soft font-medium text-accent-ink hover:bg-accent-soft",
            )}
          >
            {dayNames[day]?.slice(0, 3)}
          </button>
        );
      })}
    </div>
  );
}
