"use client";

import { useMutation } from "@tanstack/react-query";
import { ArrowLeft, Ban, Pause, Play, RotateCcw } from "lucide-react";
import Link from "next/link";

import { Badge } from "@/components/ui/badge";
import { StatusBadge } from "@/components/status-badge";
import { Button } from "@/components/ui/button";
import { clockTime, duration } from "@/lib/format";
import { problemText } from "@/lib/problem";
import { toast } from "@/lib/toast";
import { useNow } from "@/lib/use-now";
import { useRefusal } from "@/lib/use-permissions";

import { cancelWorkflowRun, continueWorkflowRun, pauseWorkflowRun, retryWorkflowRun } from "../../api/runs";
import { isRunOver, type RunState } from "../../model/run-states";

interface RunHeaderProps {
  executionId: string;
  run: RunState;
  onBack: () => void;
  onOpen: (executionId: string) => void;
}

const onError = (error: unknown) => toast.error(problemText(error));

/** How the run stands, since when, and the ways on. */
export function RunHeader({ executionId, run, onBack, onOpen }: RunHeaderProps) {
  const over = isRunOver(run);
  const now = useNow(1_000, !over && run.startedAt !== null);
  const end = run.endedAt ?? now / 1000;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b bg-surface px-3 py-1.5 text-sm">
      <Button size="sm" variant="ghost" onClick={onBack}>
        <ArrowLeft /> All runs
      </Button>
      <StatusBadge status={run.status} />
      {run.paused !== null && (
        <Badge tone="warn">
          <Pause /> Paused{run.paused.length > 0 && ` before ${run.paused.join(", ")}`}
        </Badge>
      )}
      {run.startedAt !== null && (
        <span className="nums text-xs text-ink-3">
          {clockTime(run.startedAt * 1000)} · {duration(Math.max(0, end - run.startedAt) * 1000)} · v{run.version}
        </span>
      )}
      <span className="flex-1" />
      <Link href={`/runs/${executionId}`} className="text-xs text-accent-ink hover:underline">
        Trace of the run
      </Link>
      {!over && run.lastSeq > 0 && <WhileLive executionId={executionId} paused={run.paused !== null} />}
      {run.status === "failed" && <Retry executionId={executionId} onOpen={onOpen} />}
    </div>
  );
}

function WhileLive({ executionId, paused }: { executionId: string; paused: boolean }) {
  const refused = useRefusal("executions:run");
  const hold = useMutation({
    mutationFn: () => (paused ? continueWorkflowRun(executionId) : pauseWorkflowRun(executionId)),
    onError,
  });
  const cancel = useMutation({ mutationFn: () => cancelWorkflowRun(executionId), onError });
  return (
    <>
      <Button size="sm" refused={refused} disabled={hold.isPending} onClick={() => hold.mutate()}>
        {paused ? <Play /> : <Pause />} {paused ? "Continue" : "Pause"}
      </Button>
      <Button
        size="sm"
        refused={refused}
        disabled={cancel.isPending || cancel.isSuccess}
        onClick={() => cancel.mutate()}
      >
        <Ban /> {cancel.isSuccess ? "Cancelling …" : "Cancel"}
      </Button>
    </>
  );
}

function Retry({ executionId, onOpen }: { executionId: string; onOpen: (executionId: string) => void }) {
  const refused = useRefusal("executions:run");
  const retry = useMutation({ mutationFn: () => retryWorkflowRun(executionId), onError, onSuccess: onOpen });
  return (
    <Button size="sm" refused={refused} disabled={retry.isPending} onClick={() => retry.mutate()}>
      <RotateCcw /> Retry from the failed step
    </Button>
  );
}
