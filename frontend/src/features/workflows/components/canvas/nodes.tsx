"use client";

import { Handle, type NodeProps, Position } from "@xyflow/react";
import { CircleAlert } from "lucide-react";
import { memo } from "react";

import { cn } from "@/lib/cn";

import type { CanvasNode, NodeData } from "../../model/flow";
import { kinds } from "../../model/kinds";
import { useFar } from "./far";
import { KindIcon } from "./kind-icon";
import { stepFrame, StepStatusSign } from "./step-status";

const handle = "!size-2.5 !border-2 !border-surface !bg-control-line";

/** A node on the canvas: what it is, what it is called, how it stands. */
export const StepNode = memo(function StepNode({ data, selected, isConnectable }: NodeProps<CanvasNode>) {
  const { node, title, about, state } = data;
  const far = useFar();
  return (
    <div
      data-status={state?.status}
      className={cn(
        "flex h-full w-full items-center gap-2 rounded-lg border bg-surface px-2.5",
        far ? "border-4 bg-node/40" : "shadow-[0_1px_2px_rgb(0_0_0/.06)]",
        frame(data, selected),
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={isConnectable} className={handle} />
      {!far && (
        <>
          <KindIcon kind={node.type} />
          <div className="min-w-0 flex-1">
            <p className="truncate text-sm font-medium">{title}</p>
            <p className="truncate text-2xs text-ink-3">{about || kinds[node.type].label}</p>
          </div>
          <Signs data={data} />
        </>
      )}
      <Handle type="source" position={Position.Right} isConnectable={isConnectable} className={handle} />
    </div>
  );
});

/** A loop: a frame around the nodes that it repeats. */
export const LoopFrame = memo(function LoopFrame({ data, selected, isConnectable }: NodeProps<CanvasNode>) {
  const { title, about, state } = data;
  return (
    <div
      data-status={state?.status}
      className={cn("h-full w-full rounded-xl border border-dashed bg-sunken/60", frame(data, selected))}
    >
      <Handle type="target" position={Position.Left} isConnectable={isConnectable} className={handle} />
      <div className="flex h-9 items-center gap-2 px-2.5">
        <KindIcon kind="loop" />
        <p className="truncate text-sm font-medium">{title}</p>
        <p className="min-w-0 flex-1 truncate text-2xs text-ink-3">
          {state && state.round > 0 ? `round ${state.round}` : about}
        </p>
        <Signs data={data} />
      </div>
      <Handle type="source" position={Position.Right} isConnectable={isConnectable} className={handle} />
    </div>
  );
});

function Signs({ data: { node, findings, taskCount, state } }: { data: NodeData }) {
  return (
    <span className="flex shrink-0 flex-col items-end gap-0.5">
      {findings.length > 0 && (
        <CircleAlert role="img" aria-label={`${findings.length} to mend`} className="size-3.5 text-bad-ink" />
      )}
      {state && <StepStatusSign status={state.status} />}
      {state && state.times > 1 && <span className="nums text-2xs text-ink-3">{state.times}×</span>}
      {!state && node.type === "agent" && taskCount > 0 && (
        <span className="nums text-2xs text-ink-3">
          {taskCount} {taskCount === 1 ? "task" : "tasks"}
        </span>
      )}
    </span>
  );
}

function frame({ findings, state }: NodeData, selected: boolean | undefined): string {
  const own = state ? stepFrame(state.status) : findings.length > 0 ? "border-bad" : "border-line-strong";
  return cn(own, selected && "outline-2 outline-offset-1 outline-accent");
}

export const nodeTypes = { step: StepNode, loop: LoopFrame };
