import { UsersRound, Workflow } from "lucide-react";
import Link from "next/link";

import type { Trace } from "../../model/trace";
import { runKind } from "../../model/trace-rows";

const look = "inline-flex items-center gap-1 text-xs text-accent-ink hover:underline";

/** From the run of a workflow to the canvas, from that of a team to its iterations: both show the same run. */
export function CanvasLink({ trace }: { trace: Trace }) {
  const kind = runKind(trace);
  if (kind === "workflow")
    return (
      <Link href={`/workflows/${trace.agentId}?run=${trace.executionId}`} className={look}>
        <Workflow aria-hidden className="size-3.5" /> Show on the canvas
      </Link>
    );
  if (kind === "team")
    return (
      <Link href={`/teams/wf_${trace.executionId.replaceAll("-", "")}`} className={look}>
        <UsersRound aria-hidden className="size-3.5" /> Show the team
      </Link>
    );
  return null;
}
