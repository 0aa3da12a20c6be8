import { CirclePause, CircleX, RotateCcw, Shield, ShieldAlert, Unplug, Workflow, Wrench } from "lucide-react";

import { ModelIcon, NodeIcon } from "@/components/ui/icons";
import { cn } from "@/lib/cn";

import type { Step, StepKind } from "../../model/trace";

/** The colours of each kind of step: the bar, the icon. */
export const kindColours: Record<StepKind, { bar: string; ink: string; soft: string }> = {
  node: { bar: "bg-node", ink: "text-node-ink", soft: "bg-node-soft" },
  model: { bar: "bg-model", ink: "text-model-ink", soft: "bg-model-soft" },
  tool: { bar: "bg-tool", ink: "text-tool-ink", soft: "bg-tool-soft" },
  retry: { bar: "bg-warn", ink: "text-warn-ink", soft: "bg-warn-soft" },
  interrupt: { bar: "bg-warn", ink: "text-warn-ink", soft: "bg-warn-soft" },
  guardrail: { bar: "bg-good", ink: "text-good-ink", soft: "bg-good-soft" },
  task: { bar: "bg-accent", ink: "text-accent-ink", soft: "bg-accent-soft" },
};

const icons = {
  node: NodeIcon,
  model: ModelIcon,
  tool: Wrench,
  retry: RotateCcw,
  interrupt: CirclePause,
  guardrail: Shield,
  task: Workflow,
};

/** The sign of a step; failed and lost ones show that instead. */
export function StepIcon({ step, className }: { step: Pick<Step, "kind" | "status" | "opened">; className?: string }) {
  const shape = cn("size-3.5 shrink-0", className);
  if (step.status === "failed") return <CircleX aria-label="failed" className={cn(shape, "text-bad-ink")} />;
  if (step.status === "lost") return <Unplug aria-label="lost" className={cn(shape, "text-warn-ink")} />;
  if (step.opened.type === "guardrail" && !step.opened.passed)
    return <ShieldAlert aria-label="found something" className={cn(shape, "text-warn-ink")} />;
  const Icon = icons[step.kind];
  return <Icon className={cn(shape, kindColours[step.kind].ink, step.status === "running" && "breathe")} />;
}
