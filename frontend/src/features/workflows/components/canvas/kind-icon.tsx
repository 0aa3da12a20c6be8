import { Combine, GitBranch, Repeat, Timer, UserRound, Workflow, Wrench } from "lucide-react";

import { AgentIcon } from "@/components/ui/icons";
import { cn } from "@/lib/cn";

import type { NodeKind } from "../../model/draft";

const icons = {
  agent: AgentIcon,
  tool: Wrench,
  decision: GitBranch,
  aggregator: Combine,
  loop: Repeat,
  timer: Timer,
  human_input: UserRound,
  workflow: Workflow,
};

const inks: Record<NodeKind, string> = {
  agent: "text-accent-ink",
  tool: "text-tool-ink",
  decision: "text-model-ink",
  aggregator: "text-model-ink",
  loop: "text-node-ink",
  timer: "text-node-ink",
  human_input: "text-warn-ink",
  workflow: "text-accent-ink",
};

/** The sign of a kind of node. */
export function KindIcon({ kind, className }: { kind: NodeKind; className?: string }) {
  const Icon = icons[kind];
  return <Icon aria-hidden className={cn("size-4 shrink-0", inks[kind], className)} />;
}
