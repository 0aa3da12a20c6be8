import { Radio, Unplug } from "lucide-react";

import { Badge } from "@/components/ui/badge";
import type { StreamState } from "@/lib/event-stream";

/** Whether new messages come in by themselves now. */
export function LiveMark({ state }: { state: StreamState }) {
  if (state.phase === "live")
    return (
      <Badge tone="quiet" data-testid="live">
        <Radio /> Live
      </Badge>
    );
  if (state.phase === "waiting")
    return (
      <Badge tone="warn">
        <Unplug /> Reconnecting
      </Badge>
    );
  if (state.phase === "refused")
    return (
      <Badge tone="plain">
        <Unplug /> Not live
      </Badge>
    );
  return null;
}
