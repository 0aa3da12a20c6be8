import { Workflow } from "lucide-react";
import Link from "next/link";

import type { Trace } from "../../model/trace";
import { isWorkflow } from "../../model/trace-rows";

/** From the run of a workflow to the canvas, which shows the same run. */
export function CanvasLink({ trace }: { trace: Trace }) {
  if (!isWorkflow(trace)) return null;
  return (
    <Link
      href={`/workflows/${trace.agentId}?run=${trace.executionId}`}
      className="inline-flex items-center gap-1 text-xs text-accent-ink hover:underline"
    >
      <Workflow aria-hidden className="size-3.5" /> Show on the canvas
    </Link>
  );
}
