import { Ban, CircleCheck, CirclePause, CircleX, LoaderCircle, SkipForward, TimerOff } from "lucide-react";

import { cn } from "@/lib/cn";

import type { StepStatus } from "../../model/run-states";

const looks = {
  running: { label: "Running", icon: LoaderCircle, ink: "text-accent-ink", frame: "border-accent" },
  waiting: { label: "Waiting for a person", icon: CirclePause, ink: "text-warn-ink", frame: "border-warn" },
  completed: { label: "Completed", icon: CircleCheck, ink: "text-good-ink", frame: "border-good" },
  failed: { label: "Failed", icon: CircleX, ink: "text-bad-ink", frame: "border-bad" },
  cancelled: { label: "Cancelled", icon: Ban, ink: "text-ink-3", frame: "border-line-strong" },
  timed_out: { label: "Timed out", icon: TimerOff, ink: "text-bad-ink", frame: "border-bad" },
  skipped: { label: "Passed over", icon: SkipForward, ink: "text-ink-3", frame: "border-line border-dashed" },
} as const;

/** How a step stands, in words. */
export function stepWords(status: StepStatus): string {
  return looks[status]?.label ?? status;
}

/** The border of a node in this state. */
export function stepFrame(status: StepStatus): string {
  return looks[status]?.frame ?? "border-line";
}

/** How a step stands, as a sign; with its word where there is room. */
export function StepStatusSign({ status, worded = false }: { status: StepStatus; worded?: boolean }) {
  const { label, icon: Icon, ink } = looks[status] ?? looks.cancelled;
  return (
    <span className={cn("inline-flex items-center gap-1 text-xs", ink)}>
      <Icon
        className={cn("size-3.5 shrink-0", status === "running" && "animate-spin")}
        {...(worded ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
      />
      {worded && label}
    </span>
  );
}
