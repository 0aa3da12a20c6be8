import { Workflow } from "lucide-react";
import Link from "next/link";

import { Ago } from "@/components/ui/ago";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/surface";
import type { WorkflowSummary } from "@/lib/api";

import { processes } from "../../model/draft";
import { WorkflowMenu } from "./workflow-menu";

/** A workflow with what matters about it. */
export function WorkflowCard({ workflow, now }: { workflow: WorkflowSummary; now: number }) {
  const { id, name, description, process_type, node_count, task_count, version, updated_at } = workflow;
  return (
    <Card className="group relative flex min-w-0 flex-1 flex-col gap-2 p-3 hover:border-line-strong">
      <div className="flex items-start gap-2">
        <span className="flex size-7 shrink-0 items-center justify-center rounded-md bg-accent-soft text-accent-ink">
          <Workflow aria-hidden className="size-4" />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">
            <Link href={`/workflows/${id}`} className="after:absolute after:inset-0">
              {name}
            </Link>
          </h2>
          <p className="line-clamp-2 text-xs text-ink-3">{description || processes[process_type].words}</p>
        </div>
        <div className="relative z-10">
          <WorkflowMenu workflow={workflow} />
        </div>
      </div>
      <div className="nums mt-auto flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink-3">
        <Badge>{processes[process_type].label}</Badge>
        <span>
          {node_count} {node_count === 1 ? "node" : "nodes"}
        </span>
        <span aria-hidden>·</span>
        <span>
          {task_count} {task_count === 1 ? "task" : "tasks"}
        </span>
        <span aria-hidden>·</span>
        <span>v{version}</span>
        <Ago at={updated_at} now={now} className="relative z-10 ml-auto" />
      </div>
    </Card>
  );
}
