import { Badge } from "@/components/ui/badge";
import type { ExecutionSummary } from "@/lib/api";

import { markLook } from "../../model/marks";

/** What was out of the ordinary in a run: limits that were hit, tools that failed, models that stepped in. */
export function MarkBadges({ execution }: { execution: Pick<ExecutionSummary, "marks" | "usage"> }) {
  return execution.marks.map((mark) => {
    const look = markLook(mark, execution.usage.failed_tool_calls ?? 0);
    return (
      <Badge key={mark} tone={look.tone} title={look.meaning} data-mark={mark}>
        {look.label}
      </Badge>
    );
  });
}
