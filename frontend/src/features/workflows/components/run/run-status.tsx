import { Ban, CircleCheck, CircleDashed, CirclePause, CircleX, LoaderCircle, TimerOff } from "lucide-react";

import { Badge } from "@/components/ui/badge";

const looks = {
  pending: { label: "Pending", tone: "plain", icon: <CircleDashed /> },
  running: { label: "Running", tone: "accent", icon: <LoaderCircle className="animate-spin" /> },
  waiting: { label: "Waiting", tone: "warn", icon: <CirclePause /> },
  completed: { label: "Completed", tone: "quiet", icon: <CircleCheck /> },
  failed: { label: "Failed", tone: "bad", icon: <CircleX /> },
  cancelled: { label: "Cancelled", tone: "plain", icon: <Ban /> },
  timed_out: { label: "Timed out", tone: "bad", icon: <TimerOff /> },
} as const;

/** The state of a workflow's run as a word with a sign. */
export function RunStatus({ status }: { status: keyof typeof looks }) {
  const { label, tone, icon } = looks[status];
  return (
    <Badge tone={tone} data-status={status}>
      {icon}
      {label}
    </Badge>
  );
}
