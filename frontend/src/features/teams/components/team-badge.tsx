import {
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleStop,
  CircleX,
  LoaderCircle,
  SkipForward,
  TimerOff,
} from "lucide-react";

import { Badge } from "@/components/ui/badge";
import { cn } from "@/lib/cn";

import type { TurnState } from "../model/team-status";

const looks = {
  started: { label: "Started", tone: "plain", icon: <CircleDashed /> },
  running: { label: "Running", tone: "accent", icon: <LoaderCircle className="animate-spin" /> },
  paused: { label: "Paused", tone: "warn", icon: <CirclePause /> },
  stopped: { label: "Stopped", tone: "plain", icon: <CircleStop /> },
  completed: { label: "Completed", tone: "quiet", icon: <CircleCheck /> },
  failed: { label: "Failed", tone: "bad", icon: <CircleX /> },
  timed_out: { label: "Timed out", tone: "bad", icon: <TimerOff /> },
} as const;

/** The state of a team's run as a word with a sign. */
export function TeamBadge({ status }: { status: string }) {
  const look = looks[status as keyof typeof looks] ?? { label: status, tone: "plain", icon: null };
  return (
    <Badge tone={look.tone} data-status={status}>
      {look.icon}
      {look.label}
    </Badge>
  );
}

export const turnWords: Record<TurnState, string> = {
  due: "not yet",
  running: "at work",
  waiting: "waits",
  done: "done",
  failed: "failed",
  skipped: "skipped",
  stopped: "stopped",
};

const turnLooks: Record<TurnState, { icon: typeof CircleCheck; ink: string }> = {
  due: { icon: CircleDashed, ink: "text-ink-3" },
  running: { icon: LoaderCircle, ink: "animate-spin text-accent-ink motion-reduce:animate-none" },
  waiting: { icon: CirclePause, ink: "text-warn-ink" },
  done: { icon: CircleCheck, ink: "text-good-ink" },
  failed: { icon: CircleX, ink: "text-bad-ink" },
  skipped: { icon: SkipForward, ink: "text-ink-3" },
  stopped: { icon: CircleStop, ink: "text-ink-3" },
};

/** The sign of a turn's state. */
export function TurnIcon({ state, className }: { state: TurnState; className?: string }) {
  const { icon: Icon, ink } = turnLooks[state];
  return <Icon role="img" aria-label={turnWords[state]} className={cn("size-4 shrink-0", ink, className)} />;
}
