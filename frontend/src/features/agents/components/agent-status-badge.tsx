import { CircleDashed, CirclePause, CircleX, Power } from "lucide-react";

import { Badge } from "@/components/ui/badge";
import type { AgentOut } from "@/lib/api";

const looks = {
  created: { tone: "plain", label: "Created", icon: <CircleDashed /> },
  active: { tone: "quiet", label: "Active", icon: <Power /> },
  disabled: { tone: "warn", label: "Disabled", icon: <CirclePause /> },
  error: { tone: "bad", label: "Error", icon: <CircleX /> },
} as const;

/** Whether an agent takes runs. */
export function AgentStatusBadge({ status }: { status: AgentOut["status"] }) {
  const { tone, label, icon } = looks[status];
  return (
    <Badge tone={tone}>
      {icon}
      {label}
    </Badge>
  );
}
