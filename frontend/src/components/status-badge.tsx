import { Ban, CircleCheck, CircleDashed, CirclePause, CircleX, LoaderCircle, TimerOff } from "lucide-react";
import type { ReactNode } from "react";

import { Badge } from "@/components/ui/badge";

type Tone = "plain" | "quiet" | "accent" | "bad" | "warn";

const looks: Record<string, { label: string; tone: Tone; icon: ReactNode }> = {
  pending: { label: "Pending", tone: "plain", icon: <CircleDashed /> },
  running: { label: "Running", tone: "accent", icon: <LoaderCircle className="animate-spin" /> },
  waiting: { label: "Waiting", tone: "warn", icon: <CirclePause /> },
  completed: { label: "Completed", tone: "quiet", icon: <CircleCheck /> },
  failed: { label: "Failed", tone: "bad", icon: <CircleX /> },
  cancelled: { label: "Cancelled", tone: "plain", icon: <Ban /> },
  timed_out: { label: "Timed out", tone: "bad", icon: <TimerOff /> },
};

/** The state of a run as a word with a sign. */
export function StatusBadge({ status }: { status: string }) {
  const look = looks[status] ?? { label: status, tone: "plain" as const, icon: null };
  return (
    <Badge tone={look.tone} data-status={status}>
      {look.icon}
      {look.label}
    </Badge>
  );
}
