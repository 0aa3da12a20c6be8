import { ArrowRight } from "lucide-react";
import Link from "next/link";

import type { TraceEvent } from "../../model/trace-event";

/** Who answered, where the run was handed over: the other agent, and the way to its own run. */
export function AnsweredBy({ events }: { events: readonly TraceEvent[] }) {
  const end = events.at(-1);
  const by = end?.type === "complete" ? end.answered_by : null;
  if (!by?.agent_name) return null;
  return (
    <p className="flex flex-wrap items-center gap-1.5 text-sm text-ink-2">
      <ArrowRight aria-hidden className="size-3.5" /> Handed over: answered by
      <Link href={`/agents/${by.agent_id ?? ""}`} className="font-medium text-ink hover:underline">
        {by.agent_name}
      </Link>
      <Link href={`/runs/${by.execution_id ?? ""}`} className="text-accent-ink hover:underline">
        in a run of its own
      </Link>
    </p>
  );
}
