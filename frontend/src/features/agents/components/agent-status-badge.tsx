import { Badge } from "@/components/ui/badge";
import type { AgentOut } from "@/lib/api";

const looks = {
  created: { tone: "plain", label: "Created" },
  active: { tone: "good", label: "Active" },
  disabled: { tone: "warn", label: "Disabled" },
  error: { tone: "bad", label: "Error" },
} as const;

/** Whether an agent takes runs. */
export function AgentStatusBadge({ status }: { status: AgentOut["status"] }) {
  return <Badge tone={looks[status].tone}>{looks[status].label}</Badge>;
}
